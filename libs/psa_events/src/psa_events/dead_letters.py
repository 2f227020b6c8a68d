"""What could not be handled: list it, hand it in once more, or drop it for good."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import aio_pika
import msgspec
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from psa_events import topology
from psa_events.consumer import ATTEMPT, REASON

#: An operator looks at this many at a time.
BATCH = 500


class DeadLetter(msgspec.Struct, frozen=True):
    """One message that nobody could handle."""

    message_id: str | None
    type: str | None
    reason: str
    size_bytes: int


async def list_dead(amqp_url: str, service: str) -> list[DeadLetter]:
    """Return what lies in the dead-letter queue of *service*; everything stays there."""
    async with _channel(amqp_url) as channel:
        messages = await _take_all(channel, service)
        letters = [_letter(message) for message in messages]
        for message in messages:
            await message.nack(requeue=True)
        return letters


async def replay(amqp_url: str, service: str) -> int:
    """Put everything back into the service's queue with a fresh count of tries; return how many."""
    async with _channel(amqp_url) as channel:
        messages = await _take_all(channel, service)
        for message in messages:
            headers = {
                name: value
                for name, value in message.headers.items()
                if name not in {ATTEMPT, REASON} and not name.startswith("x-")
            }
            copy = aio_pika.Message(
                message.body,
                headers=headers,
                message_id=message.message_id,
                type=message.type,
                content_type=message.content_type,
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            )
            await channel.default_exchange.publish(copy, topology.inbox_queue(service))
            await message.ack()
        return len(messages)


async def drop(amqp_url: str, service: str, message_id: str) -> bool:
    """Forget one message; return whether it was there."""
    async with _channel(amqp_url) as channel:
        found = False
        for message in await _take_all(channel, service):
            if message.message_id == message_id:
                await message.ack()
                found = True
            else:
                await message.nack(requeue=True)
        return found


@asynccontextmanager
async def _channel(amqp_url: str) -> AsyncGenerator[AbstractChannel, None]:
    async with await aio_pika.connect(amqp_url, timeout=5) as connection:
        yield await connection.channel(publisher_confirms=True, on_return_raises=True)


async def _take_all(channel: AbstractChannel, service: str) -> list[AbstractIncomingMessage]:
    queue = await channel.get_queue(topology.dead_queue(service))
    messages: list[AbstractIncomingMessage] = []
    while len(messages) < BATCH:
        message = await queue.get(fail=False)
        if message is None:
            break
        messages.append(message)
    return messages


def _letter(message: AbstractIncomingMessage) -> DeadLetter:
    reason = message.headers.get(REASON) or "delivered too often without an answer"
    return DeadLetter(message.message_id, message.type, str(reason), len(message.body))
