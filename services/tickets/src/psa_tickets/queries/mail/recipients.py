"""What a notice needs to know of a ticket, and where colleagues are reached."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx

GET_SUBJECT_SQL = """
    SELECT number, title, queue_id, assignee_id, close_announced_for
      FROM tickets
     WHERE id = %(ticket_id)s
"""

LIST_COLLEAGUES_SQL = """
    SELECT email AS address, id AS user_id
      FROM users
     WHERE id = ANY(%(user_ids)s)
       AND active
       AND customer_id IS NULL
"""

LIST_COLLEAGUES_BY_EMAIL_SQL = """
    SELECT email AS address, id AS user_id
      FROM users
     WHERE email = ANY(%(emails)s)
       AND active
       AND customer_id IS NULL
"""

# Those who want no mails, too: they are not asked again.
LIST_ALL_WATCHING_SQL = """
    SELECT coalesce(c.email, u.email, w.email, '') AS address
      FROM ticket_watchers AS w
      LEFT JOIN contacts AS c ON c.tenant_id = w.tenant_id AND c.id = w.contact_id
      LEFT JOIN users AS u ON u.tenant_id = w.tenant_id AND u.id = w.user_id
     WHERE w.ticket_id = %(ticket_id)s
"""

# Whoever has left is not written to, even while they still stand on the list.
LIST_WATCHING_SQL = """
    SELECT coalesce(c.email, u.email, w.email) AS address, w.user_id
      FROM ticket_watchers AS w
      LEFT JOIN contacts AS c
             ON c.tenant_id = w.tenant_id AND c.id = w.contact_id AND c.active
      LEFT JOIN users AS u
             ON u.tenant_id = w.tenant_id AND u.id = w.user_id AND u.active
            AND u.customer_id IS NULL
     WHERE w.ticket_id = %(ticket_id)s
       AND w.notify
       AND num_nonnulls(c.email, u.id, w.email) > 0
     ORDER BY w.created_at, w.id
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
    #: When it will be closed; None unless that was announced and still holds.
    close_announced_for: datetime | None


class Recipient(msgspec.Struct, frozen=True):
    """Who is told: by mail, and, when they are a colleague, in the application."""

    address: str | None
    user_id: UUID | None = None


class Said(msgspec.Struct, frozen=True):
    """What was said, as it stands now."""

    body: str
    author_name: str
    visibility: str


class _Address(msgspec.Struct, frozen=True):
    address: str


async def get_subject(tx: Tx, ticket_id: UUID) -> Subject:
    """Return the ticket that one of our own events is about."""
    return await tx.fetch_one(Subject, GET_SUBJECT_SQL, ticket_id=ticket_id)


async def list_colleagues(tx: Tx, user_ids: Sequence[UUID]) -> list[Recipient]:
    """Return those of these colleagues who are still with us."""
    return await tx.fetch_all(Recipient, LIST_COLLEAGUES_SQL, user_ids=list(user_ids))


async def list_colleagues_by_email(tx: Tx, emails: Sequence[str]) -> list[Recipient]:
    """Return which colleagues these addresses are; they are in small letters."""
    return await tx.fetch_all(Recipient, LIST_COLLEAGUES_BY_EMAIL_SQL, emails=list(emails))


async def list_all_watching(tx: Tx, ticket_id: UUID) -> list[str]:
    """Return the address of every watcher, whether they are written to or not."""
    rows = await tx.fetch_all(_Address, LIST_ALL_WATCHING_SQL, ticket_id=ticket_id)
    return [row.address for row in rows]


async def list_watching(tx: Tx, ticket_id: UUID) -> list[Recipient]:
    """Return who wants to hear of a ticket besides those it names."""
    return await tx.fetch_all(Recipient, LIST_WATCHING_SQL, ticket_id=ticket_id)


async def find_words(tx: Tx, ticket_id: UUID, comment_id: UUID) -> Said | None:
    """Return what was said on a ticket."""
    return await tx.fetch_optional(Said, FIND_WORDS_SQL, ticket_id=ticket_id, comment_id=comment_id)
