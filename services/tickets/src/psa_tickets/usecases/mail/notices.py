"""Whom an event of ours concerns: queue a mail to them, and tell colleagues in the application."""

from datetime import datetime
from uuid import UUID

from psa_common.db import Tx
from psa_common.ids import uuid7
from psa_tickets.domain.mail.flood import CONFIRMATION_PAUSE
from psa_tickets.domain.mail.wording import Kind
from psa_tickets.queries.mail import incoming, mailboxes, notifications, outgoing, recipients
from psa_tickets.queries.mail.recipients import Subject


async def tell_customer(
    tx: Tx,
    kind: Kind,
    ticket_id: UUID,
    *,
    event_id: UUID,
    comment_id: UUID | None = None,
    now: datetime,
) -> None:
    """Queue a mail to the customer's side of a ticket; without a mailbox nothing is queued."""
    ticket = await recipients.get_subject(tx, ticket_id)
    mailbox = await mailboxes.find_sending(tx, ticket.queue_id)
    if mailbox is None:
        return
    ours = await mailboxes.list_addresses(tx)
    for address in await incoming.list_customer_side(tx, ticket_id):
        if address in ours or not await _may_be_told(tx, kind, address, now=now):
            continue
        outgoing.queue(
            tx,
            id=uuid7(),
            event_id=event_id,
            recipient=address,
            kind=kind,
            mailbox_id=mailbox.id,
            ticket_id=ticket_id,
            comment_id=comment_id,
            now=now,
        )


async def tell_assignee(
    tx: Tx,
    kind: Kind,
    ticket_id: UUID,
    *,
    event_id: UUID,
    actor: str,
    comment_id: UUID | None = None,
    now: datetime,
) -> None:
    """Tell whoever works on a ticket, unless they have done it themselves."""
    ticket = await recipients.get_subject(tx, ticket_id)
    if ticket.assignee_id is None or actor == f"user:{ticket.assignee_id}":
        return
    notifications.insert(
        tx,
        id=uuid7(),
        event_id=event_id,
        user_id=ticket.assignee_id,
        kind=kind,
        ticket_id=ticket_id,
        title=f"{ticket.number} {ticket.title}",
        now=now,
    )
    address = await _address_of(tx, ticket)
    mailbox = await mailboxes.find_sending(tx, ticket.queue_id)
    if address is None or mailbox is None:
        return
    outgoing.queue(
        tx,
        id=uuid7(),
        event_id=event_id,
        recipient=address,
        kind=kind,
        mailbox_id=mailbox.id,
        ticket_id=ticket_id,
        comment_id=comment_id,
        now=now,
    )


async def _may_be_told(tx: Tx, kind: Kind, address: str, *, now: datetime) -> bool:
    """Confirm once an hour at most: whoever forges a sender must not flood them by us (ML-08)."""
    if kind is not Kind.CONFIRMATION:
        return True
    return await outgoing.count_to(tx, address, kind, since=now - CONFIRMATION_PAUSE) == 0


async def _address_of(tx: Tx, ticket: Subject) -> str | None:
    if ticket.assignee_id is None:
        return None
    return await recipients.find_colleagues_address(tx, ticket.assignee_id)
