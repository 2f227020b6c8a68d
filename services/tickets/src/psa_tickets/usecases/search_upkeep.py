"""Keep up with what changed: words to recognise typing errors by."""

from psa_common.db import Tx
from psa_tickets.queries import search_changes

BATCH = 500


async def follow(tx: Tx) -> int:
    """Follow the oldest changes and strike them off; return how many there were."""
    changes = await search_changes.list_next(tx, batch=BATCH)
    if changes:
        search_changes.learn_words(tx, changes)
        search_changes.forget(tx, changes)
    return len(changes)
