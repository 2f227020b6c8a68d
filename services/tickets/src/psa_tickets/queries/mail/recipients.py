"""What a notice needs to know of a ticket, and where colleagues are reached."""

from uuid import UUID

import msgspec

from psa_common.db import Tx

GET_SUBJECT_SQL = """
    SELECT number, title, queue_id, assignee_id
      FROM tickets
     WHERE id = %(ticket_id)s
"""

FIND_ADDRESS_SQL = """
    SELECT email
      FROM users
     WHERE id = %(user_id)s
       AND active
       AND customer_id IS NULL
"""

FIND_WORDS_SQL = """
    SELECT body, author_name, visibility
      FROM comments
     WHERE id = %(comment_id)s
       AND ticket_id = %(ticket_id)s
"""


class Subject(msgspec.Struct, frozen=True):
    """What a notice is about."""

    number: str
    title: str
    queue_id: UUID | None
    assignee_id: UUID | None


class Said(msgspec.Struct, frozen=True):
    """What was said, as it stands now."""

    body: str
    author_name: str
    visibility: str


class _Address(msgspec.Struct, frozen=True):
    email: str | None


async def get_subject(tx: Tx, ticket_id: UUID) -> Subject:
    """Return the ticket that one of our own events is about."""
    return await tx.fetch_one(Subject, GET_SUBJECT_SQL, ticket_id=ticket_id)


async def find_colleagues_address(tx: Tx, user_id: UUID) -> str | None:
    """Return where a colleague is reached."""
    found = await tx.fetch_optional(_Address, FIND_ADDRESS_SQL, user_id=user_id)
    return found.email if found else None


async def find_words(tx: Tx, ticket_id: UUID, comment_id: UUID) -> Said | None:
    """Return what was said on a ticket."""
    return await tx.fetch_optional(Said, FIND_WORDS_SQL, ticket_id=ticket_id, comment_id=comment_id)
