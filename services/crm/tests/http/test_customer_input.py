"""/customers: what cannot be understood is refused, with the field to mend."""

from typing import Any

import pytest

from crm_builders import enter_customer, published, refusal
from psa_common.db import Tx
from psa_common.testing import Api

BAD: list[tuple[dict[str, Any], str, str]] = [
    ({}, "VALIDATION_ERROR", ""),
    ({"name": ""}, "VALIDATION_ERROR", "name"),
    ({"name": "zwei\nZeilen"}, "VALIDATION_ERROR", "name"),
    ({"name": "a\u0000b"}, "VALIDATION_ERROR", "name"),
    ({"name": "M" * 201}, "VALIDATION_ERROR", "name"),
    ({"name": 7}, "VALIDATION_ERROR", "name"),
    ({"name": "M", "colour": "blue"}, "VALIDATION_ERROR", ""),
    ({"name": "M", "number": "kd 1"}, "VALIDATION_ERROR", "number"),
    ({"name": "M", "customer_type": "enemy"}, "VALIDATION_ERROR", "customer_type"),
    ({"name": "M", "status": "deleted"}, "VALIDATION_ERROR", "status"),
    ({"name": "M", "country": "Deutschland"}, "VALIDATION_ERROR", "country"),
    ({"name": "M", "country": "XX"}, "UNKNOWN_COUNTRY", "country"),
    ({"name": "M", "federal_state": "nw"}, "VALIDATION_ERROR", "federal_state"),
    ({"name": "M", "federal_state": "NRW"}, "UNKNOWN_FEDERAL_STATE", "federal_state"),
    ({"name": "M", "debtor_account": "70000"}, "BAD_DEBTOR_ACCOUNT", "debtor_account"),
    ({"name": "M", "debtor_account": 10042}, "VALIDATION_ERROR", "debtor_account"),
    ({"name": "M", "notes": "x" * 20_001}, "VALIDATION_ERROR", "notes"),
]


@pytest.mark.parametrize(("body", "code", "field"), BAD)
async def test_bad_input_is_refused_and_nothing_is_stored(
    desk: Api, worker_tx: Tx, body: dict[str, Any], code: str, field: str
) -> None:
    answer = await desk.post("/customers", body)

    assert refusal(answer, 400, code)["field"] == field
    assert await published(worker_tx) == []
    assert (await desk.get("/customers")).json()["meta"]["total"] == 0


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b'{"name": NaN}', "application/json", 400),
        (b'{"name": 1e999}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"name":' + b"[" * 5000 + b"]" * 5000 + b"}", "application/json", 400),
        (b"name=M", "application/x-www-form-urlencoded", 415),
    ],
)
async def test_a_body_that_is_no_json_is_refused(
    desk: Api, content: bytes, content_type: str, status: int
) -> None:
    answer = await desk.http.post(
        "/api/v1/customers", content=content, headers={"content-type": content_type}
    )

    assert answer.status_code == status
    assert set(answer.json()["error"]) == {
        "code", "message", "details", "request_id", "timestamp"
    }  # fmt: skip


@pytest.mark.parametrize("field", ["number", "id", "version", "created_at"])
async def test_what_never_changes_cannot_be_changed(desk: Api, field: str) -> None:
    customer = await enter_customer(desk)

    answer = await desk.patch(f"/customers/{customer['id']}", {field: "KD-1"})

    refusal(answer, 400, "VALIDATION_ERROR")
