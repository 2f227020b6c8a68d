"""The API document under contracts/http is the one that the service generates."""

import json
import os
from pathlib import Path
from typing import Any

import httpx

CONTRACT = Path(__file__).parents[3] / "contracts" / "http" / "billing.openapi.json"


async def test_the_committed_document_is_the_generated_one(asgi: Any) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(asgi), base_url="http://service"
    ) as client:
        generated = (await client.get("/openapi.json")).json()
    if os.environ.get("PSA_WRITE_CONTRACTS"):
        text = json.dumps(generated, indent=2, ensure_ascii=False)
        CONTRACT.parent.mkdir(exist_ok=True)
        CONTRACT.write_text(f"{text}\n", encoding="utf-8")

    assert json.loads(CONTRACT.read_text(encoding="utf-8")) == generated
