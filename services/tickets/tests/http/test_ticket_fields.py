"""What a ticket says beside its words: whom it names, priority, tags, the tenant's own fields."""

from typing import Any
from uuid import UUID

import pytest

from psa_common.db import Pool
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant
from psa_events.testing import published
from tickets_builders import a_contact, a_customer, a_policy, a_ticket
from tickets_desk import a_contract, a_location, an_asset, made

MATRIX = {
    impact: dict.fromkeys(("high", "medium", "low"), priority)
    for impact, priority in (("high", "P1"), ("medium", "P2"), ("low", "P4"))
}


async def test_a_ticket_keeps_everything_that_is_said(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    queue = await made(desk, "/queues", {"name": "Service Desk"})
    hardware = await made(desk, "/categories", {"name": "Hardware"})
    await made(desk, "/ticket-fields", {"key": "room", "label": "Raum", "type": "text"})
    contact = await a_contact(worker_pool, acme, customer_id)
    location = await a_location(worker_pool, acme, customer_id)
    contract = await a_contract(worker_pool, acme, customer_id)

    ticket = await a_ticket(
        desk,
        customer_id,
        type="task",
        contact_id=str(contact),
        location_id=str(location),
        contract_id=str(contract),
        queue_id=queue,
        category_id=hardware,
        tags=["VIP", "vip", "Drucker"],
        custom={"room": "0.12"},
        order_reference="4500012345",
        due_at="2026-07-01T10:00:00Z",
        follow_up_at="2026-06-20T08:00:00+02:00",
        estimated_minutes=45,
    )
    read = await desk.get(f"/tickets/{ticket['id']}?include=contact,queue,location")

    data = read.json()["data"]
    attributes, links = data["attributes"], data["relationships"]
    assert attributes["tags"] == ["vip", "drucker"]
    assert attributes["custom"] == {"room": "0.12"}
    assert (attributes["order_reference"], attributes["estimated_minutes"]) == ("4500012345", 45)
    assert attributes["follow_up_at"] == "2026-06-20T06:00:00Z"
    assert {name: links[name]["data"]["id"] for name in ("queue", "category", "contract")} == {
        "queue": queue,
        "category": hardware,
        "contract": str(contract),
    }
    assert {one["type"] for one in read.json()["included"]} == {"contact", "queue", "location"}


@pytest.mark.parametrize(
    "field", ["contact_id", "on_behalf_of_id", "location_id", "contract_id", "asset_ids"]
)
async def test_what_belongs_to_another_customer_is_refused(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant, field: str
) -> None:
    other = await a_customer(worker_pool, acme, number="KD-10043")
    build = {
        "contact_id": a_contact,
        "on_behalf_of_id": a_contact,
        "location_id": a_location,
        "contract_id": a_contract,
        "asset_ids": an_asset,
    }[field]
    foreign = str(await build(worker_pool, acme, other))
    value = [foreign] if field == "asset_ids" else foreign

    refused = await desk.post(
        "/tickets", {"title": "x", "customer_id": str(customer_id), field: value}
    )

    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "NOT_OF_CUSTOMER")
    assert [one["field"] for one in refused.json()["error"]["details"]] == [field]


async def test_a_queue_out_of_use_takes_no_tickets(desk: Api, customer_id: UUID) -> None:
    queue = await made(desk, "/queues", {"name": "Alt"})
    await desk.patch(f"/queues/{queue}", {"active": False})

    for queue_id in (queue, str(uuid7())):
        refused = await desk.post(
            "/tickets", {"title": "x", "customer_id": str(customer_id), "queue_id": queue_id}
        )
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "NOT_IN_USE")


async def test_impact_and_urgency_decide_and_a_person_may_decide_otherwise(
    desk: Api, customer_id: UUID
) -> None:
    await desk.put("/priority-matrix", {"cells": MATRIX})

    weighed = await a_ticket(desk, customer_id, impact="medium", urgency="low")
    overridden = await a_ticket(desk, customer_id, impact="low", urgency="low", priority="P1")
    path = f"/tickets/{overridden['id']}"
    kept = await desk.patch(path, {"urgency": "high"})
    given_back = await desk.patch(path, {"priority": None})
    untouched = await desk.patch(f"/tickets/{weighed['id']}", {"title": "Anders"})

    def decided(resource: dict[str, Any]) -> tuple[str, bool]:
        attributes = resource["attributes"]
        return attributes["priority"], attributes["priority_overridden"]

    assert decided(weighed) == ("P2", False)
    assert decided(overridden) == ("P1", True)
    assert decided(kept.json()["data"]) == ("P1", True)
    assert decided(given_back.json()["data"]) == ("P4", False)
    assert decided(untouched.json()["data"]) == ("P2", False)


async def test_another_urgency_means_other_terms(desk: Api, customer_id: UUID) -> None:
    await a_policy(desk)
    ticket = await a_ticket(desk, customer_id, impact="low", urgency="low")

    await desk.patch(f"/tickets/{ticket['id']}", {"impact": "medium", "urgency": "high"})

    clock = (await desk.get(f"/tickets/{ticket['id']}/sla")).json()["data"]["attributes"]
    assert ticket["attributes"]["priority"] == "P4"
    assert clock["resolution"]["budget_minutes"] == 480


async def test_a_matrix_with_a_hole_is_refused(desk: Api) -> None:
    refused = await desk.put("/priority-matrix", {"cells": {"high": MATRIX["high"]}})

    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "MATRIX_INCOMPLETE")
    assert (await desk.get("/priority-matrix")).headers["etag"] == '"0"'


async def test_null_empties_a_field_and_the_others_stay(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    await made(desk, "/ticket-fields", {"key": "room", "label": "Raum", "type": "text"})
    await made(desk, "/ticket-fields", {"key": "floor", "label": "Etage", "type": "number"})
    ticket = await a_ticket(
        desk,
        customer_id,
        due_at="2026-07-01T10:00:00Z",
        order_reference="B-1",
        custom={"room": "0.12", "floor": 2},
    )

    changed = await desk.patch(
        f"/tickets/{ticket['id']}", {"due_at": None, "custom": {"room": None}}
    )

    attributes = changed.json()["data"]["attributes"]
    assert (attributes["due_at"], attributes["order_reference"]) == (None, "B-1")
    assert attributes["custom"] == {"floor": 2}
    updated = (await published(worker_pool, acme.id))[-1]
    assert {one["field"]: one["current"] for one in updated.data["changes"]} == {
        "due_at": None,
        "custom": '{"floor":2}',
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"custom": {"room": 12}},
        {"custom": {"unknown": "x"}},
        {"tags": [str(number) for number in range(31)]},
    ],
)
async def test_values_that_do_not_fit_are_refused_and_nothing_changes(
    desk: Api, customer_id: UUID, fields: dict[str, object]
) -> None:
    await made(desk, "/ticket-fields", {"key": "room", "label": "Raum", "type": "text"})
    ticket = await a_ticket(desk, customer_id)

    edited = await desk.patch(f"/tickets/{ticket['id']}", fields)
    opened = await desk.post("/tickets", {"title": "x", "customer_id": str(customer_id), **fields})

    assert (edited.status_code, opened.status_code) == (422, 422)
    assert (await desk.get("/tickets")).json()["meta"]["total"] == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"order_reference": "x" * 36},
        {"estimated_minutes": 0},
        {"created_at": "2026-01-01T00:00:00Z"},
        {"updated_at": "2026-01-01T00:00:00Z"},
        {"number": "T-1"},
        {"source": "mail"},
        {"sla_due": "2099-01-01T00:00:00Z"},
        {"type": "wish"},
        {"customer_id": None},
        {"tags": [""]},
    ],
)
async def test_the_history_and_malformed_fields_cannot_be_written(
    desk: Api, customer_id: UUID, fields: dict[str, object]
) -> None:
    ticket = await a_ticket(desk, customer_id)

    refused = await desk.patch(f"/tickets/{ticket['id']}", fields)

    assert refused.status_code == 400, refused.text


async def test_a_required_field_is_asked_of_people_and_not_of_machines(
    desk: Api, customer_id: UUID
) -> None:
    field = {"key": "room", "label": "Raum", "type": "text", "required": True}
    await made(desk, "/ticket-fields", field)
    body = {"title": "x", "customer_id": str(customer_id)}

    person = await desk.post("/tickets", {**body, "source": "phone"})
    machine = await desk.post("/tickets", {**body, "source": "rmm"})

    assert (person.status_code, person.json()["error"]["code"]) == (422, "CUSTOM_VALUES_REFUSED")
    assert machine.status_code == 201


async def test_a_ticket_with_booked_time_keeps_its_customer(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    other = str(await a_customer(worker_pool, acme, number="KD-10043"))
    contact = str(await a_contact(worker_pool, acme, customer_id))
    ticket = await a_ticket(desk, customer_id, contact_id=contact)
    path = f"/tickets/{ticket['id']}"

    left_behind = await desk.patch(path, {"customer_id": other})
    moved = await desk.patch(path, {"customer_id": other, "contact_id": None})
    entry = {"note": "Toner", "minutes": 5, "work_date": "2026-06-03"}
    await desk.post(f"{path}/time-entries", entry)
    booked = await desk.patch(path, {"customer_id": str(customer_id)})

    assert left_behind.json()["error"]["code"] == "NOT_OF_CUSTOMER"
    assert moved.json()["data"]["relationships"]["customer"]["data"]["id"] == other
    assert (booked.status_code, booked.json()["error"]["code"]) == (409, "TIME_IS_BOOKED")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("stage=open", ["T-1001", "T-1002"]),
        ("stage=waiting", ["T-1003"]),
        ("stage=resolved", []),
        ("status_kind=new", ["T-1001", "T-1002"]),
        ("unassigned=true&stage=open", ["T-1001", "T-1002"]),
        ("unassigned=false", []),
        ("tag=vip", ["T-1001"]),
        ("source=phone", ["T-1002"]),
        ("due_before=2026-07-02T00:00:00Z", ["T-1001"]),
        ("follow_up_before=2026-07-02T00:00:00Z", ["T-1002"]),
        ("stale_since=2026-01-01T00:00:00Z", []),
    ],
)
async def test_lists_are_narrowed_to_what_somebody_works_on(
    desk: Api, customer_id: UUID, query: str, expected: list[str]
) -> None:
    await a_ticket(desk, customer_id, tags=["VIP"], due_at="2026-07-01T00:00:00Z")
    await a_ticket(desk, customer_id, source="phone", follow_up_at="2026-07-01T00:00:00Z")
    waiting = await a_ticket(desk, customer_id)
    await desk.put(f"/tickets/{waiting['id']}/status", {"status": "waiting_customer"})

    page = (await desk.get(f"/tickets?sort=created_at&{query}")).json()

    assert [one["attributes"]["number"] for one in page["data"]] == expected


async def test_what_other_systems_call_a_ticket_is_replaced_as_a_whole(
    desk: Api, customer_id: UUID
) -> None:
    ticket = await a_ticket(desk, customer_id, external_refs=[{"system": "n-able", "id": "77"}])

    changed = await desk.patch(
        f"/tickets/{ticket['id']}", {"external_refs": [{"system": "jira", "id": "IT-1"}]}
    )

    assert ticket["attributes"]["external_refs"] == [{"system": "n-able", "id": "77"}]
    refs = changed.json()["data"]["attributes"]["external_refs"]
    assert refs == [{"system": "jira", "id": "IT-1"}]
