"""Two people at once: one right state comes out, and who came second is told so clearly."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx

from psa_common.db import Pool, tenant_transaction
from psa_common.testing import Api, Tenant, a_context
from psa_tickets.usecases import auto_close
from tickets_builders import a_ticket
from tickets_desk import a_workflow, adopt
from tickets_relations import ids_at, read, said_on, two_tickets, worked_on
from tickets_words import PNG, upload

Asked = Awaitable[httpx.Response]


async def at_once(*requests: Asked) -> list[int]:
    """Send all at once; nobody may be answered with a failure of ours."""
    answers = await asyncio.gather(*requests)
    assert all(one.status_code < 500 for one in answers), [one.text for one in answers]
    return [one.status_code for one in answers]


async def test_of_timers_started_at_once_one_runs(desk: Api, customer_id: UUID) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]

    await at_once(*(desk.post("/timers", {"ticket_id": ticket}) for _ in range(4)))

    timers = (await desk.get("/timers")).json()["data"]
    assert sum(one["attributes"]["running_since"] is not None for one in timers) == 1


async def test_of_two_charges_for_one_visit_one_is_kept(desk: Api, customer_id: UUID) -> None:
    path = f"/tickets/{(await a_ticket(desk, customer_id))['id']}/travel"
    way = {"visit_date": "2026-06-03", "km": "12.5"}

    codes = await at_once(*(desk.post(path, way) for _ in range(3)))

    assert set(codes) <= {201, 409, 422}
    assert len(await ids_at(desk, path)) == codes.count(201) == 1


async def test_no_work_slips_into_a_period_while_it_is_locked(desk: Api, customer_id: UUID) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    work = {"note": "Treiber", "minutes": 30, "work_date": "2026-06-03"}
    lock = {"locked_until": "2026-06-30", "reason": "Monatsabschluss"}

    booked, locked = await at_once(
        desk.post(f"/tickets/{ticket}/time-entries", work), desk.put("/time-lock", lock)
    )
    late = await desk.post(f"/tickets/{ticket}/time-entries", work)

    assert locked == 200
    assert booked in {201, 409, 422}
    assert late.status_code in {409, 422}
    kept = await ids_at(desk, f"/time-entries?ticket_id={ticket}")
    assert len(kept) == (booked == 201)


async def test_what_is_approved_and_withdrawn_at_once_is_one_of_both(
    desk: Api, customer_id: UUID
) -> None:
    entry = await worked_on(desk, (await a_ticket(desk, customer_id))["id"])
    await desk.post("/time-entries/submit", {"ids": [entry]})

    approved, withdrawn = await at_once(
        desk.post(f"/time-entries/{entry}/approve"),
        desk.post("/time-entries/withdraw", {"ids": [entry]}),
    )

    state = (await desk.get(f"/time-entries/{entry}")).json()["data"]["attributes"]["state"]
    assert state == {(200, 422): "approved", (422, 200): "draft"}[approved, withdrawn]


async def test_what_is_split_off_while_its_ticket_is_merged_is_lost_nowhere(
    desk: Api, customer_id: UUID
) -> None:
    source, target = await two_tickets(desk, customer_id)
    comment = await said_on(desk, source)

    merged, split = await at_once(
        desk.post(f"/tickets/{source}/merge", {"into": target}),
        desk.post(f"/tickets/{source}/split", {"title": "Neu", "comment_ids": [comment]}),
    )

    assert merged == 200
    assert split in {201, 422}
    tickets = await ids_at(desk, "/tickets")
    homes = [one for one in tickets if comment in await ids_at(desk, f"/tickets/{one}/comments")]
    assert len(homes) == 1


async def test_a_status_is_not_taken_away_from_a_ticket_that_just_gets_it(
    desk: Api, customer_id: UUID
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]

    await at_once(
        desk.put("/workflow", a_workflow()),
        desk.put(f"/tickets/{ticket}/status", {"status": "in_progress"}),
    )

    known = (await desk.get("/workflow")).json()["data"]["attributes"]["statuses"]
    assert (await read(desk, ticket))["status"] in {one["key"] for one in known}


async def test_a_reply_that_comes_while_the_ticket_closes_is_kept(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    await desk.put(f"/tickets/{ticket}/status", {"status": "resolved"})
    later = datetime.now(UTC) + timedelta(days=60)

    async def look() -> None:
        async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
            await auto_close.close_due(tx, now=later)

    reply = {"body": "Geht noch nicht", "author_kind": "contact"}
    answer, _ = await asyncio.gather(desk.post(f"/tickets/{ticket}/comments", reply), look())

    assert answer.status_code < 500, answer.text
    said = await ids_at(desk, f"/tickets/{ticket}/comments")
    assert len(said) == (answer.status_code == 201)
    if answer.status_code == 201:
        assert (await read(desk, ticket))["status"] == "in_progress"


async def test_a_merge_is_undone_or_its_ticket_gets_another_parent_but_never_a_circle(
    desk: Api, customer_id: UUID
) -> None:
    source, target = await two_tickets(desk, customer_id)
    await desk.post(f"/tickets/{source}/merge", {"into": target})

    await at_once(
        desk.post(f"/tickets/{source}/unmerge"),
        desk.put(f"/tickets/{target}/parent", {"parent_id": source}),
        desk.put(f"/tickets/{source}/parent", {"parent_id": target}),
    )

    below = [len(await ids_at(desk, f"/tickets/{one}/children")) for one in (source, target)]
    assert sum(below) <= 1


async def test_an_upload_sent_twice_with_one_key_is_one_file(desk: Api, customer_id: UUID) -> None:
    ticket = await a_ticket(desk, customer_id)
    key = {"idempotency-key": "one-and-the-same"}

    codes = await at_once(*(upload(desk, ticket, PNG, headers=key) for _ in range(3)))

    assert 201 in codes
    assert set(codes) <= {201, 409}
    assert len(await ids_at(desk, f"/tickets/{ticket['id']}/attachments")) == 1


async def test_two_definitions_of_one_name_at_once_are_one(desk: Api) -> None:
    codes = await at_once(*(desk.post("/queues", {"name": "Zentrale"}) for _ in range(3)))

    assert sorted(codes) == [201, 409, 409]


async def test_an_edited_process_is_adopted_once(desk: Api) -> None:
    await adopt(desk, a_workflow())

    codes = await at_once(*(desk.put("/workflow", a_workflow()) for _ in range(3)))

    assert set(codes) <= {200, 409}
