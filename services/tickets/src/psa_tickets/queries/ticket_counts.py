"""How many tickets stand where."""

import msgspec

from psa_common.db import Tx

ACTIVE_SQL = """
    SELECT status, priority, count(*) AS tickets
      FROM tickets
     WHERE status_kind NOT IN ('closed', 'cancelled')
     GROUP BY status, priority
"""


class Active(msgspec.Struct, frozen=True):
    """Tickets of one status and priority."""

    status: str
    priority: str
    tickets: int


async def list_active(tx: Tx) -> list[Active]:
    """Return the counts of tickets that are not closed."""
    return await tx.fetch_all(Active, ACTIVE_SQL)
