"""Carry committed events from the outbox to the broker: claim, publish with confirms, mark."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from datetime import datetime
from uuid import UUID

import aio_pika
import msgspec
import structlog
from aio_pika.abc import AbstractExchange
from prometheus_client import Counter, Gauge
from psycopg import AsyncConnection

from psa_common import serve
from psa_common.db import Pool
from psa_common.pipeline import PipelineConnection, Statement, send
from psa_events import topology
from psa_events.envelope import CONTENT_TYPE, Envelope, encode
from psa_events.link import Link

log = structlog.get_logger()

BATCH = 200
#: The relay is woken by the commit; this is how long a lost wake-up can go unnoticed.
POLL_SECONDS = 2.0
BACKOFF_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0)
CONFIRM_SECONDS_MAX = 10.0

LINK = Link("publishing")

PUBLISHED = Counter("outbox_published_total", "Events handed to the broker and confirmed.")
LAG = Gauge("outbox_lag_seconds", "Age of the oldest event that has not left yet.")

# One relay of a service at a time, so that an aggregate's events leave in their order.
LOCK_SQL = "SELECT pg_try_advisory_xact_lock(hashtextextended('relay' || current_schema(), 0))"

# By "not yet published", never by a remembered position: a lower one may commit later.
CLAIM_SQL = """
    SELECT id, tenant_id, type, subject, sequence, occurred_at, data, traceparent,
           correlation_id, causation_id, actor,
           extract(epoch FROM clock_timestamp() - occurred_at)::float8 AS age_seconds
      FROM outbox
     WHERE published_at IS NULL
     ORDER BY position
     LIMIT %(batch)s
"""

MARK_SQL = "UPDATE outbox SET published_at = now() WHERE id = ANY(%(ids)s)"


class _Waiting(msgspec.Struct, frozen=True):
    id: UUID
    tenant_id: UUID
    type: str
    subject: str
    sequence: int
    occurred_at: datetime
    data: bytes
    traceparent: str | None
    correlation_id: str
    causation_id: str | None
    actor: str
    age_seconds: float

    def envelope(self, source: str) -> Envelope:
        return Envelope(
            id=self.id,
            source=source,
            type=self.type,
            subject=self.subject,
            time=self.occurred_at,
            tenant_id=self.tenant_id,
            sequence=self.sequence,
            traceparent=self.traceparent,
            correlation_id=self.correlation_id,
            causation_id=self.causation_id,
            actor=self.actor,
            data=msgspec.Raw(self.data),
        )


async def run(service: str, pool: Pool, dsn: str, amqp_url: str) -> None:
    """Relay *service*'s events for as long as the process lives; outages only delay them."""
    failures = 0
    while True:
        try:
            async with _exchange(amqp_url) as exchange, _wakeups(dsn, service) as woken:
                failures = 0
                with LINK.held():
                    await _relay_until_lost(service, pool, exchange, woken)
        except Exception as error:
            if serve.is_being_stopped():
                raise
            delay = BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)]
            failures += 1
            log.warning("relay_interrupted", error=repr(error), retry_in_seconds=delay)
            await asyncio.sleep(delay)


async def _relay_until_lost(
    service: str, pool: Pool, exchange: AbstractExchange, woken: asyncio.Event
) -> None:
    while True:
        woken.clear()
        while await relay_once(service, pool, exchange) == BATCH:
            pass
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(woken.wait(), POLL_SECONDS)


async def relay_once(service: str, pool: Pool, exchange: AbstractExchange) -> int:
    """
    Publish one batch and mark what the broker confirmed; return its size.

    A crash after the confirm and before the mark publishes again: the consumers' inbox
    absorbs that. Raises when the broker refuses or does not confirm in time.
    """
    async with pool.connection() as conn:
        try:
            statements = [
                Statement("BEGIN", {}),
                Statement(LOCK_SQL, {}),
                Statement(CLAIM_SQL, {"batch": BATCH}),
            ]
            _, lock, claim = await send(conn, statements)
            if not lock.rows(lambda _names, row: row[0])[0]:
                return 0
            batch = claim.rows(
                lambda names, row: msgspec.convert(dict(zip(names, row, strict=True)), _Waiting)
            )
            LAG.set(batch[0].age_seconds if batch else 0)
            if batch:
                await _publish(exchange, f"/psa/{service}", batch)
                await _mark(conn, batch)
            return len(batch)
        finally:
            await send(conn, [Statement("ROLLBACK", {})])


async def _publish(exchange: AbstractExchange, source: str, batch: list[_Waiting]) -> None:
    """Write all to the channel in order, then wait for all confirms together."""
    async with asyncio.timeout(CONFIRM_SECONDS_MAX), asyncio.TaskGroup() as confirms:
        for waiting in batch:
            message = aio_pika.Message(
                encode(waiting.envelope(source)),
                message_id=str(waiting.id),
                type=waiting.type,
                content_type=CONTENT_TYPE,
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            )
            confirms.create_task(exchange.publish(message, waiting.type))


async def _mark(conn: PipelineConnection, batch: list[_Waiting]) -> None:
    ids = [waiting.id for waiting in batch]
    await send(conn, [Statement(MARK_SQL, {"ids": ids}), Statement("COMMIT", {})])
    PUBLISHED.inc(len(batch))


@contextlib.asynccontextmanager
async def _exchange(amqp_url: str) -> AsyncGenerator[AbstractExchange, None]:
    """Open a connection of our own: consumers must go on while the broker blocks publishers."""
    async with await aio_pika.connect(amqp_url, timeout=5) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        yield await topology.declare_exchange(channel)


@contextlib.asynccontextmanager
async def _wakeups(dsn: str, service: str) -> AsyncGenerator[asyncio.Event, None]:
    """Listen for commits to the outbox on a connection of our own, never through a pooler."""
    woken = asyncio.Event()
    async with await AsyncConnection.connect(dsn, autocommit=True) as conn:
        await conn.execute(f'LISTEN "psa_outbox_{service}"'.encode())
        watcher = asyncio.create_task(_watch(conn, woken))
        try:
            yield woken
        finally:
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)


async def _watch(conn: AsyncConnection, woken: asyncio.Event) -> None:
    try:
        async for _ in conn.notifies():
            woken.set()
    finally:
        woken.set()
