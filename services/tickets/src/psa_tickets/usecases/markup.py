"""HTML of a ticket's words: sanitised, with the pictures that are attached to the ticket."""

from collections.abc import Collection
from uuid import UUID

from psa_common.db import Tx
from psa_tickets.domain import rich_text
from psa_tickets.queries import attachments


async def pictured(
    tx: Tx, ticket_id: UUID, html: str | None, *, pictures: Collection[str] = ()
) -> str | None:
    """Return *html* as it may be shown; *pictures* will be attached in this transaction."""
    if html is None:
        return None
    allowed = frozenset(pictures)
    if rich_text.shows_pictures(html):
        allowed |= await attachments.list_content_ids(tx, ticket_id)
    return rich_text.sanitised(html, pictures=allowed)
