"""The time_entries table as decisions change it: lock, insert, save, delete."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import msgspec

from psa_common.db import Jsonb, Tx
from psa_tickets.domain.time.work import Work
from psa_tickets.queries.time_entries import SELECT_SQL, VISIBLE, EntryRow, no_such

#: What the platform itself may touch.
EVERYTHING: Mapping[str, object] = {"scope": "all", "user_id": None}

INSERT_SQL = """
    INSERT INTO time_entries
           (id, ticket_id, task_id, customer_id, user_id, work_date, started_at, ended_at,
            minutes, break_minutes, work_type, billable, place, note, internal_note, state,
            reason, entered_by, decided_at, decided_by, reverses_id, surcharges, created_at)
    VALUES (%(id)s, %(ticket_id)s, %(task_id)s, %(customer_id)s, %(user_id)s, %(work_date)s,
            %(started_at)s, %(ended_at)s, %(minutes)s, %(break_minutes)s, %(work_type)s,
            %(billable)s, %(place)s, %(note)s, %(internal_note)s, %(state)s, %(reason)s,
            %(entered_by)s, %(decided_at)s, %(decided_by)s, %(reverses_id)s, %(surcharges)s,
            %(created_at)s)
"""

SAVE_SQL = """
    UPDATE time_entries
       SET work_date = %(work_date)s,
           started_at = %(started_at)s,
           ended_at = %(ended_at)s,
           minutes = %(minutes)s,
           break_minutes = %(break_minutes)s,
           work_type = %(work_type)s,
           billable = %(billable)s,
           place = %(place)s,
           note = %(note)s,
           internal_note = %(internal_note)s,
           state = %(state)s,
           reason = %(reason)s,
           checked_at = %(checked_at)s,
           checked_by = %(checked_by)s,
           decided_at = %(decided_at)s,
           decided_by = %(decided_by)s,
           invoice_id = %(invoice_id)s,
           surcharges = %(surcharges)s,
           version = %(version)s
     WHERE id = %(id)s
"""

DELETE_SQL = "DELETE FROM time_entries WHERE id = %(id)s"

LOCK_USER_SQL = """
    SELECT pg_advisory_xact_lock(hashtextextended('time ' || %(user_id)s::text, 0))
"""

# What has been reversed, and the reversal, claim no time any more.
NEIGHBOURS_SQL = """
    SELECT e.work_date, e.started_at, e.ended_at, e.minutes, e.break_minutes
      FROM time_entries AS e
     WHERE e.user_id = %(user_id)s
       AND e.work_date BETWEEN %(day)s::date - 1 AND %(day)s::date + 1
       AND e.started_at IS NOT NULL
       AND e.reverses_id IS NULL
       AND e.id IS DISTINCT FROM %(but)s::uuid
       AND NOT EXISTS (SELECT FROM time_entries AS r
                        WHERE r.tenant_id = e.tenant_id
                          AND r.reverses_id = e.id)
"""

# In the order of their ids, so that two people who approve the same ones do not deadlock.
LOCK_SQL = (
    SELECT_SQL
    + """
     WHERE e.id = ANY(%(ids)s)
       AND """
    + VISIBLE
    + """
     ORDER BY e.id
       FOR UPDATE
"""
)

# One look for many entries: which of them overlap others of the same person. LIMIT keeps the
# planner at one short walk along a person's days for each, instead of joining the whole ledger.
OVERLAPPING_SQL = """
    SELECT e.id
      FROM time_entries AS e
     CROSS JOIN LATERAL (SELECT o.id
                           FROM time_entries AS o
                          WHERE o.user_id = e.user_id
                            AND o.work_date BETWEEN e.work_date - 1 AND e.work_date + 1
                            AND o.id <> e.id
                            AND o.started_at < e.ended_at
                            AND o.ended_at > e.started_at
                            AND o.reverses_id IS NULL
                            AND NOT EXISTS (SELECT FROM time_entries AS r
                                             WHERE r.tenant_id = o.tenant_id
                                               AND r.reverses_id = o.id)
                          LIMIT 1) AS other
     WHERE e.id = ANY(%(ids)s)
"""

IS_REVERSED_SQL = """
    SELECT EXISTS (SELECT FROM time_entries
                    WHERE reverses_id = %(time_entry_id)s)
"""


def insert(tx: Tx, row: EntryRow) -> None:
    """Store a new entry."""
    tx.defer(INSERT_SQL, **_columns(row))


def save(tx: Tx, row: EntryRow) -> None:
    """Store what changed."""
    tx.defer(SAVE_SQL, **_columns(row))


def delete(tx: Tx, row: EntryRow) -> None:
    """Remove an entry that nobody relies on."""
    tx.defer(DELETE_SQL, id=row.id)


async def list_neighbours_for_update(
    tx: Tx, user_id: UUID, day: date, *, but: UUID | None = None
) -> list[Work]:
    """
    Return what the person worked around *day*, and let nobody else book for them meanwhile.

    The lock is on the person: two overlapping entries could not see each other otherwise.
    """
    tx.defer(LOCK_USER_SQL, user_id=user_id)
    return await tx.fetch_all(Work, NEIGHBOURS_SQL, user_id=user_id, day=day, but=but)


async def list_for_update(
    tx: Tx, ids: Sequence[UUID], visible: Mapping[str, object]
) -> list[EntryRow]:
    """Lock and return those of the entries that *visible* reaches."""
    return await tx.fetch_all(EntryRow, LOCK_SQL, ids=list(ids), **visible)


async def get_for_update(tx: Tx, time_entry_id: UUID, visible: Mapping[str, object]) -> EntryRow:
    """Lock and return the entry; raises NotFound for what *visible* does not reach."""
    rows = await list_for_update(tx, [time_entry_id], visible)
    if not rows:
        raise no_such(time_entry_id)
    return rows[0]


async def list_overlapping(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    """Return which of the entries claim time that their person's other entries claim."""
    rows = await tx.fetch_all(_Id, OVERLAPPING_SQL, ids=list(ids))
    return {row.id for row in rows}


async def is_reversed(tx: Tx, time_entry_id: UUID) -> bool:
    """Tell whether another entry takes this one back."""
    return bool(await tx.fetch_value(IS_REVERSED_SQL, time_entry_id=time_entry_id))


class _Id(msgspec.Struct, frozen=True):
    id: UUID


def _columns(row: EntryRow) -> dict[str, object]:
    return {
        **msgspec.structs.asdict(row),
        "surcharges": Jsonb(msgspec.to_builtins(row.surcharges)),
    }
