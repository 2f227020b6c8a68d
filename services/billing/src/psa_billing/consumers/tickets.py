"""What billing does when the service desk reports something: approved time is billed, once."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from psa_billing.domain.run_inputs import Billable
from psa_billing.queries import reversals, supplied, time_approvals
from psa_billing.queries.reversals import Reversal
from psa_billing.queries.supplied import ApprovedTime, Surcharge
from psa_billing.queries.time_approvals import SubmittedTime
from psa_common.db import Tx
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope


class TimeEntrySubmitted(msgspec.Struct, frozen=True, kw_only=True):
    """The fields that we keep; the contract has more."""

    time_entry_id: UUID
    customer_id: UUID | None
    ticket_id: UUID | None
    task_id: UUID | None
    user_id: UUID
    work_date: date
    minutes: int
    work_type: str
    billable: Billable


class TimeEntrySettled(msgspec.Struct, frozen=True, kw_only=True):
    """Which entry nobody has to approve any more, for now; the contracts have more."""

    time_entry_id: UUID


class TimeEntryApproved(msgspec.Struct, frozen=True, kw_only=True):
    """The fields that we keep; the contract has more."""

    time_entry_id: UUID
    customer_id: UUID | None
    ticket_id: UUID | None
    ticket_number: str | None
    task_id: UUID | None
    user_id: UUID
    work_date: date
    minutes: int
    work_type: str
    billable: Billable
    note: str
    approved_at: datetime
    surcharges: tuple[Surcharge, ...] = ()


class TimeEntryReversed(msgspec.Struct, frozen=True, kw_only=True):
    """
    The fields that we keep; the contract has more.

    Not among them is whether it was billed: our own books know.
    """

    time_entry_id: UUID
    reversal_id: UUID
    customer_id: UUID | None
    ticket_id: UUID | None
    task_id: UUID | None
    work_date: date
    minutes: int
    reason: str
    reversed_at: datetime
    reversed_by: UUID


async def keep_submitted(tx: Tx, event: TimeEntrySubmitted, envelope: Envelope) -> None:
    """Keep that the entry waits: no run of its days is complete."""
    values = msgspec.structs.asdict(event)
    entry = SubmittedTime(id=values.pop("time_entry_id"), **values)
    time_approvals.keep_waiting(tx, entry, sequence=envelope.sequence)


async def keep_settled(tx: Tx, event: TimeEntrySettled, envelope: Envelope) -> None:
    """Keep that the entry waits no more; it may be submitted again."""
    time_approvals.keep_settled(tx, event.time_entry_id, sequence=envelope.sequence)


async def keep_time(tx: Tx, event: TimeEntryApproved, envelope: Envelope) -> None:
    """Keep the entry, billable or not, until a run bills it or passes it over."""
    values = msgspec.structs.asdict(event)
    entry = ApprovedTime(id=values.pop("time_entry_id"), **values)
    supplied.keep_time_entry(tx, entry, sequence=envelope.sequence)
    time_approvals.keep_settled(tx, entry.id, sequence=envelope.sequence)


async def keep_reversal(tx: Tx, event: TimeEntryReversed, envelope: Envelope) -> None:
    """Keep that the entry is taken back, known to us or not: it is not billed any more."""
    reversals.keep(tx, Reversal(**msgspec.structs.asdict(event)))
    time_approvals.keep_settled(tx, event.time_entry_id, sequence=envelope.sequence)


SUBSCRIPTIONS = (
    Subscription("time_entry.submitted.v1", TimeEntrySubmitted, keep_submitted),
    Subscription("time_entry.rejected.v1", TimeEntrySettled, keep_settled),
    Subscription("time_entry.withdrawn.v1", TimeEntrySettled, keep_settled),
    Subscription("time_entry.approved.v1", TimeEntryApproved, keep_time),
    Subscription("time_entry.reversed.v1", TimeEntryReversed, keep_reversal),
)
