"""Notes that the mailbox leaves for colleagues."""

from collections.abc import Sequence
from uuid import UUID

from psa_common.db import Tx
from psa_common.identity import Principal
from psa_tickets.domain.ticket import AuthorKind, Visibility
from psa_tickets.domain.words import Channel
from psa_tickets.usecases import conversation
from psa_tickets.usecases.conversation import Words
from psa_tickets.usecases.mail.case import Case

BODY_CHARACTERS_MAX = 20_000
#: What a mail may do by itself; who may do it was decided before.
PERMISSIONS = frozenset({"ticket:view:all", "ticket:create:all", "ticket:comment:all"})


async def leave(tx: Tx, case: Case, ticket_id: UUID, lines: Sequence[str]) -> UUID:
    """Leave a note for colleagues and return its id; it moves no status and stops no clock."""
    words = Words(
        body=body_of("\n".join(lines)),
        visibility=Visibility.INTERNAL,
        author_kind=AuthorKind.SYSTEM,
        occurred_at=None,
        channel=Channel.MAIL,
    )
    return (await conversation.comment(tx, clerk_of(tx, case), ticket_id, words, now=case.now)).id


def clerk_of(tx: Tx, case: Case) -> Principal:
    """Return the mailbox as somebody who acts."""
    return speaker(tx, case.mailbox.id, name=case.mailbox.name, email=case.mailbox.address)


def speaker(tx: Tx, id: UUID, *, name: str, email: str) -> Principal:
    """Return somebody who acts by mail."""
    return Principal(
        tenant_id=tx.tenant_id,
        user_id=id,
        session_id=id,
        token_id=id,
        name=name,
        email=email,
        permissions=PERMISSIONS,
    )


def body_of(text: str) -> str:
    """Return a text as the words of a comment, which are never empty."""
    return text.strip()[:BODY_CHARACTERS_MAX] or "–"
