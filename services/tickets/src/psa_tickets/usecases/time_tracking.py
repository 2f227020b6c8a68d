"""Write work down, and vouch for it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import msgspec

from psa_common import audit
from psa_common.db import Tx
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_events import outbox
from psa_tickets.domain.time_entry import (
    Approval,
    Billable,
    Work,
    decide,
    record_work,
    refuse_overlap,
    split_at_midnight,
)
from psa_tickets.events import TimeEntryApproved
from psa_tickets.queries import copies, stored_tickets, time_entries
from psa_tickets.queries.time_entries import EntryRow
from psa_tickets.usecases.refusals import UnknownTask


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What was done, and when."""

    work_type: str
    billable: Billable
    note: str
    minutes: int | None
    work_date: date | None
    started_at: datetime | None
    ended_at: datetime | None


async def log_on_ticket(
    tx: Tx, principal: Principal, ticket_id: UUID, effort: Effort, *, now: datetime
) -> list[EntryRow]:
    """Write down work on a ticket that the caller may see."""
    ticket = await stored_tickets.get_for_share(tx, ticket_id, principal, "ticket:view")
    return await _log(
        tx, principal, effort, ticket_id=ticket.id, customer_id=ticket.customer_id, now=now
    )


async def log_on_task(
    tx: Tx, principal: Principal, task_id: UUID, effort: Effort, *, now: datetime
) -> list[EntryRow]:
    """Write down work on a project's task; raises UnknownTask."""
    task = await copies.find_task(tx, task_id)
    if task is None:
        raise UnknownTask(task_id)
    return await _log(tx, principal, effort, task_id=task.id, now=now)


async def approve(tx: Tx, principal: Principal, time_entry_id: UUID, *, now: datetime) -> EntryRow:
    """Vouch for an entry: from here on it may be billed."""
    row = await _decide(tx, principal, time_entry_id, Approval.APPROVED, now=now)
    number = None
    if row.ticket_id is not None:
        number = await time_entries.find_ticket_number(tx, row.ticket_id)
    outbox.publish(
        tx,
        TimeEntryApproved(
            time_entry_id=row.id,
            ticket_id=row.ticket_id,
            ticket_number=number,
            task_id=row.task_id,
            customer_id=row.customer_id,
            user_id=row.user_id,
            work_date=row.work_date,
            started_at=row.started_at,
            minutes=row.minutes,
            work_type=row.work_type,
            billable=row.billable,
            note=row.note,
            approved_at=now,
            approved_by=principal.user_id,
        ),
    )
    return row


async def reject(tx: Tx, principal: Principal, time_entry_id: UUID, *, now: datetime) -> EntryRow:
    """Give an entry back to the person who wrote it."""
    return await _decide(tx, principal, time_entry_id, Approval.REJECTED, now=now)


async def _log(
    tx: Tx,
    principal: Principal,
    effort: Effort,
    *,
    ticket_id: UUID | None = None,
    task_id: UUID | None = None,
    customer_id: UUID | None = None,
    now: datetime,
) -> list[EntryRow]:
    """Store one entry for each local day of the work."""
    zone = await time_entries.find_time_zone(tx)
    work = record_work(
        started_at=effort.started_at,
        ended_at=effort.ended_at,
        work_date=effort.work_date,
        minutes=effort.minutes,
        time_zone=zone,
        now=now,
    )
    neighbours = await time_entries.list_neighbours_for_update(
        tx, principal.user_id, work.work_date
    )
    refuse_overlap(work, neighbours)

    rows = [
        _row(principal, effort, piece, ticket_id, task_id, customer_id, now)
        for piece in split_at_midnight(work, zone)
    ]
    for row in rows:
        time_entries.insert(tx, row)
        audit.record(tx, "time_entry.logged", "time_entry", row.id, after=row)
    return rows


def _row(
    principal: Principal,
    effort: Effort,
    work: Work,
    ticket_id: UUID | None,
    task_id: UUID | None,
    customer_id: UUID | None,
    now: datetime,
) -> EntryRow:
    return EntryRow(
        id=uuid7(),
        ticket_id=ticket_id,
        task_id=task_id,
        customer_id=customer_id,
        user_id=principal.user_id,
        work_date=work.work_date,
        started_at=work.started_at,
        ended_at=work.ended_at,
        minutes=work.minutes,
        work_type=effort.work_type,
        billable=effort.billable,
        note=effort.note,
        state=Approval.SUBMITTED,
        decided_at=None,
        decided_by=None,
        created_at=now,
        version=1,
    )


async def _decide(
    tx: Tx, principal: Principal, time_entry_id: UUID, wanted: Approval, *, now: datetime
) -> EntryRow:
    before = await time_entries.get_for_update(tx, time_entry_id)
    entry = decide(before.entry(), wanted)
    after = msgspec.structs.replace(
        before,
        state=entry.state,
        decided_at=now,
        decided_by=principal.user_id,
        version=before.version + 1,
    )

    time_entries.save_decision(tx, after)
    audit.record(tx, f"time_entry.{wanted}", "time_entry", after.id, before=before, after=after)
    return after
