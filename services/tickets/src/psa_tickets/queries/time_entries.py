"""The time_entries table: the one ledger of time worked."""

from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.identity import Principal
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.domain.time_entry import Approval, Billable, TimeEntry, Work

#: What a caller may see of the ledger, by the scope of `time_entry:view`.
VISIBLE: LiteralString = """
    CASE %(scope)s
        WHEN 'all'  THEN true
        WHEN 'team' THEN true
        WHEN 'own'  THEN e.user_id = %(user_id)s
        ELSE false
    END
"""

SELECT_SQL: LiteralString = """
    SELECT e.id, e.ticket_id, e.task_id, e.customer_id, e.user_id, e.work_date, e.started_at,
           e.ended_at, e.minutes, e.work_type, e.billable, e.note, e.state, e.decided_at,
           e.decided_by, e.created_at, e.version
      FROM time_entries AS e
"""

INSERT_SQL = """
    INSERT INTO time_entries
           (id, ticket_id, task_id, customer_id, user_id, work_date, started_at, ended_at,
            minutes, work_type, billable, note, state, created_at)
    VALUES (%(id)s, %(ticket_id)s, %(task_id)s, %(customer_id)s, %(user_id)s, %(work_date)s,
            %(started_at)s, %(ended_at)s, %(minutes)s, %(work_type)s, %(billable)s, %(note)s,
            %(state)s, %(created_at)s)
"""

LOCK_USER_SQL = """
    SELECT pg_advisory_xact_lock(hashtextextended('time ' || %(user_id)s::text, 0))
"""

NEIGHBOURS_SQL = """
    SELECT e.work_date, e.started_at, e.ended_at, e.minutes
      FROM time_entries AS e
     WHERE e.user_id = %(user_id)s
       AND e.work_date BETWEEN %(day)s::date - 1 AND %(day)s::date + 1
       AND e.started_at IS NOT NULL
"""

GET_FOR_UPDATE_SQL = (
    SELECT_SQL
    + """
     WHERE e.id = %(time_entry_id)s
       FOR UPDATE
"""
)

DECIDE_SQL = """
    UPDATE time_entries
       SET state = %(state)s,
           decided_at = %(decided_at)s,
           decided_by = %(decided_by)s,
           version = version + 1
     WHERE id = %(id)s
"""

TICKET_NUMBER_SQL = """
    SELECT number
      FROM tickets
     WHERE id = %(ticket_id)s
"""

TIME_ZONE_SQL = "SELECT time_zone FROM tenants"


class EntryRow(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it is stored."""

    id: UUID
    ticket_id: UUID | None
    task_id: UUID | None
    customer_id: UUID | None
    user_id: UUID
    work_date: date
    started_at: datetime | None
    ended_at: datetime | None
    minutes: int
    work_type: str
    billable: Billable
    note: str
    state: Approval
    decided_at: datetime | None
    decided_by: UUID | None
    created_at: datetime
    version: int

    def entry(self) -> TimeEntry:
        """Return the domain's view of the row."""
        work = Work(
            work_date=self.work_date,
            started_at=self.started_at,
            ended_at=self.ended_at,
            minutes=self.minutes,
        )
        return TimeEntry(
            id=self.id,
            ticket_id=self.ticket_id,
            task_id=self.task_id,
            user_id=self.user_id,
            work=work,
            work_type=self.work_type,
            billable=self.billable,
            note=self.note,
            state=self.state,
        )


LISTING = Listing(
    row=EntryRow,
    select=SELECT_SQL,
    id_column="e.id",
    conditions=(VISIBLE,),
    filters={
        "ticket_id": Filter("e.ticket_id = %(ticket_id)s", UUID),
        "task_id": Filter("e.task_id = %(task_id)s", UUID),
        "customer_id": Filter("e.customer_id = %(customer_id)s", UUID),
        "worker_id": Filter("e.user_id = %(worker_id)s", UUID),
        "state": Filter("e.state = %(state)s", Approval),
        "billable": Filter("e.billable = %(billable)s", Billable),
        "from": Filter("e.work_date >= %(from)s", date),
        "until": Filter("e.work_date < %(until)s", date),
    },
    sorts={"work_date": Sort("e.work_date", date), "created_at": Sort("e.created_at", datetime)},
    default_sort="work_date",
)


def visible_to(principal: Principal) -> dict[str, object]:
    """Return the parameters of `VISIBLE` for this caller."""
    return {"scope": principal.scope("time_entry:view"), "user_id": principal.user_id}


def insert(tx: Tx, row: EntryRow) -> None:
    """Store a new entry."""
    names = msgspec.structs.asdict(row)
    tx.defer(INSERT_SQL, **names)


async def list_neighbours_for_update(tx: Tx, user_id: UUID, day: date) -> list[Work]:
    """
    Return what the person worked around *day*, and let nobody else book for them meanwhile.

    The lock is on the person: two overlapping entries could not see each other otherwise.
    """
    tx.defer(LOCK_USER_SQL, user_id=user_id)
    return await tx.fetch_all(Work, NEIGHBOURS_SQL, user_id=user_id, day=day)


async def get_for_update(tx: Tx, time_entry_id: UUID) -> EntryRow:
    """Lock and return the entry; raises NotFound."""
    row = await tx.fetch_optional(EntryRow, GET_FOR_UPDATE_SQL, time_entry_id=time_entry_id)
    if row is None:
        raise NotFound(f"There is no time entry {time_entry_id}.")
    return row


def save_decision(tx: Tx, row: EntryRow) -> None:
    """Store who decided what about the entry."""
    tx.defer(
        DECIDE_SQL,
        id=row.id,
        state=row.state,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )


async def find_ticket_number(tx: Tx, ticket_id: UUID) -> str | None:
    """Return the human number of a ticket."""
    number: str | None = await tx.fetch_value(TICKET_NUMBER_SQL, ticket_id=ticket_id)
    return number


async def find_time_zone(tx: Tx) -> str:
    """Return the tenant's zone, in which a day of work begins and ends."""
    zone: str | None = await tx.fetch_value(TIME_ZONE_SQL)
    return zone or "Europe/Berlin"
