"""Close rules and who passes them by; the customer's own close, reopen and follow-up."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from psa_common.db import Pool, tenant_transaction
from psa_common.testing import Api, Tenant, a_context
from psa_events.testing import published
from tickets_builders import EVERYTHING, a_contact, a_customer, a_ticket
from tickets_desk import PORTAL, a_child, a_location, a_workflow, adopt, made


def _strict() -> dict[str, Any]:
    rules = {"resolution_comment": True, "time_entry": True, "required_fields": True}
    return {**a_workflow(), "close_rules": {**rules, "no_open_children": True}}


@pytest.fixture
async def portal(api: Api, acme: Tenant, customer_id: UUID) -> Api:
    return api.as_(acme.person(*PORTAL, name="Frau Kunde", customer_id=str(customer_id)))


# Close rules


async def test_all_that_is_left_to_do_is_named_and_once_done_the_ticket_is_solved(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    await adopt(desk, _strict())
    field = {"key": "room", "label": "Raum", "type": "text", "required": True}
    await made(desk, "/ticket-fields", field)
    ticket = (await a_ticket(desk, customer_id, source="rmm"))["id"]
    child = (await a_ticket(desk, customer_id, source="rmm"))["id"]
    await a_child(worker_pool, acme, child, ticket)
    path = f"/tickets/{ticket}"
    await desk.put(f"{path}/status", {"status": "in_review"})

    refused = await desk.put(f"{path}/status", {"status": "fixed"})
    await desk.post(f"{path}/comments", {"body": "Der Toner ist getauscht."})
    entry = {"note": "Toner", "minutes": 5, "work_date": "2026-06-03"}
    await desk.post(f"{path}/time-entries", entry)
    await desk.patch(path, {"custom": {"room": "0.12"}})
    only_child_left = await desk.put(f"{path}/status", {"status": "fixed"})
    await desk.put(f"/tickets/{child}/status", {"status": "dropped"})
    solved = await desk.put(f"{path}/status", {"status": "fixed"})

    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (409, "CLOSE_RULE_FAILED")
    assert [one["field"] for one in error["details"]] == [
        "resolution_comment",
        "time_entry",
        "required_fields",
        "no_open_children",
    ]
    left = [one["field"] for one in only_child_left.json()["error"]["details"]]
    assert left == ["no_open_children"]
    assert solved.json()["data"]["attributes"]["status"] == "fixed"


async def test_whoever_may_override_passes_with_a_reason_that_is_written_down(
    api: Api, desk: Api, customer_id: UUID, acme: Tenant, worker_pool: Pool
) -> None:
    await adopt(desk, _strict())
    ticket = (await a_ticket(desk, customer_id))["id"]
    path = f"/tickets/{ticket}/status"
    await desk.put(path, {"status": "in_review"})
    body = {"status": "fixed", "override_reason": "Kunde hat gekündigt"}
    others = [one for one in EVERYTHING if not one.startswith("ticket:override")]

    forbidden = await api.as_(acme.person(*others)).put(path, body)
    passed = await desk.put(path, body)

    assert forbidden.json()["error"]["code"] == "OVERRIDE_FORBIDDEN"
    assert passed.status_code == 200
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        after = await tx.fetch_value(
            "SELECT after FROM audit_records WHERE action = 'ticket.close_rules_overridden'"
        )
    assert after == {"reason": "Kunde hat gekündigt", "rules": ["resolution_comment", "time_entry"]}


async def test_what_is_cancelled_needs_no_solution(desk: Api, customer_id: UUID) -> None:
    await adopt(desk, _strict())
    ticket = (await a_ticket(desk, customer_id))["id"]

    cancelled = await desk.put(f"/tickets/{ticket}/status", {"status": "dropped"})

    attributes = cancelled.json()["data"]["attributes"]
    assert (attributes["status_kind"], attributes["status_category"]) == ("cancelled", "closed")


async def test_a_parent_is_not_closed_over_an_open_child(
    desk: Api, portal: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    parent, child = [(await a_ticket(desk, customer_id))["id"] for _ in range(2)]
    await a_child(worker_pool, acme, child, parent)

    by_desk = await desk.put(f"/tickets/{parent}/status", {"status": "resolved"})
    by_customer = await portal.post(f"/tickets/{parent}/close")

    assert (by_desk.status_code, by_customer.status_code) == (409, 409)


@pytest.mark.parametrize("status", ["new", "in_progress", "resolved"])
async def test_closed_is_final(desk: Api, customer_id: UUID, status: str) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    await desk.post(f"/tickets/{ticket}/close")

    moved = await desk.put(f"/tickets/{ticket}/status", {"status": status})
    again = await desk.post(f"/tickets/{ticket}/close")
    reopened = await desk.post(f"/tickets/{ticket}/reopen")

    assert (moved.status_code, moved.json()["error"]["code"]) == (422, "ILLEGAL_STATUS_MOVE")
    assert (again.status_code, again.json()["error"]["code"]) == (422, "TICKET_CLOSED")
    assert (reopened.status_code, reopened.json()["error"]["code"]) == (422, "NOT_RESOLVED")


# The customer's own people


async def test_a_customers_person_opens_a_ticket_for_their_own_company(
    portal: Api, desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    location = await a_location(worker_pool, acme, customer_id)
    contact = await a_contact(worker_pool, acme, customer_id, email="test@example.com")

    opened = await portal.post(
        "/tickets",
        {"title": "Drucker", "location_id": str(location), "impact": "high", "urgency": "high"},
    )

    data = opened.json()["data"]
    assert opened.status_code == 201, opened.text
    assert data["relationships"]["customer"]["data"]["id"] == str(customer_id)
    assert data["relationships"]["contact"]["data"]["id"] == str(contact)
    assert (data["attributes"]["source"], data["attributes"]["priority"]) == ("portal", "P1")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("priority", "P1"),
        ("tags", ["vip"]),
        ("custom", {"room": "1"}),
        ("due_at", "2026-07-01T00:00:00Z"),
        ("estimated_minutes", 5),
        ("order_reference", "B-1"),
        ("source", "phone"),
        ("occurred_at", "2026-06-01T00:00:00Z"),
        ("external_refs", [{"system": "x", "id": "1"}]),
    ],
)
async def test_what_the_desk_decides_is_not_for_customers(
    portal: Api, field: str, value: object
) -> None:
    refused = await portal.post("/tickets", {"title": "Drucker", field: value})

    assert (refused.status_code, refused.json()["error"]["code"]) == (
        403,
        "FIELDS_NOT_FOR_CUSTOMERS",
    )
    assert [one["field"] for one in refused.json()["error"]["details"]] == [field]


async def test_nobody_opens_tickets_for_another_customer(
    portal: Api, worker_pool: Pool, acme: Tenant
) -> None:
    other = await a_customer(worker_pool, acme, number="KD-10043")
    site = await a_location(worker_pool, acme, other)

    foreign = await portal.post("/tickets", {"title": "x", "customer_id": str(other)})
    placed = await portal.post("/tickets", {"title": "x", "location_id": str(site)})

    assert (foreign.status_code, placed.status_code) == (403, 422)


async def test_the_desk_says_whose_ticket_it_is(desk: Api) -> None:
    refused = await desk.post("/tickets", {"title": "x"})

    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "CUSTOMER_MISSING")


async def test_a_customers_person_never_reads_the_desks_own_notes(
    portal: Api, desk: Api, customer_id: UUID
) -> None:
    await made(desk, "/ticket-fields", {"key": "margin", "label": "Marge", "type": "text"})
    ticket = await a_ticket(
        desk,
        customer_id,
        tags=["nervt"],
        custom={"margin": "hoch"},
        follow_up_at="2026-07-01T00:00:00Z",
        estimated_minutes=45,
    )

    one = await portal.get(f"/tickets/{ticket['id']}")
    listed = await portal.get("/tickets")

    for attributes in (
        one.json()["data"]["attributes"],
        listed.json()["data"][0]["attributes"],
    ):
        assert (attributes["tags"], attributes["custom"]) == ([], {})
        assert (attributes["follow_up_at"], attributes["estimated_minutes"]) == (None, None)


async def test_a_customers_person_closes_and_reopens_what_their_company_asked(
    portal: Api, desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    await adopt(desk, _strict())
    theirs = (await a_ticket(desk, customer_id))["id"]
    solved = (await a_ticket(desk, customer_id))["id"]
    override = {"override_reason": "Test"}
    await desk.put(f"/tickets/{solved}/status", {"status": "in_review"})
    await desk.put(f"/tickets/{solved}/status", {"status": "fixed", **override})

    closed = await portal.post(f"/tickets/{theirs}/close")
    reopened = await portal.post(f"/tickets/{solved}/reopen")

    attributes = closed.json()["data"]["attributes"]
    assert (attributes["status"], bool(attributes["resolved_at"])) == ("done", True)
    assert reopened.json()["data"]["attributes"]["status"] == "doing"
    moves = [
        (one.data["previous"], one.data["current"])
        for one in await published(worker_pool, acme.id)
        if one.type == "ticket.status_changed.v1"
    ]
    assert ("triage", "done") in moves
    assert ("fixed", "doing") in moves


async def test_a_customers_person_neither_pauses_clocks_nor_edits_nor_assigns(
    api: Api, desk: Api, customer_id: UUID, acme: Tenant
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    grants = [f"ticket:{action}:own_customer" for action in ("view", "update", "assign")]
    person = api.as_(acme.person(*grants, customer_id=str(customer_id)))

    answers = [
        await person.put(f"/tickets/{ticket}/status", {"status": "waiting_third_party"}),
        await person.patch(f"/tickets/{ticket}", {"priority": "P1"}),
        await person.put(f"/tickets/{ticket}/assignee", {"assignee_id": None}),
    ]

    assert {one.status_code for one in answers} == {403}
    assert {one.json()["error"]["code"] for one in answers} == {"STAFF_ONLY"}


async def test_what_another_customer_asked_is_not_there(
    api: Api, desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant, beta: Tenant
) -> None:
    other = await a_customer(worker_pool, acme, number="KD-10043")
    ticket = (await a_ticket(desk, customer_id))["id"]
    neighbour = api.as_(acme.person(*PORTAL, customer_id=str(other)))
    stranger = api.as_(beta.person(*EVERYTHING))

    for somebody in (neighbour, stranger):
        for step in ("close", "reopen", "follow-ups"):
            answer = await somebody.post(f"/tickets/{ticket}/{step}", {})
            assert answer.status_code == 404


async def test_long_after_the_solution_a_follow_up_takes_its_place(
    portal: Api, desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    ticket = await a_ticket(desk, customer_id, order_reference="B-1")
    await desk.put(f"/tickets/{ticket['id']}/status", {"status": "resolved"})
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await tx.execute(
            "UPDATE tickets SET resolved_at = %(at)s", at=datetime.now(UTC) - timedelta(days=8)
        )

    late = await portal.post(f"/tickets/{ticket['id']}/reopen")
    replied = await portal.post(f"/tickets/{ticket['id']}/comments", {"body": "Schon wieder"})
    by_customer = await portal.post(
        f"/tickets/{ticket['id']}/follow-ups", {"description": "Schon wieder"}
    )
    by_desk = await desk.post(f"/tickets/{ticket['id']}/follow-ups", {"title": "Nochmal"})

    assert late.json()["error"]["code"] == "REOPEN_WINDOW_OVER"
    assert replied.json()["error"]["code"] == "REOPEN_WINDOW_OVER"
    data = by_customer.json()["data"]
    assert data["relationships"]["follow_up_of"]["data"]["id"] == ticket["id"]
    assert data["attributes"]["title"] == "T-1001: Warenwirtschaft langsam"
    assert data["attributes"]["order_reference"] is None
    assert by_desk.json()["data"]["attributes"]["order_reference"] == "B-1"


async def test_without_the_permission_nothing_is_closed(
    api: Api, desk: Api, acme: Tenant, customer_id: UUID
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    others = [one for one in EVERYTHING if not one.startswith("ticket:close")]

    answer = await api.as_(acme.person(*others)).post(f"/tickets/{ticket}/close")

    assert answer.status_code == 403
