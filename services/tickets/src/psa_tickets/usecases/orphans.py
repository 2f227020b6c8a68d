"""Objects that nobody knows: their transaction was rolled back, or never came to its end."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta

import structlog

from psa_common.db import Tx
from psa_tickets.storage import Objects, Room

log = structlog.get_logger()

#: An upload that is still under way after this has long been given up by its client.
ORPHAN_AFTER = timedelta(hours=24)
#: Further back everything was looked at many times.
LOOK_BACK = timedelta(days=30)

#: Which of these keys some row names.
Known = Callable[[Tx, Sequence[str]], Awaitable[Collection[str]]]


async def sweep(tx: Tx, objects: Objects, room: Room, known: Known, *, now: datetime) -> int:
    """Delete the objects of a room that no row names, and return how many."""
    swept = 0
    made = objects.list_made(tx.tenant_id, room, since=now - LOOK_BACK, until=now - ORPHAN_AFTER)
    async for keys in made:
        named = await known(tx, keys)
        for key in keys:
            if key not in named:
                await objects.delete(key)
                log.info("orphan_swept", key=key)
                swept += 1
    return swept
