"""The checklist of a ticket."""

from dataclasses import asdict
from uuid import UUID

from psa_common.db import Tx
from psa_tickets.domain.routines.checklist import Checklist, Item

LIST_SQL = """
    SELECT id, position, text, required, done_by, done_by_name, done_at
      FROM checklist_items
     WHERE ticket_id = %(ticket_id)s
     ORDER BY position, id
"""

KEEP_SQL = """
    INSERT INTO checklist_items
           (id, ticket_id, position, text, required, done_by, done_by_name, done_at)
    VALUES (%(id)s, %(ticket_id)s, %(position)s, %(text)s, %(required)s, %(done_by)s,
            %(done_by_name)s, %(done_at)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET position = excluded.position,
                      text = excluded.text,
                      required = excluded.required,
                      done_by = excluded.done_by,
                      done_by_name = excluded.done_by_name,
                      done_at = excluded.done_at
"""

REMOVE_SQL = """
    DELETE FROM checklist_items
     WHERE id = %(id)s
"""


async def list_of(tx: Tx, ticket_id: UUID) -> Checklist:
    """Return the checklist in its order."""
    return tuple(await tx.fetch_all(Item, LIST_SQL, ticket_id=ticket_id))


def save(tx: Tx, ticket_id: UUID, before: Checklist, after: Checklist) -> None:
    """Store what makes *after* of *before*."""
    unchanged = set(before)
    kept = {item.id for item in after}
    for item in before:
        if item.id not in kept:
            tx.defer(REMOVE_SQL, id=item.id)
    for item in after:
        if item not in unchanged:
            tx.defer(KEEP_SQL, ticket_id=ticket_id, **asdict(item))
