"""
Whom we write to when something happens to a ticket.

The service listens to its own events here, so that a slow mail never delays the change, and a
notice is sent if, and only if, the change was committed.
"""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from psa_common.db import Tx
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope
from psa_tickets.domain.auto_close import WEEKDAYS
from psa_tickets.domain.local_time import zone_of
from psa_tickets.domain.mail import facts
from psa_tickets.domain.mail.facts import ByLanguage
from psa_tickets.domain.mail.wording import Kind
from psa_tickets.domain.status_kind import Stage
from psa_tickets.domain.ticket import AuthorKind, Visibility
from psa_tickets.queries import auto_close
from psa_tickets.usecases.mail import notices
from psa_tickets.usecases.mail.notices import Notice


class AboutTicket(msgspec.Struct, frozen=True):
    """An event of which we only need to know the ticket."""

    ticket_id: UUID


class Said(msgspec.Struct, frozen=True):
    """Who has said something, and to whom."""

    ticket_id: UUID
    comment_id: UUID
    visibility: str
    author_id: UUID
    author_kind: str


class Moved(msgspec.Struct, frozen=True):
    """To which status a ticket went."""

    ticket_id: UUID
    category: str


class Closing(msgspec.Struct, frozen=True):
    """When a solved ticket will be closed."""

    ticket_id: UUID
    closes_at: datetime


class Escalated(msgspec.Struct, frozen=True):
    """Which clock has reached a level, and whom the policy wants told."""

    ticket_id: UUID
    metric: str
    percent: int
    due_at: datetime
    user_ids: list[UUID]
    contact_id: UUID | None


async def confirm(tx: Tx, event: AboutTicket, envelope: Envelope) -> None:
    """Tell the customer that we have their request."""
    await notices.confirm(tx, _notice(Kind.CONFIRMATION, event, envelope))


async def pass_on(tx: Tx, event: Said, envelope: Envelope) -> None:
    """Send an agent's public words to the customer, and the customer's to whoever works on it."""
    if event.visibility != Visibility.PUBLIC:
        return
    match event.author_kind:
        case AuthorKind.AGENT:
            await notices.tell_customer(tx, _words(Kind.REPLY, event, envelope))
        case AuthorKind.CONTACT:
            await notices.tell_desk(tx, _words(Kind.HEARD, event, envelope))
        case _:
            return


async def tell_new_assignee(tx: Tx, event: AboutTicket, envelope: Envelope) -> None:
    """Tell a colleague that a ticket is theirs now."""
    await notices.tell_assignee(tx, _notice(Kind.ASSIGNED, event, envelope))


async def tell_of_solution(tx: Tx, event: Moved, envelope: Envelope) -> None:
    """Tell the customer that their problem is solved."""
    if event.category == Stage.RESOLVED:
        await notices.tell_customer(tx, _notice(Kind.RESOLVED, event, envelope))


async def tell_of_closing(tx: Tx, event: Closing, envelope: Envelope) -> None:
    """Tell the customer until when they can object to the solution."""
    details = facts.closing(event.closes_at, await _zone(tx))
    await notices.tell_customer(tx, _notice(Kind.CLOSING, event, envelope, details=details))


async def warn(tx: Tx, event: AboutTicket, envelope: Envelope) -> None:
    """Tell whoever works on it that time is running out."""
    await notices.tell_assignee(tx, _notice(Kind.SLA_WARNING, event, envelope))


async def alarm(tx: Tx, event: AboutTicket, envelope: Envelope) -> None:
    """Tell whoever works on it that time has run out."""
    await notices.tell_assignee(tx, _notice(Kind.SLA_BREACHED, event, envelope))


async def escalate(tx: Tx, event: Escalated, envelope: Envelope) -> None:
    """Tell everybody whom the policy names; the customer hears of no percentages."""
    details = facts.escalation(event.metric, event.percent, event.due_at, await _zone(tx))
    notice = _notice(Kind.SLA_ESCALATED, event, envelope, details=details)
    await notices.tell_colleagues(tx, notice, event.user_ids)
    if event.contact_id is not None:
        notice = _notice(Kind.PRIORITISED, event, envelope)
        await notices.tell_contact(tx, notice, event.contact_id)


def _words(kind: Kind, event: Said, envelope: Envelope) -> Notice:
    """Return a notice of words; a colleague who wrote them by mail is their author, too."""
    notice = _notice(kind, event, envelope)
    return replace(notice, comment_id=event.comment_id, actor=f"user:{event.author_id}")


def _notice(
    kind: Kind,
    event: AboutTicket | Said | Moved | Closing | Escalated,
    envelope: Envelope,
    *,
    details: ByLanguage = facts.NOTHING,
) -> Notice:
    return Notice(
        kind=kind,
        ticket_id=event.ticket_id,
        event_id=envelope.id,
        actor=envelope.actor,
        details=details,
        now=datetime.now(UTC),
    )


async def _zone(tx: Tx) -> ZoneInfo:
    """Return the zone in which the desk makes its promises."""
    return zone_of((await auto_close.find_calendar(tx) or WEEKDAYS).time_zone)


SUBSCRIPTIONS = (
    Subscription("ticket.created.v1", AboutTicket, confirm),
    Subscription("ticket.commented.v1", Said, pass_on),
    Subscription("ticket.assigned.v1", AboutTicket, tell_new_assignee),
    Subscription("ticket.status_changed.v1", Moved, tell_of_solution),
    Subscription("ticket.close_announced.v1", Closing, tell_of_closing),
    Subscription("sla.warning.v1", AboutTicket, warn),
    Subscription("sla.breached.v1", AboutTicket, alarm),
    Subscription("sla.escalated.v1", Escalated, escalate),
)
