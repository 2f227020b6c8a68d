"""Which merges are refused, what happens at the same time as one, and what none forgets."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import psycopg

from psa_common.db import Pool, tenant_transaction
from psa_common.ids import uuid7
from psa_common.testing import Api, Database, Tenant, a_context
from psa_tickets.domain.ticket import AuthorKind, Visibility
from psa_tickets.queries import copies
from psa_tickets.queries.merge_movements import MOVEMENTS, STAYING
from psa_tickets.usecases import conversation
from psa_tickets.usecases.conversation import Words
from psa_tickets.usecases.relations import merging
from tickets_builders import EVERYTHING, a_customer, a_ticket
from tickets_relations import (
    ids_at,
    put_under_contract,
    read,
    somebody_waits,
    two_tickets,
    worked_on,
)

COLUMNS_OF_TICKETS_SQL = """
    SELECT c.conrelid::regclass::text, a.attname
      FROM pg_constraint AS c
      JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[2]
     WHERE c.contype = 'f'
       AND c.confrelid = 'tickets'::regclass
"""


async def test_a_ticket_is_not_merged_into_itself_or_a_closed_one(
    desk: Api, customer_id: UUID
) -> None:
    source, target = await two_tickets(desk, customer_id)
    for status in ("resolved", "closed"):
        await desk.put(f"/tickets/{target}/status", {"status": status})

    into_itself = await desk.post(f"/tickets/{source}/merge", {"into": source})
    into_closed = await desk.post(f"/tickets/{source}/merge", {"into": target})
    not_merged = await desk.post(f"/tickets/{source}/unmerge")

    assert into_itself.json()["error"]["code"] == "MERGED_INTO_ITSELF"
    assert into_closed.json()["error"]["code"] == "MERGE_TARGET_CLOSED"
    assert not_merged.json()["error"]["code"] == "NOT_MERGED"
    assert {r.status_code for r in (into_itself, into_closed, not_merged)} == {422}


async def test_a_ticket_is_not_merged_into_another_customers(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    other = await a_customer(worker_pool, acme, number="KD-10043")
    source = (await a_ticket(desk, customer_id))["id"]
    target = (await a_ticket(desk, other))["id"]

    refused = await desk.post(f"/tickets/{source}/merge", {"into": target})

    assert (refused.status_code, refused.json()["error"]["code"]) == (
        422,
        "MERGED_ACROSS_CUSTOMERS",
    )
    assert (await read(desk, source))["status"] == "new"


async def test_time_that_billing_knows_of_does_not_change_its_contract(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant, api: Api
) -> None:
    source, target = await two_tickets(desk, customer_id)
    contract_id = uuid7()
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        copies.keep_contract(
            tx,
            id=contract_id,
            customer_id=customer_id,
            number="V-1",
            title="Wartung",
            valid_from=datetime(2026, 1, 1, tzinfo=UTC).date(),
            valid_to=None,
            sequence=1,
        )
    await put_under_contract(worker_pool, acme, source, contract_id)
    entry = await worked_on(desk, source)
    approver = api.as_(acme.person(*EVERYTHING))
    approved = await approver.post(f"/time-entries/{entry}/approve")
    assert approved.status_code == 200, approved.text

    refused = await desk.post(f"/tickets/{source}/merge", {"into": target})
    await put_under_contract(worker_pool, acme, target, contract_id)
    allowed = await desk.post(f"/tickets/{source}/merge", {"into": target})

    assert refused.json()["error"]["code"] == "MERGED_ACROSS_CONTRACTS"
    assert allowed.status_code == 200, allowed.text


async def test_another_tenants_ticket_is_not_there(
    api: Api, desk: Api, customer_id: UUID, beta: Tenant, worker_pool: Pool
) -> None:
    source, target = await two_tickets(desk, customer_id)
    stranger = api.as_(beta.person(*EVERYTHING))
    theirs = (await a_ticket(stranger, await a_customer(worker_pool, beta)))["id"]

    answers = [
        await stranger.post(f"/tickets/{source}/merge", {"into": target}),
        await stranger.post(f"/tickets/{theirs}/merge", {"into": target}),
        await stranger.post(f"/tickets/{source}/merge", {"into": theirs}),
        await stranger.post(f"/tickets/{source}/unmerge"),
    ]

    assert {response.status_code for response in answers} == {404}


async def test_merging_needs_its_permission_for_both_tickets(
    api: Api, desk: Api, customer_id: UUID, acme: Tenant
) -> None:
    source, target = await two_tickets(desk, customer_id)
    others = [one for one in EVERYTHING if not one.startswith("ticket:merge")]
    narrow = acme.person("ticket:merge:assigned")

    without = await api.as_(acme.person(*others)).post(f"/tickets/{source}/merge", {"into": target})
    too_narrow = await api.as_(narrow).post(f"/tickets/{source}/merge", {"into": target})

    assert (without.status_code, too_narrow.status_code) == (403, 404)


async def test_of_two_merges_at_once_into_each_other_one_is_refused(
    desk: Api, customer_id: UUID
) -> None:
    first, second = await two_tickets(desk, customer_id)

    answers = await asyncio.gather(
        desk.post(f"/tickets/{first}/merge", {"into": second}),
        desk.post(f"/tickets/{second}/merge", {"into": first}),
    )

    assert sorted(response.status_code for response in answers) == [200, 422]
    assert sorted([(await read(desk, one))["status"] for one in (first, second)]) == [
        "closed",
        "new",
    ]


async def test_a_comment_under_way_is_merged_too(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant, database: Database
) -> None:
    source, target = await two_tickets(desk, customer_id)
    principal = acme.person(*EVERYTHING).principal
    words = Words(
        body="noch etwas",
        visibility=Visibility.PUBLIC,
        author_kind=AuthorKind.AGENT,
        occurred_at=None,
    )

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        said = await conversation.comment(tx, principal, UUID(source), words, now=datetime.now(UTC))
        merge = asyncio.create_task(desk.post(f"/tickets/{source}/merge", {"into": target}))
        async with asyncio.timeout(10):
            while not await asyncio.to_thread(somebody_waits, database):
                assert not merge.done()
    merged = await merge

    assert merged.status_code == 200, merged.text
    assert await ids_at(desk, f"/tickets/{target}/comments") == [str(said.id)]


async def test_time_logged_while_a_merge_is_under_way_is_refused(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant, database: Database
) -> None:
    source, target = await two_tickets(desk, customer_id)
    principal = acme.person(*EVERYTHING).principal
    time = {"note": "x", "minutes": 5, "work_date": "2026-06-03"}

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await merging.merge(tx, principal, UUID(source), UUID(target), now=datetime.now(UTC))
        await tx.flush()
        logged = asyncio.create_task(desk.post(f"/tickets/{source}/time-entries", time))
        async with asyncio.timeout(10):
            while not await asyncio.to_thread(somebody_waits, database):
                assert not logged.done()
    refused = await logged

    assert refused.json()["error"]["code"] == "TICKET_MERGED"


def test_no_table_that_speaks_of_tickets_is_forgotten_by_a_merge(database: Database) -> None:
    moving = " ".join(movement.move for movement in MOVEMENTS.values())
    with psycopg.connect(database.owner_dsn) as conn:
        columns = conn.execute(COLUMNS_OF_TICKETS_SQL.encode()).fetchall()

    forgotten = [
        f"{table}.{column}"
        for table, column in columns
        if table not in STAYING
        and f"{table}.{column}" not in STAYING
        and (f"UPDATE {table}" not in moving or f"SET {column} =" not in moving)
    ]

    assert columns
    assert forgotten == []
