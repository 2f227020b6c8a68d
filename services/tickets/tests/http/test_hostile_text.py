"""Text that is made to hurt: line breaks at the end, and words that make patterns think."""

import re
import time
from typing import Any
from uuid import UUID

import msgspec
import pytest

from psa_common.testing import Api
from tickets_builders import a_ticket

SECONDS_MAX = 0.1
LENGTH_MAX = 250
BREAK = "\n"
PIECES = ("a", "A", "0", " ", "a ", "a,", "a.", "a@", "a-", "0:", "0.", "-", "\t", "ß")


def patterns_of(document: dict[str, Any]) -> set[str]:
    """Return every pattern in the API document."""
    text = msgspec.json.encode(document, enc_hook=str).decode()
    quoted = re.findall(r'"pattern":("(?:[^"\\]|\\.)*")', text)
    return {msgspec.json.decode(one, type=str) for one in quoted}


def test_no_pattern_takes_long_over_whatever_is_sent(asgi: Any) -> None:
    patterns = patterns_of(asgi.document())
    assert len(patterns) > 20

    slow: dict[str, float] = {}
    for pattern in patterns:
        compiled = re.compile(pattern)
        for piece in PIECES:
            text = (piece * LENGTH_MAX)[:LENGTH_MAX] + "!\n\n"
            began = time.perf_counter()
            compiled.search(text)
            slow[pattern] = max(slow.get(pattern, 0), time.perf_counter() - began)

    assert {pattern: took for pattern, took in slow.items() if took > SECONDS_MAX} == {}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/tickets", {"title": f"Drucker{BREAK}"}),
        ("/tickets", {"title": "Drucker", "tags": [f"vip{BREAK}"]}),
        ("/tickets", {"title": "Drucker", "order_reference": f"PO-1{BREAK}"}),
        ("/tickets", {"title": "Drucker", "custom": {f"raum{BREAK}": "x"}}),
        ("/tickets", {"title": "Drucker", "external_refs": [{"system": f"x{BREAK}", "id": "1"}]}),
        ("/queues", {"name": f"Zentrale{BREAK}"}),
        ("/work-types", {"key": f"remote{BREAK}", "label": "Fern"}),
        ("/ticket-fields", {"key": f"raum{BREAK}", "label": "Raum", "type": "text"}),
        ("/surcharge-rules", {"name": "Nacht", "factor": f"1.5{BREAK}", "weekdays": [6]}),
    ],
)
async def test_a_line_break_at_the_end_is_refused(
    desk: Api, customer_id: UUID, path: str, body: dict[str, Any]
) -> None:
    whose = {"customer_id": str(customer_id)} if path == "/tickets" else {}

    response = await desk.post(path, {**whose, **body})

    assert response.status_code == 400, response.text
    assert response.json()["error"]["code"] == "VALIDATION_ERROR"


async def test_a_line_break_after_a_content_id_or_a_sum_is_refused(
    desk: Api, customer_id: UUID
) -> None:
    ticket = await a_ticket(desk, customer_id)
    used = {"used_on": "2026-06-03", "description": "Kabel", "unit_price_cents": 100}

    response = await desk.post(
        f"/tickets/{ticket['id']}/materials", {**used, "quantity": f"1.000{BREAK}"}
    )

    assert response.status_code == 400


@pytest.mark.parametrize("path", ["/search?q={}", "/tickets?search={}"])
async def test_a_search_of_ten_thousand_characters_is_answered_or_refused_at_once(
    desk: Api, path: str
) -> None:
    for text in ("a" * 10_000, "a " * 5_000, "(" * 10_000, '"a" -' * 2_000, "%25" * 3_000):
        began = time.perf_counter()
        response = await desk.get(path.format(text))

        assert response.status_code in {200, 400, 414}, response.text
        assert time.perf_counter() - began < 2


async def test_more_tickets_at_once_than_the_bound_are_refused(
    desk: Api, customer_id: UUID
) -> None:
    ticket = await a_ticket(desk, customer_id)

    response = await desk.post(
        "/tickets/bulk", {"ids": [ticket["id"]] * 201, "changes": {"priority": "P1"}}
    )

    assert response.status_code in {400, 413, 422}
    read = (await desk.get(f"/tickets/{ticket['id']}")).json()["data"]["attributes"]
    assert read["priority"] == ticket["attributes"]["priority"]


@pytest.mark.parametrize(
    "field", ["number", "created_at", "updated_at", "opened_by", "version", "sla_due", "tenant_id"]
)
async def test_what_the_desk_itself_writes_cannot_be_sent(
    desk: Api, customer_id: UUID, field: str
) -> None:
    ticket = await a_ticket(desk, customer_id)

    changed = await desk.patch(f"/tickets/{ticket['id']}", {field: "2026-01-01T00:00:00Z"})
    said = await desk.post(
        f"/tickets/{ticket['id']}/comments", {"body": "Hallo", field: "2026-01-01T00:00:00Z"}
    )

    assert (changed.status_code, said.status_code) == (400, 400)
    after = (await desk.get(f"/tickets/{ticket['id']}")).json()["data"]
    assert after["attributes"]["number"] == ticket["attributes"]["number"]
