"""
What a mail does to the desk, through the doors that everybody uses.

Everything that a mail may cause goes through this module: open a ticket, say something on one,
leave a note for colleagues.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psa_common.db import Tx
from psa_common.identity import Principal
from psa_tickets.domain.mail.mailbox import Mailbox
from psa_tickets.domain.mail.thread import title_of
from psa_tickets.domain.ticket import AuthorKind, ReopenWindowOver, TicketClosed, Visibility
from psa_tickets.domain.ticket_type import Source
from psa_tickets.queries import tickets
from psa_tickets.queries.tickets import TicketView
from psa_tickets.usecases import conversation, ticket_lifecycle
from psa_tickets.usecases.conversation import Words
from psa_tickets.usecases.mail.correspondents import Correspondent
from psa_tickets.usecases.openings import Opening

BODY_CHARACTERS_MAX = 20_000
#: What a mail may do by itself; who may do it was decided before.
PERMISSIONS = frozenset({"ticket:view:all", "ticket:create:all", "ticket:comment:all"})
MERGES_MAX = 10


async def open_ticket(
    tx: Tx,
    mailbox: Mailbox,
    who: Correspondent,
    customer_id: UUID,
    *,
    subject: str,
    text: str,
    follow_up_of_id: UUID | None = None,
    now: datetime,
) -> UUID:
    """Open a ticket for whoever wrote, and return its id."""
    opening = Opening(
        type=mailbox.ticket_type,
        title=title_of(subject),
        description=_body(text),
        customer_id=customer_id,
        priority=mailbox.priority,
        contact_id=who.contact_id,
        queue_id=mailbox.queue_id,
        source=Source.MAIL,
        follow_up_of_id=follow_up_of_id,
    )
    view = await ticket_lifecycle.open_ticket(tx, principal_for(tx, mailbox, who), opening, now=now)
    return view.id


async def say(
    tx: Tx, mailbox: Mailbox, who: Correspondent, ticket: TicketView, text: str, *, now: datetime
) -> UUID | None:
    """Write down what somebody said; None when the ticket is past it and wants a follow-up."""
    words = Words(
        body=_body(text), visibility=Visibility.PUBLIC, author_kind=who.kind, occurred_at=None
    )
    speaker = principal_for(tx, mailbox, who)
    try:
        return (await conversation.comment(tx, speaker, ticket.id, words, now=now)).id
    except (TicketClosed, ReopenWindowOver):
        # Both are refused before anything is written.
        return None


async def leave_note(
    tx: Tx, mailbox: Mailbox, ticket_id: UUID, lines: Sequence[str], *, now: datetime
) -> UUID:
    """Leave a note for colleagues; it moves no status and stops no clock."""
    words = Words(
        body=_body("\n".join(lines)),
        visibility=Visibility.INTERNAL,
        author_kind=AuthorKind.SYSTEM,
        occurred_at=None,
    )
    clerk = _principal(tx, mailbox.id, mailbox.name, mailbox.address)
    return (await conversation.comment(tx, clerk, ticket_id, words, now=now)).id


async def ticket_at_the_end(tx: Tx, mailbox: Mailbox, ticket_id: UUID) -> TicketView:
    """Return the ticket, or the one that it was merged into."""
    clerk = _principal(tx, mailbox.id, mailbox.name, mailbox.address)
    ticket = await tickets.get(tx, ticket_id, clerk)
    for _ in range(MERGES_MAX):
        if ticket.merged_into_id is None:
            break
        ticket = await tickets.get(tx, ticket.merged_into_id, clerk)
    return ticket


def principal_for(tx: Tx, mailbox: Mailbox, who: Correspondent) -> Principal:
    """Return the caller that a correspondent is; one without an account speaks as the mailbox."""
    return _principal(tx, who.person_id or mailbox.id, who.name, who.address.email)


def _principal(tx: Tx, user_id: UUID, name: str, email: str) -> Principal:
    return Principal(
        tenant_id=tx.tenant_id,
        user_id=user_id,
        session_id=user_id,
        token_id=user_id,
        name=name,
        email=email,
        permissions=PERMISSIONS,
    )


def _body(text: str) -> str:
    return text.strip()[:BODY_CHARACTERS_MAX] or "–"
