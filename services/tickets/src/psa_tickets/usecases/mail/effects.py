"""
What a mail does to the desk, through the doors that everybody uses.

Everything that a mail may cause goes through this module: open a ticket, say something on one,
leave a stranger's words for colleagues; each with the files that came along.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psa_common.db import Tx
from psa_common.identity import Principal
from psa_tickets.domain.mail.html_reply import html_saying
from psa_tickets.domain.mail.left_out import CUT, note_of
from psa_tickets.domain.mail.thread import title_of
from psa_tickets.domain.mail.trimming import trimmed
from psa_tickets.domain.ticket import AuthorKind, ReopenWindowOver, TicketClosed, Visibility
from psa_tickets.domain.ticket_type import Source
from psa_tickets.domain.words import Channel
from psa_tickets.queries.comments import Comment
from psa_tickets.queries.tickets import TicketView
from psa_tickets.usecases import authors, conversation, descriptions, follow_ups, ticket_lifecycle
from psa_tickets.usecases.authors import Author
from psa_tickets.usecases.conversation import Words
from psa_tickets.usecases.mail import files, notes
from psa_tickets.usecases.mail.case import Case
from psa_tickets.usecases.mail.correspondents import Correspondent
from psa_tickets.usecases.mail.files import Luggage
from psa_tickets.usecases.openings import Opening


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What somebody has written, as it is to stand on a ticket, and what came along."""

    text: str
    html: str | None
    luggage: Luggage


@dataclass(frozen=True, slots=True)
class Spoken:
    """Where words went: a comment on their ticket, or a ticket of their own."""

    ticket_id: UUID
    comment_id: UUID | None


async def open_ticket(tx: Tx, case: Case, who: Correspondent, customer_id: UUID) -> UUID:
    """Open a ticket for whoever wrote, and return its id."""
    async with files.received(tx.tenant_id, case.office.cabinet, case.mail.attachments) as luggage:
        written = _everything(case, who, luggage)
        contact = who.contact_of(customer_id)
        opening = Opening(
            type=case.mailbox.ticket_type,
            title=title_of(case.mail.subject),
            description=notes.body_of(written.text),
            customer_id=customer_id,
            priority=case.mailbox.priority,
            contact_id=contact.id if contact else None,
            queue_id=case.mailbox.queue_id,
            source=Source.MAIL,
        )
        speaker = _speaker(tx, case, who)
        view = await ticket_lifecycle.open_ticket(tx, speaker, opening, now=case.now)
        await _furnish(tx, case, who, view, written)
    return view.id


async def speak(tx: Tx, case: Case, who: Correspondent, ticket: TicketView) -> Spoken:
    """Write down what somebody said; on a new ticket that follows when this one is past it."""
    async with files.received(tx.tenant_id, case.office.cabinet, case.mail.attachments) as luggage:
        written = _news(case, who, luggage)
        try:
            comment = await _say(tx, case, who, ticket, written)
        except (TicketClosed, ReopenWindowOver):
            # Both are refused before anything is written.
            written = _everything(case, who, luggage)
            return Spoken(await _follow_up(tx, case, who, ticket, written), None)
        author = _author(tx, case, who, ticket)
        await _attach(tx, case, author, ticket.id, written, comment_id=comment.id)
    return Spoken(ticket.id, comment.id)


async def flag(
    tx: Tx, case: Case, who: Correspondent, ticket: TicketView, lines: Sequence[str]
) -> UUID:
    """Leave what a stranger wrote, and sent along, for colleagues only."""
    async with files.received(tx.tenant_id, case.office.cabinet, case.mail.attachments) as luggage:
        written = _news(case, who, luggage)
        note_id = await notes.leave(tx, case, ticket.id, [*lines, written.text])
        mailbox = case.mailbox
        author = Author(kind=AuthorKind.SYSTEM, id=mailbox.id, name=mailbox.name)
        await _attach(tx, case, author, ticket.id, written, comment_id=note_id)
    return note_id


def _everything(case: Case, who: Correspondent, luggage: Luggage) -> Written:
    text = who.text or case.mail.text
    html = None if who.text else html_saying(case.mail.html, text, is_whole=True)
    return Written(text=text.strip(), html=html, luggage=luggage)


def _news(case: Case, who: Correspondent, luggage: Luggage) -> Written:
    """Return what is new in an answer, without the mail that it answers."""
    whole = _everything(case, who, luggage)
    said = trimmed(whole.text)
    if said == whole.text:
        return whole
    html = None if who.text else html_saying(case.mail.html, said, is_whole=False)
    return Written(text=said, html=html, luggage=luggage)


async def _say(
    tx: Tx, case: Case, who: Correspondent, ticket: TicketView, written: Written
) -> Comment:
    words = Words(
        body=notes.body_of(written.text),
        html=written.html,
        visibility=Visibility.PUBLIC,
        author_kind=who.kind,
        occurred_at=None,
        channel=Channel.MAIL,
        message_id=case.mail.message_id or None,
        pictures=written.luggage.pictures,
    )
    contact = who.contact_of(ticket.customer_id)
    if contact is not None:
        return await conversation.comment_as_contact(tx, ticket.id, contact, words, now=case.now)
    return await conversation.comment(tx, _speaker(tx, case, who), ticket.id, words, now=case.now)


async def _follow_up(
    tx: Tx, case: Case, who: Correspondent, earlier: TicketView, written: Written
) -> UUID:
    said: dict[str, Any] = {
        "description": notes.body_of(written.text),
        "priority": case.mailbox.priority,
        "source": Source.MAIL,
    }
    title = title_of(case.mail.subject)
    if case.mail.subject and earlier.title not in title:
        said["title"] = title
    if case.mailbox.queue_id is not None:
        said["queue_id"] = case.mailbox.queue_id
    if contact := who.contact_of(earlier.customer_id):
        said["contact_id"] = contact.id

    speaker = _speaker(tx, case, who)
    view = await follow_ups.open_follow_up(tx, speaker, earlier.id, said, now=case.now)
    await _furnish(tx, case, who, view, written)
    return view.id


async def _furnish(
    tx: Tx, case: Case, who: Correspondent, ticket: TicketView, written: Written
) -> None:
    """Give a new ticket what a mail has besides its words."""
    if written.html is not None:
        await descriptions.keep_html(
            tx,
            ticket.id,
            text=ticket.description,
            html=written.html,
            pictures=written.luggage.pictures,
            now=case.now,
        )
    author = _author(tx, case, who, ticket)
    await _attach(tx, case, author, ticket.id, written, comment_id=None)


async def _attach(
    tx: Tx,
    case: Case,
    author: Author,
    ticket_id: UUID,
    written: Written,
    *,
    comment_id: UUID | None,
) -> None:
    """Attach the files, and tell colleagues of everything that is not on the ticket."""
    missing = await files.attach(
        tx,
        case.office.cabinet,
        author,
        ticket_id,
        written.luggage,
        comment_id=comment_id,
        now=case.now,
    )
    if len(written.text) > notes.BODY_CHARACTERS_MAX:
        missing.append(CUT)
    if missing:
        await notes.leave(tx, case, ticket_id, note_of(missing))


def _author(tx: Tx, case: Case, who: Correspondent, ticket: TicketView) -> Author:
    contact = who.contact_of(ticket.customer_id)
    if contact is not None:
        return authors.contact(contact)
    return authors.signed_in(_speaker(tx, case, who), who.kind)


def _speaker(tx: Tx, case: Case, who: Correspondent) -> Principal:
    """Return the caller that a correspondent is; one without an account speaks as the mailbox."""
    id = who.person_id or case.mailbox.id
    return notes.speaker(tx, id, name=who.name, email=who.address.email)
