"""What is announced leaves if, and only if, its transaction commits."""

import asyncio

import psycopg
import pytest

from psa_common.db import Pool, tenant_transaction
from psa_common.ids import uuid7
from psa_common.testing import Tenant, a_context
from psa_events import outbox
from psa_events.testing import published
from psa_events_builders import Booked


async def test_an_event_of_a_rolled_back_transaction_never_existed(
    pool: Pool, worker_pool: Pool, acme: Tenant
) -> None:
    async def announce_and_fail() -> None:
        async with tenant_transaction(pool, acme.id, a_context()) as tx:
            outbox.publish(tx, Booked(account_id=uuid7(), note="never"))
            await tx.flush()
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        await announce_and_fail()

    assert await published(worker_pool, acme.id) == []


async def test_an_aggregates_events_are_numbered_without_holes_in_the_order_of_their_commits(
    pool: Pool, worker_pool: Pool, acme: Tenant
) -> None:
    account = uuid7()

    async def announce(number: int) -> None:
        async with tenant_transaction(pool, acme.id, a_context()) as tx:
            outbox.publish(tx, Booked(account_id=account, note=str(number)))

    await asyncio.gather(*(announce(number) for number in range(20)))

    assert [one.sequence for one in await published(worker_pool, acme.id)] == [*range(1, 21)]


async def test_the_http_process_can_neither_read_nor_change_what_it_announced(
    pool: Pool, acme: Tenant
) -> None:
    for statement in ("SELECT FROM outbox", "UPDATE outbox SET data = ''", "DELETE FROM outbox"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with tenant_transaction(pool, acme.id, a_context()) as tx:
                await tx.execute(statement)


async def test_the_worker_cannot_rewrite_what_was_announced(
    worker_pool: Pool, acme: Tenant
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
            await tx.execute("UPDATE outbox SET data = ''")
