"""The time_entries table: the one ledger of time worked."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.identity import Principal
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.domain.time.entry import Approval, Billable, Place, TimeEntry
from psa_tickets.domain.time.work import Work

#: What a caller may see of the ledger, by the scope of `time_entry:view`, or touch by another.
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
           e.ended_at, e.minutes, e.break_minutes, e.work_type, e.billable, e.place, e.note,
           e.internal_note, e.state, e.reason, e.entered_by, e.checked_at, e.checked_by,
           e.decided_at, e.decided_by, e.invoice_id, e.reverses_id, e.surcharges, e.created_at,
           e.version
      FROM time_entries AS e
"""

GET_SQL = SELECT_SQL + " WHERE e.id = %(time_entry_id)s AND " + VISIBLE

TICKET_NUMBERS_SQL = """
    SELECT id, number
      FROM tickets
     WHERE id = ANY(%(ticket_ids)s)
"""


class Surcharge(msgspec.Struct, frozen=True, kw_only=True):
    """Minutes of an entry that count by one factor, as computed at the approval."""

    minutes: int
    factor: str
    rule: str | None
    applies_to: str | None


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
    break_minutes: int = 0
    work_type: str
    billable: Billable
    place: Place = Place.REMOTE
    note: str
    internal_note: str = ""
    state: Approval
    reason: str = ""
    entered_by: UUID | None = None
    checked_at: datetime | None = None
    checked_by: UUID | None = None
    decided_at: datetime | None = None
    decided_by: UUID | None = None
    invoice_id: UUID | None = None
    reverses_id: UUID | None = None
    surcharges: tuple[Surcharge, ...] = ()
    created_at: datetime
    version: int = 1

    def entry(self) -> TimeEntry:
        """Return the domain's view of the row."""
        work = Work(
            work_date=self.work_date,
            started_at=self.started_at,
            ended_at=self.ended_at,
            minutes=self.minutes,
            break_minutes=self.break_minutes,
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
            checked_by=self.checked_by,
            reverses_id=self.reverses_id,
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


def visible_to(principal: Principal, permission: str = "time_entry:view") -> dict[str, object]:
    """Return the parameters of `VISIBLE` for this caller."""
    return {"scope": principal.scope(permission), "user_id": principal.user_id}


async def get(tx: Tx, time_entry_id: UUID, principal: Principal) -> EntryRow:
    """Return the entry; raises NotFound for what the caller may not see."""
    row = await tx.fetch_optional(
        EntryRow, GET_SQL, time_entry_id=time_entry_id, **visible_to(principal)
    )
    if row is None:
        raise no_such(time_entry_id)
    return row


async def ticket_numbers(tx: Tx, ticket_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the human numbers of tickets."""
    if not ticket_ids:
        return {}
    rows = await tx.fetch_all(_Number, TICKET_NUMBERS_SQL, ticket_ids=list(ticket_ids))
    return {row.id: row.number for row in rows}


def no_such(time_entry_id: UUID) -> NotFound:
    """Return the refusal for an entry that is not there, for this caller."""
    return NotFound(f"There is no time entry {time_entry_id}.")


class _Number(msgspec.Struct, frozen=True):
    id: UUID
    number: str
