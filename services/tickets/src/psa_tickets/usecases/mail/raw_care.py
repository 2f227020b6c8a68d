"""What a timer does for raw mails: sweep those whose taking was rolled back."""

from datetime import UTC, datetime
from functools import partial

from psa_common.db import Pool, Tx
from psa_common.tenants import for_every_tenant
from psa_tickets.queries.mail import incoming
from psa_tickets.storage import Cabinet, Room
from psa_tickets.usecases import orphans

EVERY_SECONDS = 3_600.0


async def sweep(tx: Tx, cabinet: Cabinet, *, now: datetime) -> int:
    """Delete raw mails that no mail names, and return how many."""
    known = incoming.list_known_keys
    return await orphans.sweep(tx, cabinet.objects, Room.MAILS, known, now=now)


async def look_after(pool: Pool, cabinet: Cabinet) -> None:
    """Do it for every tenant; a failure of one hides nothing of the others."""
    now = datetime.now(UTC)
    await for_every_tenant(pool, "raw_mails", partial(sweep, cabinet=cabinet, now=now))()
