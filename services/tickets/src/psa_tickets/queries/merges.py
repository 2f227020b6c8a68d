"""The ticket_merges table: what a merge has moved, and how that is undone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Jsonb, Tx
from psa_tickets.queries.merge_movements import MOVEMENTS

# Whoever changes which ticket stands below or inside which comes after the one before: two
# changes that are harmless alone could build a circle together.
LOCK_SHAPE_SQL = """
    SELECT pg_advisory_xact_lock(
               hashtextextended('ticket family ' || current_setting('app.tenant_id'), 0))
"""

# All rows that a merge writes, in one order for everybody.
LOCK_CIRCLE_SQL = """
    SELECT t.id
      FROM tickets AS t
     WHERE t.id IN (%(source_id)s, %(target_id)s)
        OR t.parent_id = %(source_id)s
        OR t.merged_into_id = %(source_id)s
        OR t.id = ANY(%(others)s)
     ORDER BY t.id
       FOR UPDATE
"""

TARGET_SQL = """
    SELECT merged_into_id
      FROM tickets
     WHERE id = %(ticket_id)s
"""

TOLD_TO_BILLING_SQL = """
    SELECT EXISTS (SELECT
                     FROM time_entries AS e
                    WHERE e.ticket_id = %(ticket_id)s
                      AND e.state = 'approved')
"""

INSERT_SQL = """
    INSERT INTO ticket_merges
           (id, source_id, target_id, merged_by, merged_at, status, resolved_at, closed_at,
            clocks_stopped, moved)
    VALUES (%(id)s, %(source_id)s, %(target_id)s, %(merged_by)s, %(merged_at)s, %(status)s,
            %(resolved_at)s, %(closed_at)s, %(clocks_stopped)s, %(moved)s)
"""

IN_FORCE_SQL = """
    SELECT m.id, m.source_id, m.target_id, m.merged_by, m.merged_at, m.status, m.resolved_at,
           m.closed_at, m.clocks_stopped, m.moved
      FROM ticket_merges AS m
     WHERE m.source_id = %(source_id)s
       AND m.undone_at IS NULL
"""

UNDO_SQL = """
    UPDATE ticket_merges
       SET undone_at = %(now)s
     WHERE id = %(merge_id)s
"""

TOUCH_SQL = """
    UPDATE tickets
       SET updated_at = %(now)s,
           version = version + 1
     WHERE id = %(ticket_id)s
"""


#: What moved, by the name of the movement.
Moved = dict[str, list[UUID]]


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """A merge that has happened: what moved, and what the source was before."""

    id: UUID
    source_id: UUID
    target_id: UUID
    merged_by: UUID
    merged_at: datetime
    status: str
    resolved_at: datetime | None
    closed_at: datetime | None
    clocks_stopped: bool
    moved: Moved


class _Id(msgspec.Struct, frozen=True):
    id: UUID


def lock_shape(tx: Tx) -> None:
    """Let nobody else change which ticket stands below or inside which, until the end."""
    tx.defer(LOCK_SHAPE_SQL)


async def lock_circle(
    tx: Tx, source_id: UUID, target_id: UUID, others: Sequence[UUID] = ()
) -> None:
    """Lock every ticket that a merge of the two, or its undoing, writes to."""
    await tx.fetch_all(
        _Id, LOCK_CIRCLE_SQL, source_id=source_id, target_id=target_id, others=list(others)
    )


async def find_target(tx: Tx, ticket_id: UUID) -> UUID | None:
    """Return which ticket has taken this one in."""
    target_id: UUID | None = await tx.fetch_value(TARGET_SQL, ticket_id=ticket_id)
    return target_id


async def is_told_to_billing(tx: Tx, ticket_id: UUID) -> bool:
    """Say whether billing knows of time on the ticket."""
    return bool(await tx.fetch_value(TOLD_TO_BILLING_SQL, ticket_id=ticket_id))


async def move_all(tx: Tx, source_id: UUID, target_id: UUID) -> Moved:
    """Move everything from source to target and return what that was."""
    moved: Moved = {}
    for name, movement in MOVEMENTS.items():
        rows = await tx.fetch_all(_Id, movement.move, source_id=source_id, target_id=target_id)
        moved[name] = [row.id for row in rows]
    return moved


async def put_all_back(
    tx: Tx, source_id: UUID, target_id: UUID, moved: Mapping[str, Sequence[UUID]]
) -> Moved:
    """Move back what had moved and is still there; return what that was."""
    back: Moved = {}
    for name, movement in MOVEMENTS.items():
        if ids := moved.get(name):
            rows = await tx.fetch_all(
                _Id,
                movement.put_back,
                source_id=source_id,
                target_id=target_id,
                ids=list(ids),
            )
            back[name] = [row.id for row in rows]
    return back


def insert(tx: Tx, merge: Merge) -> None:
    """Store what was merged."""
    moved = Jsonb(msgspec.to_builtins(merge.moved))
    tx.defer(INSERT_SQL, **{**msgspec.structs.asdict(merge), "moved": moved})


async def find_in_force(tx: Tx, source_id: UUID) -> Merge | None:
    """Return the merge by which the ticket vanished, unless it was undone."""
    return await tx.fetch_optional(Merge, IN_FORCE_SQL, source_id=source_id)


def undo(tx: Tx, merge_id: UUID, *, now: datetime) -> None:
    """Note that the merge no longer holds."""
    tx.defer(UNDO_SQL, merge_id=merge_id, now=now)


def touch(tx: Tx, ticket_id: UUID, *, now: datetime) -> None:
    """Give the ticket a new version: what belongs to it has changed."""
    tx.defer(TOUCH_SQL, ticket_id=ticket_id, now=now)
