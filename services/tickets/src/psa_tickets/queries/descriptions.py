"""The ticket_descriptions table: what tickets are about, as HTML."""

from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx

GET_SQL = """
    SELECT t.id AS ticket_id, t.description AS text,
           CASE WHEN d.text = t.description THEN d.html END AS html, t.version
      FROM tickets AS t
      LEFT JOIN ticket_descriptions AS d ON d.ticket_id = t.id
     WHERE t.id = %(ticket_id)s
"""

KEEP_SQL = """
    INSERT INTO ticket_descriptions (ticket_id, text, html, original_html, updated_at)
    VALUES (%(ticket_id)s, %(text)s, %(html)s, %(original_html)s, %(now)s)
        ON CONFLICT (tenant_id, ticket_id)
        DO UPDATE SET text = excluded.text,
                      html = excluded.html,
                      original_html = excluded.original_html,
                      updated_at = excluded.updated_at
"""


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What a ticket is about; `html` only while it says what `text` says."""

    ticket_id: UUID
    text: str
    html: str | None
    version: int


async def get(tx: Tx, ticket_id: UUID) -> Description:
    """Return the description of a ticket that is there."""
    return await tx.fetch_one(Description, GET_SQL, ticket_id=ticket_id)


def keep(
    tx: Tx, ticket_id: UUID, *, text: str, html: str, original_html: str, now: datetime
) -> None:
    """Remember the HTML of the description that says *text*."""
    tx.defer(
        KEEP_SQL, ticket_id=ticket_id, text=text, html=html, original_html=original_html, now=now
    )
