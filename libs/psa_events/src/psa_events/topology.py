"""
Exchanges and queues, as pure names and one declaration.

Only what RabbitMQ 3.10 and 4.x both know is used, and everything is said explicitly: the
delivery limit of 4.x, for one, does not exist in 3.10.
"""

from collections.abc import Iterable
from typing import Any

from aio_pika import ExchangeType
from aio_pika.abc import (
    AbstractChannel,
    AbstractExchange,
    AbstractQueue,
)

EVENTS = "psa.events"
#: Where an event goes that nobody listens to. A queue that was lost shows here, too: its events
#: wait a week for somebody to bind it again and move them.
UNROUTED = "psa.unrouted"
UNROUTED_MILLISECONDS = 7 * 24 * 3600 * 1000
RETRY_SECONDS = (1, 5, 30, 120, 600)
#: Bounds crash loops: a message that kills its consumer comes back without passing our code.
DELIVERY_LIMIT = 20


def inbox_queue(service: str) -> str:
    """Return the queue of everything *service* listens to."""
    return f"psa.{service}"


def dead_queue(service: str) -> str:
    """Return the queue of what *service* could not handle."""
    return f"psa.{service}.dead"


def retry_queue(service: str, seconds: int) -> str:
    """Return the queue in which a message waits *seconds* before it is tried again."""
    return f"psa.{service}.retry-{seconds}s"


def _quorum(**arguments: Any) -> dict[str, Any]:
    return {"x-queue-type": "quorum", **arguments}


async def declare_exchange(channel: AbstractChannel) -> AbstractExchange:
    """Declare the exchange of all events, and the queue for those without a listener."""
    unrouted = await channel.declare_exchange(UNROUTED, ExchangeType.FANOUT, durable=True)
    queue = await channel.declare_queue(
        UNROUTED, durable=True, arguments=_quorum(**{"x-message-ttl": UNROUTED_MILLISECONDS})
    )
    await queue.bind(unrouted)
    return await channel.declare_exchange(
        EVENTS, ExchangeType.TOPIC, durable=True, arguments={"alternate-exchange": UNROUTED}
    )


async def declare_inbox(
    channel: AbstractChannel, service: str, event_types: Iterable[str]
) -> AbstractQueue:
    """
    Declare and bind the queues of *service*; return the one to consume.

    One consumer is active at a time, so an aggregate's events are handled in their order;
    a second worker stands by.
    """
    events = await declare_exchange(channel)
    dead = await channel.declare_queue(dead_queue(service), durable=True, arguments=_quorum())
    queue = await channel.declare_queue(
        inbox_queue(service),
        durable=True,
        arguments=_quorum(
            **{
                "x-single-active-consumer": True,
                "x-delivery-limit": DELIVERY_LIMIT,
                "x-dead-letter-exchange": "",
                "x-dead-letter-routing-key": dead.name,
                "x-dead-letter-strategy": "at-least-once",
                "x-overflow": "reject-publish",
            }
        ),
    )
    await _declare_retries(channel, service)
    for event_type in event_types:
        await queue.bind(events, routing_key=event_type)
    return queue


async def _declare_retries(channel: AbstractChannel, service: str) -> None:
    """Declare the queues in which a message waits, then goes back to the service's own."""
    for seconds in RETRY_SECONDS:
        await channel.declare_queue(
            retry_queue(service, seconds),
            durable=True,
            arguments=_quorum(
                **{
                    "x-message-ttl": seconds * 1000,
                    "x-dead-letter-exchange": "",
                    "x-dead-letter-routing-key": inbox_queue(service),
                    "x-dead-letter-strategy": "at-least-once",
                    "x-overflow": "reject-publish",
                }
            ),
        )
