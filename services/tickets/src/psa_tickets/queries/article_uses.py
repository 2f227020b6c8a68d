"""How articles are used: whether they helped, and which tickets they belong to."""

from datetime import datetime
from uuid import UUID

from psa_common.db import Tx

GIVE_FEEDBACK_SQL = """
    INSERT INTO article_feedback (article_id, user_id, helpful, given_at)
    VALUES (%(article_id)s, %(user_id)s, %(helpful)s, %(now)s)
        ON CONFLICT (tenant_id, article_id, user_id)
        DO UPDATE SET helpful = excluded.helpful,
                      given_at = excluded.given_at
"""

LINK_SQL = """
    INSERT INTO ticket_articles (ticket_id, article_id, linked_by, created_at)
    VALUES (%(ticket_id)s, %(article_id)s, %(user_id)s, %(now)s)
        ON CONFLICT DO NOTHING
"""

UNLINK_SQL = """
    DELETE FROM ticket_articles
     WHERE ticket_id = %(ticket_id)s
       AND article_id = %(article_id)s
"""

RESOLUTION_SQL = """
    SELECT body
      FROM comments
     WHERE ticket_id = %(ticket_id)s
       AND visibility = 'public'
       AND author_kind = 'agent'
     ORDER BY occurred_at DESC, id DESC
     LIMIT 1
"""


def give_feedback(tx: Tx, article_id: UUID, user_id: UUID, *, helpful: bool, now: datetime) -> None:
    """Store whether it helped; a person says so once and may change their mind."""
    tx.defer(GIVE_FEEDBACK_SQL, article_id=article_id, user_id=user_id, helpful=helpful, now=now)


def link(tx: Tx, ticket_id: UUID, article_id: UUID, user_id: UUID, *, now: datetime) -> None:
    """Say that the article belongs to the ticket."""
    tx.defer(LINK_SQL, ticket_id=ticket_id, article_id=article_id, user_id=user_id, now=now)


async def unlink(tx: Tx, ticket_id: UUID, article_id: UUID) -> bool:
    """Take the article from the ticket; False when it was not there."""
    return await tx.execute(UNLINK_SQL, ticket_id=ticket_id, article_id=article_id) > 0


async def find_resolution(tx: Tx, ticket_id: UUID) -> str | None:
    """Return what an agent told the customer last."""
    text: str | None = await tx.fetch_value(RESOLUTION_SQL, ticket_id=ticket_id)
    return text
