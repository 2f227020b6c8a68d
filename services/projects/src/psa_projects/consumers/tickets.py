"""What projects do when the service desk, which owns the ledger of time, reports something."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope
from psa_projects.queries import copies


class TimeEntryApproved(msgspec.Struct, frozen=True):
    """The fields that we keep; the contract has more."""

    time_entry_id: UUID
    task_id: UUID | None
    user_id: UUID
    work_date: date
    minutes: int
    billable: str


class TimeEntryReversed(msgspec.Struct, frozen=True):
    """Which entry is taken back; the contract has more."""

    time_entry_id: UUID
    task_id: UUID | None
    reversal_id: UUID
    reversed_at: datetime


async def book_time(tx: Tx, event: TimeEntryApproved, _envelope: Envelope) -> None:
    """Count the entry on its task; time on tickets is not ours."""
    if event.task_id is None:
        return
    copies.book(
        tx,
        id=event.time_entry_id,
        task_id=event.task_id,
        user_id=event.user_id,
        work_date=event.work_date,
        minutes=event.minutes,
        billable=event.billable,
    )


async def take_time_back(tx: Tx, event: TimeEntryReversed, _envelope: Envelope) -> None:
    """Count the entry no more, whether we know it yet or not; time on tickets is not ours."""
    if event.task_id is None:
        return
    copies.unbook(
        tx,
        id=event.time_entry_id,
        task_id=event.task_id,
        reversal_id=event.reversal_id,
        reversed_at=event.reversed_at,
    )


SUBSCRIPTIONS = (
    Subscription("time_entry.approved.v1", TimeEntryApproved, book_time),
    Subscription("time_entry.reversed.v1", TimeEntryReversed, take_time_back),
)
