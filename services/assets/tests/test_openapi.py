"""The API document that is committed is the one that the routes give."""

import json
import os
from typing import Any

from psa_common.testing import Api
from psa_contracts.files import as_text, contracts_dir

PATH = contracts_dir() / "http" / "assets.openapi.json"


async def test_the_committed_document_is_what_the_routes_give(api: Api) -> None:
    document: dict[str, Any] = (await api.http.get("/openapi.json")).json()
    if os.environ.get("PSA_WRITE_CONTRACTS"):
        PATH.parent.mkdir(exist_ok=True)
        PATH.write_text(as_text(document), encoding="utf-8")

    assert document == json.loads(PATH.read_text(encoding="utf-8"))
