"""The bare broker: publish with confirms in one process, take and acknowledge in another."""

import asyncio
import multiprocessing
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import aio_pika
import uvloop

from psa_events.consumer import PREFETCH
from psa_events.relay import BATCH

Work = Callable[[str, int, int], Coroutine[Any, Any, float]]

QUEUE = "benchmark"
#: As durable as the suite's own queues.
ARGUMENTS: dict[str, Any] = {"x-queue-type": "quorum"}


def rate(url: str, count: int, size: int) -> float:
    """Return messages a second, from the first that is published to the last that is taken."""
    asyncio.run(_declare(url))
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn) as pool:
        # Both processes have started and loaded everything before the clock runs.
        list(pool.map(time.sleep, (1.0, 1.0)))
        taking = pool.submit(_in_loop, take, url, count, size)
        publishing = pool.submit(_in_loop, publish, url, count, size)
        return count / (taking.result() - publishing.result())


async def publish(url: str, count: int, size: int) -> float:
    """Publish in the relay's batches, each confirmed as a whole; return when it began."""
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel(publisher_confirms=True)
        began = time.time()
        for start in range(0, count, BATCH):
            async with asyncio.TaskGroup() as confirms:
                for _ in range(min(BATCH, count - start)):
                    message = aio_pika.Message(
                        bytes(size), delivery_mode=aio_pika.DeliveryMode.PERSISTENT
                    )
                    confirms.create_task(channel.default_exchange.publish(message, QUEUE))
    return began


async def take(url: str, count: int, size: int) -> float:
    """Take and acknowledge one message after the other; return when the last one was."""
    del size
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=PREFETCH)
        queue = await channel.declare_queue(QUEUE, durable=True, arguments=ARGUMENTS)
        async with queue.iterator() as messages:
            async for message in messages:
                await message.ack()
                count -= 1
                if count == 0:
                    break
    return time.time()


async def _declare(url: str) -> None:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(QUEUE, durable=True, arguments=ARGUMENTS)
        await queue.purge()


def _in_loop(work: Work, url: str, count: int, size: int) -> float:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work(url, count, size))
