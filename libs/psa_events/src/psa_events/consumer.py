"""
Handle each event once: inbox row and effect commit together, the broker hears of it after.

What fails is tried again with growing delay and, after the last delay, kept in the service's
dead-letter queue with the reason; nothing behind it waits. While the database is away nothing
is acknowledged and nothing counts as a try.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import aio_pika
import msgspec
import psycopg
import structlog
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, HeadersType
from prometheus_client import Counter
from psycopg_pool import PoolTimeout

from psa_common import serve
from psa_common.context import CURRENT, Actor, RequestContext
from psa_common.db import Pool, Tx, tenant_transaction
from psa_events import inbox, topology
from psa_events.envelope import Envelope, decode
from psa_events.link import Link

log = structlog.get_logger()

PREFETCH = 50
OUTAGE_SECONDS = 1.0
RECONNECT_SECONDS = (0.2, 1.0, 2.0, 5.0)
ATTEMPT = "x-psa-attempt"
REASON = "x-psa-reason"

HANDLED = Counter("events_handled_total", "Events that came in.", ["type", "outcome"])

LINK = Link("consuming")

#: Not the event's fault: wait, do not count a try.
OUTAGES = (psycopg.OperationalError, PoolTimeout, OSError)

Handler = Callable[[Tx, Any, Envelope], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a service does when one type of event arrives, and the fields it reads of it."""

    event_type: str
    reads: type[msgspec.Struct]
    handler: Handler


async def deliver(pool: Pool, subscription: Subscription, envelope: Envelope) -> bool:
    """
    Let *envelope* have its effect unless it had it before; return whether it had it now.

    Raises what the handler raises, and msgspec.ValidationError for data that cannot be read;
    the transaction is then undone.
    """
    event = msgspec.json.decode(envelope.data, type=subscription.reads)
    context = _context_of(envelope)
    token = CURRENT.set(context)
    try:
        async with tenant_transaction(pool, envelope.tenant_id, context) as tx:
            if not await inbox.first_delivery(tx, envelope):
                return False
            await subscription.handler(tx, event, envelope)
            return True
    finally:
        CURRENT.reset(token)


async def run(
    service: str, pool: Pool, amqp_url: str, subscriptions: Sequence[Subscription]
) -> None:
    """Consume *service*'s queue for as long as the process lives."""
    table = {subscription.event_type: subscription for subscription in subscriptions}
    failures = 0
    while True:
        try:
            async with await aio_pika.connect(amqp_url, timeout=5) as connection:
                channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
                await channel.set_qos(prefetch_count=PREFETCH)
                queue = await topology.declare_inbox(channel, service, table)
                failures = 0
                async with queue.iterator() as messages:
                    with LINK.held():
                        async for message in messages:
                            await _take(service, pool, channel, table, message)
        except Exception as error:
            if serve.is_being_stopped():
                raise
            delay = RECONNECT_SECONDS[min(failures, len(RECONNECT_SECONDS) - 1)]
            failures += 1
            log.warning("consumer_interrupted", error=repr(error), retry_in_seconds=delay)
            await asyncio.sleep(delay)


async def _take(
    service: str,
    pool: Pool,
    channel: AbstractChannel,
    table: dict[str, Subscription],
    message: AbstractIncomingMessage,
) -> None:
    """Handle one message and tell the broker what became of it."""
    try:
        envelope = decode(message.body)
    except (msgspec.MsgspecError, UnicodeError) as error:
        await _bury(service, channel, message, f"not an event: {error!r}")
        return
    subscription = table.get(envelope.type)
    if subscription is None:
        # The next version's queue is bound before it runs; it may come within the tries.
        await _retry(service, channel, message, LookupError(f"nobody reads {envelope.type}"))
        return

    while True:
        try:
            done = await deliver(pool, subscription, envelope)
        except OUTAGES as error:
            log.warning("event_waits", type=envelope.type, error=repr(error))
            await asyncio.sleep(OUTAGE_SECONDS)
        except msgspec.MsgspecError as error:
            await _bury(service, channel, message, f"breaks its contract: {error}")
            return
        except Exception as error:
            await _retry(service, channel, message, error)
            return
        else:
            HANDLED.labels(envelope.type, "done" if done else "repeated").inc()
            await message.ack()
            return


async def _retry(
    service: str, channel: AbstractChannel, message: AbstractIncomingMessage, error: Exception
) -> None:
    """Put the message where it waits for its next try, or bury it after the last one."""
    attempt = int(str(message.headers.get(ATTEMPT, 0)))
    log.warning("event_failed", type=message.type, attempt=attempt + 1, exc_info=error)
    if attempt >= len(topology.RETRY_SECONDS):
        await _bury(service, channel, message, f"gave up: {error!r}")
        return
    queue = topology.retry_queue(service, topology.RETRY_SECONDS[attempt])
    await _move(channel, message, queue, {**message.headers, ATTEMPT: attempt + 1})
    HANDLED.labels(message.type or "unknown", "retried").inc()


async def _bury(
    service: str, channel: AbstractChannel, message: AbstractIncomingMessage, reason: str
) -> None:
    log.error("event_buried", type=message.type, message_id=message.message_id, reason=reason)
    headers = {**message.headers, REASON: reason[:500]}
    await _move(channel, message, topology.dead_queue(service), headers)
    HANDLED.labels(message.type or "unknown", "buried").inc()


async def _move(
    channel: AbstractChannel,
    message: AbstractIncomingMessage,
    queue: str,
    headers: HeadersType,
) -> None:
    """Publish a copy with confirm, then acknowledge: a crash in between repeats, never loses."""
    copy = aio_pika.Message(
        message.body,
        headers=headers,
        message_id=message.message_id,
        type=message.type,
        content_type=message.content_type,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )
    await channel.default_exchange.publish(copy, queue)
    await message.ack()


def _context_of(envelope: Envelope) -> RequestContext:
    return RequestContext(
        request_id=f"event-{envelope.id}",
        correlation_id=envelope.correlation_id,
        causation_id=str(envelope.id),
        traceparent=envelope.traceparent,
        actor=Actor("event", None, f"{envelope.type} by {envelope.actor}"),
    )
