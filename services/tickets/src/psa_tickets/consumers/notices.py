"""
Whom we write to when something happens to a ticket.

The service listens to its own events here, so that a slow mail never delays the change, and a
notice is sent if, and only if, the change was committed.
"""

from datetime import UTC, datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope
from psa_tickets.domain.mail.wording import Kind
from psa_tickets.domain.status_kind import Stage
from psa_tickets.domain.ticket import AuthorKind, Visibility
from psa_tickets.usecases.mail import notices


class AboutTicket(msgspec.Struct, frozen=True):
    """An event of which we only need to know the ticket."""

    ticket_id: UUID


class Said(msgspec.Struct, frozen=True):
    """Who has said something, and to whom."""

    ticket_id: UUID
    comment_id: UUID
    visibility: str
    author_kind: str


class Moved(msgspec.Struct, frozen=True):
    """To which status a ticket went."""

    ticket_id: UUID
    category: str


async def confirm(tx: Tx, event: AboutTicket, envelope: Envelope) -> None:
    """Tell the customer that we have their request."""
    await notices.tell_customer(
        tx, Kind.CONFIRMATION, event.ticket_id, event_id=envelope.id, now=datetime.now(UTC)
    )


async def pass_on(tx: Tx, event: Said, envelope: Envelope) -> None:
    """Send an agent's public words to the customer, and the customer's to whoever works on it."""
    if event.visibility != Visibility.PUBLIC:
        return
    now, comment_id = datetime.now(UTC), event.comment_id
    if event.author_kind == AuthorKind.AGENT:
        await notices.tell_customer(
            tx, Kind.REPLY, event.ticket_id, event_id=envelope.id, comment_id=comment_id, now=now
        )
    elif event.author_kind == AuthorKind.CONTACT:
        await notices.tell_assignee(
            tx,
            Kind.HEARD,
            event.ticket_id,
            event_id=envelope.id,
            actor=envelope.actor,
            comment_id=comment_id,
            now=now,
        )


async def tell_new_assignee(tx: Tx, event: AboutTicket, envelope: Envelope) -> None:
    """Tell a colleague that a ticket is theirs now."""
    await _tell(tx, Kind.ASSIGNED, event, envelope)


async def tell_of_solution(tx: Tx, event: Moved, envelope: Envelope) -> None:
    """Tell the customer that their problem is solved."""
    if event.category == Stage.RESOLVED:
        await notices.tell_customer(
            tx, Kind.RESOLVED, event.ticket_id, event_id=envelope.id, now=datetime.now(UTC)
        )


async def warn(tx: Tx, event: AboutTicket, envelope: Envelope) -> None:
    """Tell whoever works on it that time is running out."""
    await _tell(tx, Kind.SLA_WARNING, event, envelope)


async def alarm(tx: Tx, event: AboutTicket, envelope: Envelope) -> None:
    """Tell whoever works on it that time has run out."""
    await _tell(tx, Kind.SLA_BREACHED, event, envelope)


async def _tell(tx: Tx, kind: Kind, event: AboutTicket, envelope: Envelope) -> None:
    await notices.tell_assignee(
        tx,
        kind,
        event.ticket_id,
        event_id=envelope.id,
        actor=envelope.actor,
        now=datetime.now(UTC),
    )


SUBSCRIPTIONS = (
    Subscription("ticket.created.v1", AboutTicket, confirm),
    Subscription("ticket.commented.v1", Said, pass_on),
    Subscription("ticket.assigned.v1", AboutTicket, tell_new_assignee),
    Subscription("ticket.status_changed.v1", Moved, tell_of_solution),
    Subscription("sla.warning.v1", AboutTicket, warn),
    Subscription("sla.breached.v1", AboutTicket, alarm),
)
