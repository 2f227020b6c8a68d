"""
The command line of every service: `python -m psa_<service> app|worker|migrate`.

`migrate` prepares what has to be there before anything runs: the schema, and the queue with
its bindings. An event that is published before its listener has a queue would pass it by.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Any

import aio_pika
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import AMQPError

from psa_common.migrate import MigrationError, components_of, migrate
from psa_common.settings import SettingsError
from psa_events import topology

Main = Callable[[], Coroutine[Any, Any, None]]

OWNER_DSN = "PSA_DATABASE_OWNER_DSN"
AMQP_URL = "PSA_AMQP_URL"
PROCESSES = ("app", "worker")
BROKER_SECONDS_MAX = 60.0


def main(service: str, **errands: Main) -> None:
    """
    Run the process or errand that the first argument names; explain the choices otherwise.

    A process imports only what it runs: `app` never loads the broker's client.
    """
    chosen = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        if chosen == "migrate":
            _migrate(service)
        elif chosen in PROCESSES:
            _run(import_module(f"psa_{service}.{chosen}").main)
        elif chosen in errands:
            _run(errands[chosen])
        else:
            choices = "|".join((*PROCESSES, "migrate", *errands))
            sys.exit(f"usage: python -m psa_{service} {choices}")
    except (SettingsError, MigrationError) as error:
        sys.exit(f"psa_{service} {chosen}: {error}")


def _run(entry: Main) -> None:
    from psa_common import serve

    serve.run(entry)


def _migrate(service: str) -> None:
    dsn, url = os.environ.get(OWNER_DSN), os.environ.get(AMQP_URL)
    if not dsn or not url:
        raise SettingsError(
            f"{OWNER_DSN} and {AMQP_URL} must be set; migrations run as {service}_owner"
        )
    count = migrate(dsn, service, components_of(service))
    asyncio.run(_declare(service, url))
    sys.stdout.write(f"{service}: {count} migrations applied, queues declared\n")


async def _declare(service: str, url: str) -> None:
    """Declare the queue of a service that listens, and the exchange for all."""
    types = _event_types(service)
    async with await _connect(url) as connection:
        channel = await connection.channel()
        if types:
            await topology.declare_inbox(channel, service, types)
        else:
            await topology.declare_exchange(channel)


async def _connect(url: str) -> AbstractConnection:
    """Connect to the broker, which may still be starting; raises SettingsError in the end."""
    deadline = time.monotonic() + BROKER_SECONDS_MAX
    while True:
        try:
            return await aio_pika.connect(url, timeout=5)
        except (AMQPError, OSError) as error:
            if time.monotonic() > deadline:
                raise SettingsError(
                    f"the broker of {AMQP_URL} does not answer: {error!r}"
                ) from error
            await asyncio.sleep(0.2)


def _event_types(service: str) -> tuple[str, ...]:
    """Return what the service listens to: nothing, its subscriptions, or a list of its own."""
    try:
        consumers = import_module(f"psa_{service}.consumers")
    except ModuleNotFoundError:
        return ()
    if hasattr(consumers, "EVENT_TYPES"):
        return consumers.EVENT_TYPES
    return tuple(subscription.event_type for subscription in consumers.SUBSCRIPTIONS)
