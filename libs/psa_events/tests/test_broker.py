"""From the outbox through a real broker to the effect, and what becomes of trouble on the way."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable

import aio_pika
import pytest

from psa_common.db import Pool, tenant_transaction
from psa_common.ids import uuid7
from psa_common.testing import Database, Tenant, a_context
from psa_events import consumer, dead_letters, outbox, relay, topology
from psa_events.consumer import Subscription
from psa_events_builders import BOOKING, Booked, notes, waiting

PATIENCE_SECONDS = 30


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until *condition* holds; fail when it does not within the patience."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await condition():  # noqa: ASYNC110  # the broker tells nobody
            await asyncio.sleep(0.02)


@pytest.fixture(autouse=True)
async def _declared(amqp_url: str) -> None:
    """Declare the queue before anything is published, as `migrate` does for a service."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        await topology.declare_inbox(channel, "ledger", [BOOKING.event_type])


@contextlib.asynccontextmanager
async def running(*loops: Awaitable[None]) -> AsyncGenerator[None, None]:
    """Run loops in the background and end them like a killed process would."""
    tasks = [asyncio.ensure_future(loop) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _announce(pool: Pool, tenant: Tenant, *texts: str) -> None:
    async with tenant_transaction(pool, tenant.id, a_context()) as tx:
        for text in texts:
            outbox.publish(tx, Booked(account_id=tenant.id, note=text))


async def _ledger(pool: Pool, tenant: Tenant) -> list[str]:
    async with tenant_transaction(pool, tenant.id, a_context()) as tx:
        return await notes(tx)


async def test_what_is_committed_arrives_once_and_in_order(
    pool: Pool, worker_pool: Pool, database: Database, amqp_url: str, acme: Tenant
) -> None:
    texts = [str(number) for number in range(50)]

    async with running(
        relay.run("ledger", worker_pool, database.worker_dsn, amqp_url),
        consumer.run("ledger", worker_pool, amqp_url, (BOOKING,)),
    ):
        await _announce(pool, acme, *texts)
        await eventually(lambda: _has(worker_pool, acme, 50))

    assert await _ledger(worker_pool, acme) == texts
    assert await waiting(worker_pool, acme.id) == 0


async def test_without_a_broker_events_wait_and_arrive_later(
    pool: Pool, worker_pool: Pool, database: Database, amqp_url: str, acme: Tenant
) -> None:
    nowhere = "amqp://guest:guest@127.0.0.1:9/"
    async with running(relay.run("ledger", worker_pool, database.worker_dsn, nowhere)):
        await _announce(pool, acme, "patient")
    assert await waiting(worker_pool, acme.id) == 1

    async with running(
        relay.run("ledger", worker_pool, database.worker_dsn, amqp_url),
        consumer.run("ledger", worker_pool, amqp_url, (BOOKING,)),
    ):
        await eventually(lambda: _has(worker_pool, acme, 1))

    assert await _ledger(worker_pool, acme) == ["patient"]


async def test_a_consumer_that_dies_between_commit_and_acknowledgement_repeats_nothing(
    pool: Pool,
    worker_pool: Pool,
    database: Database,
    amqp_url: str,
    acme: Tenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deliveries: list[bool] = []
    deliver = consumer.deliver

    async def die_after_the_commit(*arguments: object) -> bool:
        done = await deliver(*arguments)  # type: ignore[arg-type]
        deliveries.append(done)
        if len(deliveries) == 1:
            raise asyncio.CancelledError
        return done

    monkeypatch.setattr(consumer, "deliver", die_after_the_commit)
    async with running(relay.run("ledger", worker_pool, database.worker_dsn, amqp_url)):
        await _announce(pool, acme, "once")
        with pytest.raises(asyncio.CancelledError):
            await consumer.run("ledger", worker_pool, amqp_url, (BOOKING,))
        async with running(consumer.run("ledger", worker_pool, amqp_url, (BOOKING,))):
            await eventually(lambda: _answered(deliveries, 2))

    assert deliveries == [True, False]
    assert await _ledger(worker_pool, acme) == ["once"]


async def test_poison_is_kept_with_its_reason_and_blocks_nobody(
    pool: Pool, worker_pool: Pool, database: Database, amqp_url: str, acme: Tenant
) -> None:
    async with running(
        relay.run("ledger", worker_pool, database.worker_dsn, amqp_url),
        consumer.run("ledger", worker_pool, amqp_url, (BOOKING,)),
    ):
        await _send_raw(amqp_url, b"\xffnot json", message_id="poison-1")
        await _announce(pool, acme, "neighbour")
        await eventually(lambda: _has(worker_pool, acme, 1))

    letters = await dead_letters.list_dead(amqp_url, "ledger")
    assert [one.message_id for one in letters] == ["poison-1"]
    assert "not an event" in letters[0].reason
    assert await dead_letters.drop(amqp_url, "ledger", "poison-1")
    assert await dead_letters.list_dead(amqp_url, "ledger") == []


async def test_a_failing_handler_is_tried_again_then_buried_and_can_be_replayed(
    pool: Pool,
    worker_pool: Pool,
    database: Database,
    amqp_url: str,
    acme: Tenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(topology, "RETRY_SECONDS", (1,))
    async with running(
        relay.run("ledger", worker_pool, database.worker_dsn, amqp_url),
        consumer.run("ledger", worker_pool, amqp_url, (BOOKING,)),
    ):
        await _announce(pool, acme, "broken", "sound")
        await eventually(lambda: _has(worker_pool, acme, 1))
        await eventually(lambda: _buried(amqp_url, 1))
    assert await _ledger(worker_pool, acme) == ["sound"]

    mended = Subscription(BOOKING.event_type, BOOKING.reads, _book_anything)
    assert await dead_letters.replay(amqp_url, "ledger") == 1
    async with running(consumer.run("ledger", worker_pool, amqp_url, (mended,))):
        await eventually(lambda: _has(worker_pool, acme, 2))

    assert sorted(await _ledger(worker_pool, acme)) == ["broken", "sound"]


async def _book_anything(tx: object, event: Booked, envelope: object) -> None:
    from psa_events_builders import BOOK_SQL

    tx.defer(BOOK_SQL, id=uuid7(), event_id=envelope.id, note=event.note)  # type: ignore[attr-defined]


async def _has(pool: Pool, tenant: Tenant, count: int) -> bool:
    return len(await _ledger(pool, tenant)) >= count


async def _answered(deliveries: list[bool], count: int) -> bool:
    return len(deliveries) >= count


async def _buried(amqp_url: str, count: int) -> bool:
    return len(await dead_letters.list_dead(amqp_url, "ledger")) >= count


async def _send_raw(amqp_url: str, body: bytes, *, message_id: str) -> None:
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        exchange = await topology.declare_exchange(channel)
        await exchange.publish(aio_pika.Message(body, message_id=message_id), Booked.TYPE)
