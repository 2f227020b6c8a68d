"""What reports keep of tickets, their SLA clocks, and the ledger of time."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope
from psa_reports.queries import sla, tickets, work


class TicketCreated(msgspec.Struct, frozen=True):
    """The fields that we keep; the contract has more."""

    ticket_id: UUID
    number: str
    title: str
    customer_id: UUID
    priority: str
    status: str
    status_category: str
    created_at: datetime


class FieldChange(msgspec.Struct, frozen=True):
    """One field, and what it became."""

    field: str
    current: str | None


class TicketUpdated(msgspec.Struct, frozen=True):
    """Which fields changed; we keep title and priority."""

    ticket_id: UUID
    changes: list[FieldChange]


class TicketStatusChanged(msgspec.Struct, frozen=True):
    """Where the ticket went; the contract has more."""

    ticket_id: UUID
    current: str
    category: str


class SlaMeasured(msgspec.Struct, frozen=True):
    """How a clock stopped; the contract has more."""

    ticket_id: UUID
    customer_id: UUID
    metric: str
    priority: str
    budget_minutes: int
    consumed_minutes: int
    verdict: str
    measured_at: datetime


class SlaAlert(msgspec.Struct, frozen=True):
    """A clock reached a level; the contract has more."""

    ticket_id: UUID
    metric: str
    priority: str
    due_at: datetime
    occurred_at: datetime


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


async def keep_ticket(tx: Tx, event: TicketCreated, envelope: Envelope) -> None:
    """Keep how the ticket was opened."""
    tickets.keep(
        tx,
        id=event.ticket_id,
        number=event.number,
        customer_id=event.customer_id,
        opened_at=event.created_at,
        title=event.title,
        priority=event.priority,
        status=event.status,
        category=event.status_category,
        sequence=envelope.sequence,
    )


async def keep_changes(tx: Tx, event: TicketUpdated, envelope: Envelope) -> None:
    """Keep title and priority current, each for itself."""
    for change in event.changes:
        if change.current is None:
            continue
        if change.field == "title":
            tickets.keep_title(
                tx, id=event.ticket_id, title=change.current, sequence=envelope.sequence
            )
        if change.field == "priority":
            tickets.keep_priority(
                tx, id=event.ticket_id, priority=change.current, sequence=envelope.sequence
            )


async def keep_status(tx: Tx, event: TicketStatusChanged, envelope: Envelope) -> None:
    """Keep the status current, and what it means."""
    tickets.keep_status(
        tx,
        id=event.ticket_id,
        status=event.current,
        category=event.category,
        sequence=envelope.sequence,
    )


async def keep_result(tx: Tx, event: SlaMeasured, envelope: Envelope) -> None:
    """Keep how the clock stopped; a later measurement replaces it."""
    result = sla.Result(
        ticket_id=event.ticket_id,
        metric=event.metric,
        customer_id=event.customer_id,
        priority=event.priority,
        budget_minutes=event.budget_minutes,
        consumed_minutes=event.consumed_minutes,
        met=event.verdict == "met",
        measured_at=event.measured_at,
    )
    sla.keep_result(tx, result, sequence=envelope.sequence)


async def keep_warning(tx: Tx, event: SlaAlert, _envelope: Envelope) -> None:
    """Count the warning."""
    _keep_alert(tx, event, "warning")


async def keep_breach(tx: Tx, event: SlaAlert, _envelope: Envelope) -> None:
    """Count the breach."""
    _keep_alert(tx, event, "breach")


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


def _keep_alert(tx: Tx, event: SlaAlert, level: str) -> None:
    alert = sla.Alert(
        ticket_id=event.ticket_id,
        metric=event.metric,
        level=level,
        due_at=event.due_at,
        priority=event.priority,
        occurred_at=event.occurred_at,
    )
    sla.keep_alert(tx, alert)


SUBSCRIPTIONS = (
    Subscription("ticket.created.v1", TicketCreated, keep_ticket),
    Subscription("ticket.updated.v1", TicketUpdated, keep_changes),
    Subscription("ticket.status_changed.v1", TicketStatusChanged, keep_status),
    Subscription("sla.measured.v1", SlaMeasured, keep_result),
    Subscription("sla.warning.v1", SlaAlert, keep_warning),
    Subscription("sla.breached.v1", SlaAlert, keep_breach),
    Subscription("time_entry.approved.v1", TimeEntryApproved, keep_entry),
)
