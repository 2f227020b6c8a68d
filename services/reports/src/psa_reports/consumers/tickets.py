"""What reports keep of tickets: how they were opened, and what became of them."""

from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope
from psa_reports.queries import tickets


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
    """Which fields changed; we keep title, priority and customer."""

    ticket_id: UUID
    changes: list[FieldChange]


class TicketStatusChanged(msgspec.Struct, frozen=True):
    """Where the ticket went; the contract has more."""

    ticket_id: UUID
    current: str
    category: str


class TicketMerged(msgspec.Struct, frozen=True):
    """Which ticket another one took in; the contract has more."""

    ticket_id: UUID
    target_id: UUID


class TicketUnmerged(msgspec.Struct, frozen=True):
    """Which ticket stands for itself again; the contract has more."""

    ticket_id: UUID


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
    """Keep title, priority and customer current, each for itself; ignore every other field."""
    for change in event.changes:
        match change:
            case FieldChange(field="title", current=str(title)):
                tickets.keep_title(tx, id=event.ticket_id, title=title, sequence=envelope.sequence)
            case FieldChange(field="priority", current=str(priority)):
                tickets.keep_priority(
                    tx, id=event.ticket_id, priority=priority, sequence=envelope.sequence
                )
            case FieldChange(field="customer_id", current=str(customer)):
                tickets.keep_customer(
                    tx, id=event.ticket_id, customer_id=UUID(customer), sequence=envelope.sequence
                )
            case _:
                pass


async def keep_status(tx: Tx, event: TicketStatusChanged, envelope: Envelope) -> None:
    """Keep the status current, and what it means."""
    tickets.keep_status(
        tx,
        id=event.ticket_id,
        status=event.current,
        category=event.category,
        sequence=envelope.sequence,
    )


async def keep_merge(tx: Tx, event: TicketMerged, envelope: Envelope) -> None:
    """Keep that another ticket is solved instead."""
    tickets.keep_merge(
        tx, id=event.ticket_id, merged_into_id=event.target_id, sequence=envelope.sequence
    )


async def keep_undone_merge(tx: Tx, event: TicketUnmerged, envelope: Envelope) -> None:
    """Keep that the ticket is solved for itself."""
    tickets.keep_merge(tx, id=event.ticket_id, merged_into_id=None, sequence=envelope.sequence)


SUBSCRIPTIONS = (
    Subscription("ticket.created.v1", TicketCreated, keep_ticket),
    Subscription("ticket.updated.v1", TicketUpdated, keep_changes),
    Subscription("ticket.status_changed.v1", TicketStatusChanged, keep_status),
    Subscription("ticket.merged.v1", TicketMerged, keep_merge),
    Subscription("ticket.unmerged.v1", TicketUnmerged, keep_undone_merge),
)
