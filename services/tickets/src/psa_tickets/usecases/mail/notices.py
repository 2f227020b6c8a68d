"""Whom an event of ours concerns: queue a mail to them, and tell colleagues in the application."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psa_common.db import Tx
from psa_common.ids import uuid7
from psa_tickets.domain.mail.facts import ByLanguage
from psa_tickets.domain.mail.flood import CONFIRMATION_PAUSE
from psa_tickets.domain.mail.mailbox import Mailbox
from psa_tickets.domain.mail.wording import Kind
from psa_tickets.queries import contacts
from psa_tickets.queries.mail import incoming, mailboxes, notifications, outgoing, recipients
from psa_tickets.queries.mail.recipients import Recipient, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is told: of which event, about which ticket."""

    kind: Kind
    ticket_id: UUID
    event_id: UUID
    #: Who caused it, as the event names them: nobody is told what they did themselves.
    actor: str
    comment_id: UUID | None = None
    details: ByLanguage
    now: datetime


async def confirm(tx: Tx, notice: Notice) -> None:
    """Tell the customer's side that we have their request; once an hour at most (ML-08)."""
    since = notice.now - CONFIRMATION_PAUSE
    side = await incoming.list_customer_side(tx, notice.ticket_id)
    told = [
        Recipient(address)
        for address in side
        # Whoever forges a sender must not flood them by us.
        if await outgoing.count_to(tx, address, notice.kind, since=since) == 0
    ]
    await _tell(tx, notice, told)


async def tell_customer(tx: Tx, notice: Notice) -> None:
    """Tell the customer's side of a ticket, and whoever watches it."""
    side = await incoming.list_customer_side(tx, notice.ticket_id)
    watching = await recipients.list_watching(tx, notice.ticket_id)
    await _tell(tx, notice, [*map(Recipient, side), *watching])


async def tell_assignee(tx: Tx, notice: Notice) -> None:
    """Tell whoever works on a ticket."""
    ticket = await recipients.get_subject(tx, notice.ticket_id)
    await tell_colleagues(tx, notice, [ticket.assignee_id] if ticket.assignee_id else [])


async def tell_desk(tx: Tx, notice: Notice) -> None:
    """Tell whoever works on a ticket, and the colleagues who watch it."""
    ticket = await recipients.get_subject(tx, notice.ticket_id)
    working = [ticket.assignee_id] if ticket.assignee_id else []
    watching = await recipients.list_watching(tx, notice.ticket_id)
    colleagues = [one for one in watching if one.user_id is not None]
    await _tell(tx, notice, [*await recipients.list_colleagues(tx, working), *colleagues])


async def tell_colleagues(tx: Tx, notice: Notice, user_ids: Sequence[UUID]) -> None:
    """Tell these colleagues."""
    if user_ids:
        await _tell(tx, notice, await recipients.list_colleagues(tx, user_ids))


async def tell_contact(tx: Tx, notice: Notice, contact_id: UUID) -> None:
    """Tell one person at the customer."""
    contact = await contacts.find_contact(tx, contact_id)
    if contact is not None and contact.active and contact.email is not None:
        await _tell(tx, notice, [Recipient(contact.email)])


async def _tell(tx: Tx, notice: Notice, told: Sequence[Recipient]) -> None:
    """Tell each once; without a mailbox that can send, colleagues read it in the application."""
    told = [one for one in told if notice.actor != f"user:{one.user_id}"]
    if not told:
        return
    ticket = await recipients.get_subject(tx, notice.ticket_id)
    for user_id in dict.fromkeys(one.user_id for one in told if one.user_id):
        _notify(tx, notice, ticket, user_id)
    mailbox = await mailboxes.find_sending(tx, ticket.queue_id)
    if mailbox is None:
        return
    ours = await mailboxes.list_addresses(tx)
    for address in dict.fromkeys(one.address for one in told if one.address):
        if address not in ours:
            _queue(tx, notice, mailbox, address)


def _notify(tx: Tx, notice: Notice, ticket: Subject, user_id: UUID) -> None:
    notifications.insert(
        tx,
        id=uuid7(),
        event_id=notice.event_id,
        user_id=user_id,
        kind=notice.kind,
        ticket_id=notice.ticket_id,
        title=f"{ticket.number} {ticket.title}",
        now=notice.now,
    )


def _queue(tx: Tx, notice: Notice, mailbox: Mailbox, address: str) -> None:
    outgoing.queue(
        tx,
        id=uuid7(),
        event_id=notice.event_id,
        recipient=address,
        kind=notice.kind,
        mailbox_id=mailbox.id,
        ticket_id=notice.ticket_id,
        comment_id=notice.comment_id,
        details=notice.details[mailbox.language],
        now=notice.now,
    )
