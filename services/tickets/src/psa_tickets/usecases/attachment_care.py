"""What a timer does for attachments: sweep, erase, scan again."""

from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from psa_common import audit
from psa_common.db import Pool, Tx
from psa_common.errors import DomainError
from psa_common.tenants import for_every_tenant
from psa_tickets.domain.attachment import Scan
from psa_tickets.queries import attachments
from psa_tickets.storage import Cabinet, Room
from psa_tickets.usecases import orphans

log = structlog.get_logger()

EVERY_SECONDS = 3_600.0
#: So long a deleted file can still be brought back by an administrator.
ERASE_AFTER = timedelta(days=30)
BATCH = 200


async def sweep(tx: Tx, cabinet: Cabinet, *, now: datetime) -> int:
    """Delete objects that no attachment knows, and return how many."""
    known = attachments.list_known_keys
    return await orphans.sweep(tx, cabinet.objects, Room.ATTACHMENTS, known, now=now)


async def erase(tx: Tx, cabinet: Cabinet, *, now: datetime) -> int:
    """Delete the bytes of what was deleted long enough ago, and return how many."""
    found = await attachments.list_to_erase(tx, before=now - ERASE_AFTER, batch=BATCH)
    for one in found:
        await cabinet.objects.delete(one.key)
        attachments.mark_erased(tx, one.id, now=now)
    return len(found)


async def scan(tx: Tx, cabinet: Cabinet) -> int:
    """Show the scanner what it has not seen, and return how many it judged."""
    if cabinet.scanner is None:
        return 0
    judged = 0
    for one in await attachments.list_unscanned(tx, batch=BATCH):
        try:
            finding = await cabinet.scanner.look(await cabinet.objects.read(one.key))
        except DomainError as error:
            log.warning("attachment_unreadable", key=one.key, error=error.message)
            continue
        if finding.scan is Scan.UNSCANNED:
            break  # the scanner is away; the rest would wait for it in vain
        attachments.mark_scanned(tx, one.id, finding.scan)
        if finding.scan is Scan.INFECTED:
            found = {"signature": finding.signature}
            audit.record(tx, "attachment.infected", "attachment", one.id, after=found)
        judged += 1
    return judged


async def look_after(pool: Pool, cabinet: Cabinet) -> None:
    """Do all of it for every tenant; a failure of one hides nothing of the others."""
    now = datetime.now(UTC)
    await for_every_tenant(pool, "attachments", partial(sweep, cabinet=cabinet, now=now))()
    await for_every_tenant(pool, "attachments", partial(erase, cabinet=cabinet, now=now))()
    await for_every_tenant(pool, "attachments", partial(scan, cabinet=cabinet))()
