"""/tickets/{id}/merge and /unmerge: what moves, stays, is refused, and comes back."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from psa_common.db import Pool, tenant_transaction
from psa_common.testing import Api, Tenant, a_context
from psa_events.testing import published
from psa_tickets.domain.relations.merge import UNDO_WINDOW, UnmergeTooLate
from psa_tickets.usecases.relations import merging
from tickets_builders import EVERYTHING, a_policy, a_ticket
from tickets_relations import (
    ids_at,
    read,
    said_on,
    story_of_clocks,
    two_tickets,
    worked_on,
)


async def test_what_belongs_to_the_source_belongs_to_the_target_with_its_id_and_instant(
    desk: Api, customer_id: UUID
) -> None:
    source, target = await two_tickets(desk, customer_id)
    comment = await said_on(desk, source, "Der Toner ist leer.")
    entry = await worked_on(desk, source)
    before = (await desk.get(f"/tickets/{source}/comments")).json()["data"]

    merged = await desk.post(f"/tickets/{source}/merge", {"into": target})

    assert merged.status_code == 200, merged.text
    assert merged.json()["data"]["attributes"]["moved"]["comments"] == 1
    assert (await desk.get(f"/tickets/{target}/comments")).json()["data"][0][
        "attributes"
    ] == before[0]["attributes"]
    assert await ids_at(desk, f"/tickets/{target}/comments") == [comment]
    assert await ids_at(desk, f"/time-entries?ticket_id={target}") == [entry]
    assert await ids_at(desk, f"/tickets/{source}/comments") == []


async def test_the_source_is_closed_and_stays_readable(desk: Api, customer_id: UUID) -> None:
    source, target = await two_tickets(desk, customer_id, description="Papierstau in Fach 2")

    await desk.post(f"/tickets/{source}/merge", {"into": target})

    read_source = await read(desk, source)
    assert (read_source["status"], read_source["status_category"]) == ("closed", "closed")
    assert read_source["description"] == "Papierstau in Fach 2"
    assert (await read(desk, target))["status"] == "new"


async def test_nothing_more_happens_on_a_merged_ticket_and_the_refusal_says_where_to_go(
    desk: Api, customer_id: UUID
) -> None:
    source, target = await two_tickets(desk, customer_id)
    await desk.post(f"/tickets/{source}/merge", {"into": target})
    time = {"note": "x", "minutes": 5, "work_date": "2026-06-03"}

    answers = [
        await desk.post(f"/tickets/{source}/comments", {"body": "Hallo"}),
        await desk.post(f"/tickets/{source}/time-entries", time),
        await desk.patch(f"/tickets/{source}", {"title": "anders"}),
        await desk.put(f"/tickets/{source}/status", {"status": "in_progress"}),
        await desk.put(f"/tickets/{source}/assignee", {"assignee_id": None}),
        await desk.post(f"/tickets/{source}/merge", {"into": target}),
    ]

    number = (await read(desk, target))["number"]
    for response in answers:
        assert response.status_code == 422, response.text
        assert response.json()["error"]["code"] == "TICKET_MERGED"
        assert number in response.json()["error"]["message"]


async def test_a_merge_is_told_with_what_it_moved(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    source, target = await two_tickets(desk, customer_id)
    await said_on(desk, source)

    await desk.post(f"/tickets/{source}/merge", {"into": target})

    events = await published(worker_pool, acme.id)
    told = [(event.type, event.subject) for event in events[-2:]]
    assert told == [("ticket.status_changed.v1", source), ("ticket.merged.v1", source)]
    assert events[-1].data["target_id"] == target
    assert events[-1].data["moved"] == {
        "comments": 1, "time_entries": 0, "watchers": 0, "links": 0, "children": 0,
        "attachments": 0,
    }  # fmt: skip


async def test_the_clocks_of_the_source_stop_without_a_verdict_and_the_targets_run_on(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    await a_policy(desk)
    source, target = await two_tickets(desk, customer_id, priority="P2")
    due = (await read(desk, target))["resolution_due_at"]

    await desk.post(f"/tickets/{source}/merge", {"into": target})

    types = {event.type for event in await published(worker_pool, acme.id)}
    assert "sla.measured.v1" not in types
    assert (await read(desk, source))["resolution_due_at"] is None
    assert (await read(desk, target))["resolution_due_at"] == due
    await desk.put(f"/tickets/{target}/status", {"status": "resolved"})
    measured = [
        event.subject
        for event in await published(worker_pool, acme.id)
        if event.type == "sla.measured.v1"
    ]
    assert measured == [target, target]


@pytest.mark.parametrize("status", ["new", "waiting_customer", "resolved"])
async def test_undoing_a_merge_puts_back_exactly_what_was(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant, status: str
) -> None:
    await a_policy(desk)
    source, target = await two_tickets(desk, customer_id, priority="P2")
    here = await said_on(desk, source)
    there = await said_on(desk, target)
    if status != "new":
        await desk.put(f"/tickets/{source}/status", {"status": status})
    before = await read(desk, source)
    story = await story_of_clocks(desk, source)
    await desk.post(f"/tickets/{source}/merge", {"into": target})

    undone = await desk.post(f"/tickets/{source}/unmerge")

    assert undone.status_code == 200, undone.text
    after = await read(desk, source)
    assert {**after, "updated_at": None} == {**before, "updated_at": None}
    assert await story_of_clocks(desk, source) == story
    assert await ids_at(desk, f"/tickets/{source}/comments") == [here]
    assert await ids_at(desk, f"/tickets/{target}/comments") == [there]
    last = (await published(worker_pool, acme.id))[-1]
    assert (last.type, last.data["moved"]["comments"]) == ("ticket.unmerged.v1", 1)


async def test_what_was_said_after_the_merge_stays_in_the_target(
    desk: Api, customer_id: UUID
) -> None:
    source, target = await two_tickets(desk, customer_id)
    await desk.post(f"/tickets/{source}/merge", {"into": target})
    later = await said_on(desk, target)

    await desk.post(f"/tickets/{source}/unmerge")

    assert await ids_at(desk, f"/tickets/{target}/comments") == [later]


async def test_an_unmerged_ticket_keeps_its_promise_and_is_judged_once(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    await a_policy(desk)
    source, target = await two_tickets(desk, customer_id, priority="P2")
    await desk.post(f"/tickets/{source}/merge", {"into": target})
    await desk.post(f"/tickets/{source}/unmerge")

    resolved = await desk.put(f"/tickets/{source}/status", {"status": "resolved"})

    assert resolved.status_code == 200, resolved.text
    measured = [
        (event.subject, event.data["metric"])
        for event in await published(worker_pool, acme.id)
        if event.type == "sla.measured.v1"
    ]
    assert sorted(measured) == [(source, "resolution"), (source, "response")]


async def test_what_was_merged_into_the_source_is_found_in_the_target_and_can_come_back(
    desk: Api, customer_id: UUID
) -> None:
    first, second = await two_tickets(desk, customer_id)
    third = (await a_ticket(desk, customer_id))["id"]
    comment = await said_on(desk, first)
    await desk.post(f"/tickets/{first}/merge", {"into": second})
    await desk.post(f"/tickets/{second}/merge", {"into": third})

    refused = await desk.post(f"/tickets/{first}/comments", {"body": "Hallo"})
    undone = await desk.post(f"/tickets/{first}/unmerge")

    assert (await read(desk, third))["number"] in refused.json()["error"]["message"]
    assert undone.status_code == 200, undone.text
    assert await ids_at(desk, f"/tickets/{first}/comments") == [comment]
    assert (await desk.post(f"/tickets/{second}/unmerge")).status_code == 200
    assert await ids_at(desk, f"/tickets/{first}/comments") == [comment]


async def test_a_merge_of_yesterday_cannot_be_undone(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    source, target = await two_tickets(desk, customer_id)
    await desk.post(f"/tickets/{source}/merge", {"into": target})
    principal = acme.person(*EVERYTHING).principal
    tomorrow = datetime.now(UTC) + UNDO_WINDOW + timedelta(minutes=1)

    with pytest.raises(UnmergeTooLate, match="split"):
        async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
            await merging.unmerge(tx, principal, UUID(source), now=tomorrow)

    assert (await read(desk, source))["status"] == "closed"
