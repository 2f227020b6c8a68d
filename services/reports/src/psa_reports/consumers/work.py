"""What reports keep of the ledger of time."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope
from psa_reports.queries import work


class TimeEntryApproved(msgspec.Struct, frozen=True):
    """The fields that we keep; the contract has more."""

    time_entry_id: UUID
    ticket_id: UUID | None
    ticket_number: str | None
    task_id: UUID | None
    customer_id: UUID | None
    user_id: UUID
    work_date: date
    minutes: int
    billable: str


class TimeEntryReversed(msgspec.Struct, frozen=True):
    """Which entry is taken back; the contract has more."""

    time_entry_id: UUID
    reversal_id: UUID
    reversed_at: datetime


async def keep_entry(tx: Tx, event: TimeEntryApproved, _envelope: Envelope) -> None:
    """Keep the approved entry."""
    entry = work.Entry(
        id=event.time_entry_id,
        ticket_id=event.ticket_id,
        ticket_number=event.ticket_number,
        task_id=event.task_id,
        customer_id=event.customer_id,
        user_id=event.user_id,
        work_date=event.work_date,
        minutes=event.minutes,
        billable=event.billable,
    )
    work.keep(tx, entry)


async def keep_reversal(tx: Tx, event: TimeEntryReversed, _envelope: Envelope) -> None:
    """Keep that the entry does not count any more, whether we know it yet or not."""
    work.keep_reversal(
        tx,
        time_entry_id=event.time_entry_id,
        reversal_id=event.reversal_id,
        reversed_at=event.reversed_at,
    )


SUBSCRIPTIONS = (
    Subscription("time_entry.approved.v1", TimeEntryApproved, keep_entry),
    Subscription("time_entry.reversed.v1", TimeEntryReversed, keep_reversal),
)
