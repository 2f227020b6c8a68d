"""What a new ticket takes from the one that it is split from."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_tickets.domain.ticket import AuthorKind, Visibility
from psa_tickets.domain.time.entry import Approval

COMMENTS_SQL = """
    SELECT id, author_kind, visibility, occurred_at
      FROM comments
     WHERE ticket_id = %(ticket_id)s
       AND id = ANY(%(ids)s)
     ORDER BY occurred_at, id
"""

TIME_ENTRIES_SQL = """
    SELECT id, state
      FROM time_entries
     WHERE ticket_id = %(ticket_id)s
       AND id = ANY(%(ids)s)
     ORDER BY id
       FOR UPDATE
"""

MOVE_COMMENTS_SQL = """
    UPDATE comments
       SET ticket_id = %(new_id)s
     WHERE id = ANY(%(ids)s)
"""

MOVE_TIME_ENTRIES_SQL = """
    UPDATE time_entries
       SET ticket_id = %(new_id)s
     WHERE id = ANY(%(ids)s)
"""

INHERIT_SQL = """
    UPDATE tickets AS new
       SET split_from_id = old.id,
           contact_id = old.contact_id,
           on_behalf_of_id = old.on_behalf_of_id,
           location_id = old.location_id,
           contract_id = old.contract_id,
           queue_id = old.queue_id,
           category_id = old.category_id,
           source = old.source
      FROM tickets AS old
     WHERE new.id = %(new_id)s
       AND old.id = %(old_id)s
"""


class ChosenComment(msgspec.Struct, frozen=True):
    """What the clocks want to know of a comment."""

    id: UUID
    author_kind: AuthorKind
    visibility: Visibility
    occurred_at: datetime


class ChosenEntry(msgspec.Struct, frozen=True):
    """What billing wants to know of a time entry."""

    id: UUID
    state: Approval


async def list_comments(tx: Tx, ticket_id: UUID, ids: Sequence[UUID]) -> list[ChosenComment]:
    """Return those of the comments that stand on the ticket, the first one first."""
    return await tx.fetch_all(ChosenComment, COMMENTS_SQL, ticket_id=ticket_id, ids=list(ids))


async def list_entries_for_update(
    tx: Tx, ticket_id: UUID, ids: Sequence[UUID]
) -> list[ChosenEntry]:
    """Lock and return those of the time entries that stand on the ticket."""
    return await tx.fetch_all(ChosenEntry, TIME_ENTRIES_SQL, ticket_id=ticket_id, ids=list(ids))


def move(tx: Tx, new_id: UUID, comment_ids: Sequence[UUID], entry_ids: Sequence[UUID]) -> None:
    """Let comments and time entries belong to another ticket, with their ids and instants."""
    tx.defer(MOVE_COMMENTS_SQL, new_id=new_id, ids=list(comment_ids))
    tx.defer(MOVE_TIME_ENTRIES_SQL, new_id=new_id, ids=list(entry_ids))


def inherit(tx: Tx, *, old_id: UUID, new_id: UUID) -> None:
    """Let the new ticket concern the same people, place, contract and queue as the old one."""
    tx.defer(INHERIT_SQL, old_id=old_id, new_id=new_id)
