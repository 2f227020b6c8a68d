"""Words on a ticket: a reply to the customer, a note for colleagues, what the customer said."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psa_common import audit
from psa_common.db import Tx
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_events import outbox
from psa_tickets.domain import ticket as rules
from psa_tickets.domain.ticket import AuthorKind, Visibility
from psa_tickets.events import TicketCommented
from psa_tickets.queries import comments, stored_tickets
from psa_tickets.queries.comments import Comment
from psa_tickets.usecases.moments import moment_of
from psa_tickets.usecases.ticket_lifecycle import settle


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is said, to whom, by which side."""

    body: str
    visibility: Visibility
    author_kind: AuthorKind
    occurred_at: datetime | None


async def comment(
    tx: Tx, principal: Principal, ticket_id: UUID, words: Words, *, now: datetime
) -> Comment:
    """
    Write on a ticket.

    An agent's first public words answer the customer; a contact's words end the wait for
    them. An agent may write down what a contact said; a contact never speaks for an agent.
    """
    at = moment_of(principal, words.occurred_at, now=now)
    kind = AuthorKind.CONTACT if principal.customer_id else words.author_kind
    before = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:comment")
    after = rules.comment(before, author_kind=kind, visibility=words.visibility, at=at)

    said = Comment(
        id=uuid7(),
        ticket_id=ticket_id,
        visibility=words.visibility,
        author_kind=kind,
        author_id=principal.user_id,
        author_name=principal.name,
        body=words.body,
        occurred_at=at,
        created_at=now,
    )
    comments.insert(tx, said)
    outbox.publish(
        tx,
        TicketCommented(
            ticket_id=ticket_id,
            comment_id=said.id,
            visibility=said.visibility,
            author_id=said.author_id,
            author_kind=said.author_kind,
            commented_at=at,
        ),
    )
    audit.record(tx, "ticket.commented", "ticket", ticket_id, after=said)
    await settle(tx, before, after, at=at, now=now)
    return said
