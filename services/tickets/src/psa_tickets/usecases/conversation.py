"""Words on a ticket: a reply to the customer, a note for colleagues, what the customer said."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import msgspec

from psa_common import audit
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_events import outbox
from psa_tickets.domain import ticket as rules, words as word_rules
from psa_tickets.domain.ticket import AuthorKind, Visibility
from psa_tickets.domain.words import REDACTED, Channel
from psa_tickets.events import TicketCommented
from psa_tickets.queries import comments, stored_tickets, tickets
from psa_tickets.queries.comments import Comment
from psa_tickets.queries.contacts import Contact
from psa_tickets.queries.tickets import StoredTicket
from psa_tickets.usecases import authors
from psa_tickets.usecases.authors import Author
from psa_tickets.usecases.markup import pictured
from psa_tickets.usecases.moments import moment_of
from psa_tickets.usecases.refusals import NotYourComment
from psa_tickets.usecases.ticket_lifecycle import settle


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """
    What is said, to whom, by which side; as text, as HTML, or as both.

    `pictures` are content ids that HTML may show besides those attached to the ticket
    already: a mail's own, which are stored after its words.
    """

    body: str | None
    visibility: Visibility
    author_kind: AuthorKind
    occurred_at: datetime | None
    html: str | None = None
    channel: Channel = Channel.API
    is_resolution: bool = False
    message_id: str | None = None
    pictures: Collection[str] = ()


async def comment(
    tx: Tx, principal: Principal, ticket_id: UUID, words: Words, *, now: datetime
) -> Comment:
    """
    Write on a ticket.

    An agent's first public words answer the customer; a contact's words end the wait for
    them. An agent may write down what a contact said; a contact never speaks for an agent, and
    uses the portal, whatever they say.
    """
    if principal.customer_id is not None:
        words = replace(words, channel=Channel.PORTAL)
    at = moment_of(principal, words.occurred_at, now=now)
    author = authors.signed_in(principal, words.author_kind)
    before = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:comment")

    return await _say(tx, before, author, words, at=at, now=now)


async def comment_as_contact(
    tx: Tx, ticket_id: UUID, person: Contact, words: Words, *, now: datetime
) -> Comment:
    """
    Write what a contact sent without signing in, by mail.

    `occurred_at` counts as it is given, but never as later than *now*. A ticket of another
    customer is none of theirs: NotFound. Raises TicketClosed or ReopenWindowOver as `comment`.
    """
    at = min(words.occurred_at or now, now)
    before = await stored_tickets.get_any_for_update(tx, ticket_id)
    if before.customer_id != person.customer_id:
        raise tickets.no_such(ticket_id)

    return await _say(tx, before, authors.contact(person), words, at=at, now=now)


async def edit(
    tx: Tx,
    principal: Principal,
    ticket_id: UUID,
    comment_id: UUID,
    *,
    body: str | None,
    html: str | None,
    expected_version: int | None,
    now: datetime,
) -> Comment:
    """Say it in other words; what stood there before is kept."""
    ticket = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:comment")
    before = await comments.get_for_update(
        tx, ticket_id, comment_id, public_only=principal.customer_id is not None
    )
    await _check_may_edit(tx, principal, before)
    check_version(before.version, expected_version)
    word_rules.check_editable(ticket, redacted=before.redacted_at is not None)

    shown = await pictured(tx, ticket_id, html)
    after = msgspec.structs.replace(
        before,
        body=word_rules.spoken(body, shown),
        html=shown,
        version=before.version + 1,
        edited_at=now,
    )
    comments.replace(tx, after, original_html=html, replaced_by=principal.user_id, now=now)
    audit.record(
        tx, "comment.edited", "ticket", ticket_id, before=_facts_of(before), after=_facts_of(after)
    )
    return after


async def check_may_read_versions(
    tx: Tx, principal: Principal, ticket_id: UUID, comment_id: UUID
) -> None:
    """
    Refuse a customer's people what an agent's comment said before it was edited.

    It may have been edited because it said too much. Raises NotFound or NotYourComment.
    """
    await tickets.get(tx, ticket_id, principal)
    outside = principal.customer_id is not None
    found = await comments.get(tx, ticket_id, comment_id, public_only=outside)
    if outside and found.author_id != principal.user_id:
        raise NotYourComment


async def redact(
    tx: Tx, principal: Principal, ticket_id: UUID, comment_id: UUID, *, reason: str, now: datetime
) -> Comment:
    """Take words out for good, and every earlier version of them; that they were said stays."""
    await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:override")
    before = await comments.get_for_update(tx, ticket_id, comment_id, public_only=False)
    if before.redacted_at is not None:
        return before

    after = msgspec.structs.replace(
        before, body=REDACTED, html=None, version=before.version + 1, redacted_at=now
    )
    comments.redact(tx, after)
    facts = {**_facts_of(after), "reason": reason}
    audit.record(tx, "comment.redacted", "ticket", ticket_id, after=facts)
    return after


async def _say(
    tx: Tx, before: StoredTicket, author: Author, words: Words, *, at: datetime, now: datetime
) -> Comment:
    after = rules.comment(before, author_kind=author.kind, visibility=words.visibility, at=at)
    if words.is_resolution:
        word_rules.check_solution(author.kind, words.visibility)
    shown = await pictured(tx, before.id, words.html, pictures=words.pictures)

    said = Comment(
        id=uuid7(),
        ticket_id=before.id,
        visibility=words.visibility,
        author_kind=author.kind,
        author_id=author.id,
        author_name=author.name,
        body=word_rules.spoken(words.body, shown),
        html=shown,
        channel=words.channel,
        is_resolution=words.is_resolution,
        contact_id=author.contact_id,
        message_id=words.message_id,
        occurred_at=at,
        created_at=now,
    )
    comments.insert(tx, said, original_html=words.html)
    _announce(tx, said)
    await settle(tx, before, after, at=at, now=now)
    return said


async def _check_may_edit(tx: Tx, principal: Principal, said: Comment) -> None:
    if said.author_id == principal.user_id:
        return
    if principal.scope("ticket:override") is None:
        raise NotYourComment
    await stored_tickets.get_for_update(tx, said.ticket_id, principal, "ticket:override")


def _announce(tx: Tx, said: Comment) -> None:
    outbox.publish(
        tx,
        TicketCommented(
            ticket_id=said.ticket_id,
            comment_id=said.id,
            visibility=said.visibility,
            author_id=said.author_id,
            author_kind=said.author_kind,
            commented_at=said.occurred_at,
            channel=said.channel,
            is_resolution=said.is_resolution,
        ),
    )
    audit.record(tx, "ticket.commented", "ticket", said.ticket_id, after=_facts_of(said))


def _facts_of(comment: Comment) -> dict[str, object]:
    """Return what the record of changes keeps: not the words, which may have to be removed."""
    facts = msgspec.structs.asdict(comment)
    del facts["body"], facts["html"]
    return {**facts, "length": len(comment.body)}
