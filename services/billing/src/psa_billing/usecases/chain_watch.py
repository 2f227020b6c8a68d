"""Look whether every issued invoice still stands as it was issued."""

import structlog

from psa_billing.domain.chain import GENESIS, chained
from psa_billing.queries import documents
from psa_common.db import Tx

log = structlog.get_logger()

BATCH = 500


async def first_broken(tx: Tx) -> int | None:
    """Return the first position whose invoice was altered, removed or reordered, or None."""
    previous, position = GENESIS, 0
    while batch := await documents.list_chain(tx, after=position, batch=BATCH):
        for stored in batch:
            position += 1
            fits = stored.position == position and stored.prev_hash == previous
            previous = chained(previous, stored.link())
            if not fits or previous != stored.hash:
                return position

    return None if await documents.count_issued(tx) == position else position + 1


async def look(tx: Tx) -> None:
    """Raise the alarm for a broken chain."""
    position = await first_broken(tx)
    if position is not None:
        log.error("invoice_chain_broken", tenant_id=str(tx.tenant_id), position=position)
