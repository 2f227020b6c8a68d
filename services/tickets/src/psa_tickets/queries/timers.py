"""The timers table: stopwatches that the server keeps."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_common.db import Jsonb, Tx
from psa_common.errors import NotFound
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.domain.time.timer import RUN_MAX, Run, Timer

#: Nobody sees how others spend their minutes before these are written down.
OWN: LiteralString = "w.user_id = %(user_id)s"

SELECT_SQL: LiteralString = """
    SELECT w.id, w.user_id, w.ticket_id, w.task_id, w.customer_id, w.work_type, w.note, w.runs,
           w.running_since, w.created_at, w.version
      FROM timers AS w
"""

GET_FOR_UPDATE_SQL = SELECT_SQL + " WHERE w.id = %(timer_id)s AND " + OWN + " FOR UPDATE"

RUNNING_FOR_UPDATE_SQL = (
    SELECT_SQL + " WHERE w.running_since IS NOT NULL AND " + OWN + " FOR UPDATE"
)

# Skips what its owner or another worker holds; the next round finds it.
OVERDUE_SQL = (
    SELECT_SQL
    + """
     WHERE w.running_since <= %(since)s
     ORDER BY w.running_since
     LIMIT %(batch)s
       FOR UPDATE SKIP LOCKED
"""
)

LOCK_USER_SQL = """
    SELECT pg_advisory_xact_lock(hashtextextended('timer ' || %(user_id)s::text, 0))
"""

INSERT_SQL = """
    INSERT INTO timers
           (id, user_id, ticket_id, task_id, customer_id, work_type, note, runs, running_since,
            created_at)
    VALUES (%(id)s, %(user_id)s, %(ticket_id)s, %(task_id)s, %(customer_id)s, %(work_type)s,
            %(note)s, %(runs)s, %(running_since)s, %(created_at)s)
"""

SAVE_SQL = """
    UPDATE timers
       SET runs = %(runs)s,
           running_since = %(running_since)s,
           note = %(note)s,
           version = %(version)s
     WHERE id = %(id)s
"""

DELETE_SQL = "DELETE FROM timers WHERE id = %(id)s"


class TimerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A timer as it is stored."""

    id: UUID
    user_id: UUID
    ticket_id: UUID | None
    task_id: UUID | None
    customer_id: UUID | None
    work_type: str
    note: str
    runs: tuple[Run, ...]
    running_since: datetime | None
    created_at: datetime
    version: int

    def timer(self) -> Timer:
        """Return the domain's view of the row."""
        return Timer(runs=self.runs, running_since=self.running_since)

    def with_timer(self, timer: Timer) -> "TimerRow":
        """Return the row with what the domain decided, and a new version."""
        return msgspec.structs.replace(
            self,
            runs=timer.runs,
            running_since=timer.running_since,
            version=self.version + 1,
        )


LISTING = Listing(
    row=TimerRow,
    select=SELECT_SQL,
    id_column="w.id",
    conditions=(OWN,),
    filters={
        "ticket_id": Filter("w.ticket_id = %(ticket_id)s", UUID),
        "task_id": Filter("w.task_id = %(task_id)s", UUID),
    },
    sorts={"created_at": Sort("w.created_at", datetime)},
    default_sort="-created_at",
)


async def get_for_update(tx: Tx, timer_id: UUID, user_id: UUID) -> TimerRow:
    """Lock and return the person's timer; raises NotFound, for somebody else's too."""
    _hold(tx, user_id)
    row = await tx.fetch_optional(TimerRow, GET_FOR_UPDATE_SQL, timer_id=timer_id, user_id=user_id)
    if row is None:
        raise NotFound(f"You have no timer {timer_id}.")
    return row


async def running_for_update(tx: Tx, user_id: UUID) -> TimerRow | None:
    """Lock and return what the person's watch runs for; nobody else starts one meanwhile."""
    _hold(tx, user_id)
    return await tx.fetch_optional(TimerRow, RUNNING_FOR_UPDATE_SQL, user_id=user_id)


async def list_overdue(tx: Tx, *, now: datetime, batch: int) -> list[TimerRow]:
    """Lock and return the timers that were forgotten."""
    return await tx.fetch_all(TimerRow, OVERDUE_SQL, since=now - RUN_MAX, batch=batch)


def insert(tx: Tx, row: TimerRow) -> None:
    """Store a new timer."""
    tx.defer(INSERT_SQL, **_columns(row))


def save(tx: Tx, row: TimerRow) -> None:
    """Store what changed."""
    tx.defer(SAVE_SQL, **_columns(row))


def delete(tx: Tx, row: TimerRow) -> None:
    """Remove a timer that has become work, or nothing."""
    tx.defer(DELETE_SQL, id=row.id)


def _hold(tx: Tx, user_id: UUID) -> None:
    tx.defer(LOCK_USER_SQL, user_id=user_id)


def _columns(row: TimerRow) -> dict[str, object]:
    return {**msgspec.structs.asdict(row), "runs": Jsonb(msgspec.to_builtins(row.runs))}
