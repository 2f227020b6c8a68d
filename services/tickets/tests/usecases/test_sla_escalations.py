"""The timer tells and acts: once, by the rules that people are under, and never in circles."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psa_common.db import Pool, tenant_transaction
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant, a_context
from psa_events.testing import published
from psa_tickets.queries import sla_escalations as outcomes
from psa_tickets.usecases import sla_escalations
from tickets_builders import a_contact, a_ticket, a_user
from tickets_sla_api import OPENED, an_always_open_policy, at_work, report

Levels = list[dict[str, Any]]
FROM_THE_FUTURE = """
    INSERT INTO sla_events (ticket_id, position, kind, occurred_at, recorded_at)
    VALUES (%(ticket_id)s, 99, 'on_the_moon', now(), now())
"""
A_QUEUE = "INSERT INTO queues (id, name, created_at) VALUES (%(id)s, 'Second Level', now())"


def _later(minutes: int) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=minutes)


async def _policy(desk: Api, *escalations: dict[str, Any]) -> None:
    await an_always_open_policy(desk, escalations=list(escalations))


async def _levels(desk: Api, ticket: str) -> Levels:
    levels: Levels = (await report(desk, ticket))["resolution"]["levels"]
    return levels


async def _outcomes(worker_pool: Pool, acme: Tenant, ticket: str) -> list[tuple[int, str, str]]:
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        found = await outcomes.list_of_ticket(tx, UUID(ticket))
    return [(one.percent, one.state.value, one.outcome or "") for one in found]


async def _ticket(desk: Api, ticket: str) -> dict[str, Any]:
    resource: dict[str, Any] = (await desk.get(f"/tickets/{ticket}")).json()["data"]
    return resource


async def _told(worker_pool: Pool, acme: Tenant) -> list[dict[str, Any]]:
    events = await published(worker_pool, acme.id)
    return [event.data for event in events if event.type == "sla.escalated.v1"]


async def test_each_level_is_told_once_with_everybody_it_concerns(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    manager, technician = await a_user(worker_pool, acme), await a_user(worker_pool, acme)
    people: dict[str, Any] = {
        "notify": ["assignee", "contact"],
        "notify_user_ids": [str(manager), str(technician)],
    }
    await _policy(desk, {"percent": 50, **people}, {"percent": 110, "notify_user_ids": []})
    ticket = (await a_ticket(desk, customer_id, priority="P2"))["id"]
    await desk.put(f"/tickets/{ticket}/assignee", {"assignee_id": str(technician)})

    for minutes in (49, 51, 52, 120, 121):
        await at_work(worker_pool, acme, now=_later(minutes))

    told = await _told(worker_pool, acme)
    assert [(one["percent"], one["acts"]) for one in told] == [(50, False), (110, False)]
    assert told[0]["user_ids"] == [str(technician), str(manager)]
    assert told[0]["contact_id"] is None
    assert told[1]["user_ids"] == []


async def test_the_contact_of_the_ticket_is_told(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    contact = await a_contact(worker_pool, acme, customer_id)
    await _policy(desk, {"percent": 50, "notify": ["contact"]})
    ticket = (await a_ticket(desk, customer_id, priority="P2"))["id"]
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await tx.execute(
            "UPDATE tickets SET contact_id = %(contact)s WHERE id = %(id)s",
            contact=contact,
            id=ticket,
        )

    await at_work(worker_pool, acme, now=_later(60))

    [told] = await _told(worker_pool, acme)
    assert told["contact_id"] == str(contact)


async def test_a_level_assigns_moves_and_raises_as_people_would(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    expert, queue = await a_user(worker_pool, acme), uuid7()
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await tx.execute(A_QUEUE, id=queue)
    await _policy(
        desk,
        {
            "percent": 50,
            "assign_to": str(expert),
            "move_to_queue": str(queue),
            "raise_priority_to": "P1",
            "set_status": "in_progress",
        },
    )
    ticket = (await a_ticket(desk, customer_id, priority="P2"))["id"]
    await at_work(worker_pool, acme, now=_later(51))

    assert await sla_escalations.do_next(worker_pool, acme.id, now=_later(51))
    assert not await sla_escalations.do_next(worker_pool, acme.id, now=_later(51))

    after = await _ticket(desk, ticket)
    assert after["relationships"]["assignee"]["data"]["id"] == str(expert)
    assert (after["attributes"]["priority"], after["attributes"]["status"]) == (
        "P1",
        "in_progress",
    )
    types = [event.type for event in await published(worker_pool, acme.id)]
    assert {"ticket.assigned.v1", "ticket.updated.v1", "ticket.status_changed.v1"} <= set(types)
    [(percent, state, outcome)] = await _outcomes(worker_pool, acme, ticket)
    assert (percent, state) == (50, "done")
    assert outcome.startswith("priority P1, assignee_id ")


async def test_what_an_escalation_changes_escalates_no_level_twice(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    """P1 has half the time of P2, so its 50 percent are over as soon as it is raised."""
    raising = {"percent": 50, "raise_priority_to": "P1"}
    calendar = await desk.post("/calendars", {"name": "24x7", "always_open": True})
    targets = {
        "P2": {"resolution_minutes": 100, "escalations": [raising]},
        "P1": {"resolution_minutes": 50, "escalations": [raising, {"percent": 110}]},
    }
    policy = {
        "name": "Rund um die Uhr",
        "calendar_id": calendar.json()["data"]["id"],
        "is_default": True,
        "targets": targets,
    }
    assert (await desk.post("/sla-policies", policy)).status_code == 201
    ticket = (await a_ticket(desk, customer_id, priority="P2"))["id"]

    for minutes in range(51, 60):
        await at_work(worker_pool, acme, now=_later(minutes))
        while await sla_escalations.do_next(worker_pool, acme.id, now=_later(minutes)):
            pass

    outcomes = await _outcomes(worker_pool, acme, ticket)
    assert [(percent, state) for percent, state, _ in outcomes] == [(50, "done"), (110, "told")]


async def test_a_person_who_changes_the_priority_begins_a_new_budget(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    await _policy(desk, {"percent": 1})
    ticket = (await a_ticket(desk, customer_id, priority="P2"))["id"]
    await at_work(worker_pool, acme, now=_later(2))
    await desk.patch(f"/tickets/{ticket}", {"priority": "P3"})
    await desk.patch(f"/tickets/{ticket}", {"priority": "P2"})
    await at_work(worker_pool, acme, now=_later(5))
    await at_work(worker_pool, acme, now=_later(6))

    assert [one["percent"] for one in await _told(worker_pool, acme)] == [1, 1]


async def test_two_workers_do_an_escalation_once(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    await _policy(desk, {"percent": 50, "raise_priority_to": "P1"})
    ticket = (await a_ticket(desk, customer_id, priority="P2"))["id"]

    await asyncio.gather(*(at_work(worker_pool, acme, now=_later(51)) for _ in range(3)))
    done = await asyncio.gather(
        *(sla_escalations.do_next(worker_pool, acme.id, now=_later(51)) for _ in range(3))
    )

    assert len(await _told(worker_pool, acme)) == 1
    assert sum(done) == 1
    events = await published(worker_pool, acme.id)
    assert [event.type for event in events].count("ticket.updated.v1") == 1
    assert len(await _outcomes(worker_pool, acme, ticket)) == 1


async def test_a_step_that_the_process_forbids_is_refused_and_says_so(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    await _policy(desk, {"percent": 50, "set_status": "assigned", "raise_priority_to": "P1"})
    ticket = (await a_ticket(desk, customer_id, priority="P2"))["id"]
    await at_work(worker_pool, acme, now=_later(51))

    assert await sla_escalations.do_next(worker_pool, acme.id, now=_later(51))

    [(_, state, outcome)] = await _outcomes(worker_pool, acme, ticket)
    assert (state, "has no assignee" in outcome) == ("refused", True)
    assert (await _ticket(desk, ticket))["attributes"]["priority"] == "P2"


async def test_what_was_resolved_meanwhile_is_left_alone(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    await _policy(desk, {"percent": 50, "raise_priority_to": "P1"})
    ticket = (await a_ticket(desk, customer_id, priority="P2"))["id"]
    await at_work(worker_pool, acme, now=_later(51))
    await desk.put(f"/tickets/{ticket}/status", {"status": "resolved"})

    await sla_escalations.do_next(worker_pool, acme.id, now=_later(52))

    [(_, state, outcome)] = await _outcomes(worker_pool, acme, ticket)
    assert (state, "is resolved by now" in outcome) == ("refused", True)


async def test_somebody_who_has_left_is_assigned_nothing(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    expert = await a_user(worker_pool, acme)
    await _policy(desk, {"percent": 50, "assign_to": str(expert)})
    ticket = (await a_ticket(desk, customer_id, priority="P2"))["id"]
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await tx.execute("UPDATE users SET active = false WHERE id = %(id)s", id=expert)
    await at_work(worker_pool, acme, now=_later(51))

    await sla_escalations.do_next(worker_pool, acme.id, now=_later(51))

    [(_, state, outcome)] = await _outcomes(worker_pool, acme, ticket)
    assert (state, f"{expert} is no active user" in outcome) == ("refused", True)


async def test_a_failure_is_tried_again_and_given_up_in_the_end(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    """A log that this version cannot read is an error of ours and no rule."""
    await _policy(desk, {"percent": 50, "set_status": "in_progress"})
    ticket = (await a_ticket(desk, customer_id, priority="P2"))["id"]
    await at_work(worker_pool, acme, now=_later(51))
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await tx.execute(FROM_THE_FUTURE, ticket_id=ticket)

    for _ in range(sla_escalations.ATTEMPTS_MAX - 1):
        assert not await sla_escalations.do_next(worker_pool, acme.id, now=_later(51))
        [(_, state, _)] = await _outcomes(worker_pool, acme, ticket)
        assert state == "pending"
    await sla_escalations.do_next(worker_pool, acme.id, now=_later(51))

    [(_, state, outcome)] = await _outcomes(worker_pool, acme, ticket)
    assert (state, "unknown event on_the_moon" in outcome) == ("failed", True)


async def test_the_report_shows_what_escalated_and_what_will(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    await _policy(desk, {"percent": 1}, {"percent": 90, "raise_priority_to": "P1"})
    ticket = (await a_ticket(desk, customer_id, priority="P2"))["id"]

    levels = await _levels(desk, ticket)

    assert [(one["percent"], one["reached"], one["state"]) for one in levels] == [
        (1, False, None),
        (90, False, None),
    ]


async def test_a_backdated_ticket_escalates_nothing(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    await _policy(desk, {"percent": 50}, {"percent": 110, "raise_priority_to": "P1"})
    ticket = await a_ticket(desk, customer_id, priority="P2", occurred_at=OPENED)

    await at_work(worker_pool, acme, now=_later(1))

    assert await _told(worker_pool, acme) == []
    assert await _outcomes(worker_pool, acme, ticket["id"]) == []
    assert all(one["reached"] for one in await _levels(desk, ticket["id"]))
