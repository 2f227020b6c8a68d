"""Parents and children in the tickets table."""

from dataclasses import replace
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_tickets.queries import tickets

# The bounds keep a circle, should there ever be one, from turning for ever.
LINE_SQL = """
    WITH RECURSIVE line AS (
        SELECT t.id, t.parent_id, 1 AS level
          FROM tickets AS t
         WHERE t.id = %(ticket_id)s
         UNION ALL
        SELECT p.id, p.parent_id, line.level + 1
          FROM line
          JOIN tickets AS p ON p.id = line.parent_id
         WHERE line.level < 20
    )
    SELECT id
      FROM line
     ORDER BY level
"""

HEIGHT_SQL = """
    WITH RECURSIVE below AS (
        SELECT t.id, 1 AS level
          FROM tickets AS t
         WHERE t.id = %(ticket_id)s
         UNION ALL
        SELECT c.id, below.level + 1
          FROM below
          JOIN tickets AS c ON c.parent_id = below.id
         WHERE below.level < 20
    )
    SELECT coalesce(max(level), 0)
      FROM below
"""

CHILDREN_SQL = """
    SELECT t.id
      FROM tickets AS t
     WHERE t.parent_id = %(ticket_id)s
       AND t.merged_into_id IS NULL
     ORDER BY t.id
     LIMIT %(limit)s
"""

CALL_CHILD_SQL = """
    UPDATE tickets
       SET child_kind = %(kind)s
     WHERE id = %(ticket_id)s
"""


#: The tickets below `above_id`, in the words of GET /tickets.
CHILDREN = replace(
    tickets.LISTING, conditions=(*tickets.LISTING.conditions, "t.parent_id = %(above_id)s")
)


class _Id(msgspec.Struct, frozen=True):
    id: UUID


async def list_line(tx: Tx, ticket_id: UUID) -> list[UUID]:
    """Return the ticket, its parent, the parent of that one, up to the top."""
    return [row.id for row in await tx.fetch_all(_Id, LINE_SQL, ticket_id=ticket_id)]


async def height_of(tx: Tx, ticket_id: UUID) -> int:
    """Return how many levels the ticket and those below it make."""
    return int(await tx.fetch_value(HEIGHT_SQL, ticket_id=ticket_id))


async def list_children(tx: Tx, ticket_id: UUID, *, limit: int) -> list[UUID]:
    """Return the children that stand for themselves, the oldest first."""
    rows = await tx.fetch_all(_Id, CHILDREN_SQL, ticket_id=ticket_id, limit=limit)
    return [row.id for row in rows]


def call_child(tx: Tx, ticket_id: UUID, kind: str | None) -> None:
    """Say what kind of child the ticket is; None for one without a parent."""
    tx.defer(CALL_CHILD_SQL, ticket_id=ticket_id, kind=kind)
