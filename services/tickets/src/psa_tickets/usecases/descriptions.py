"""What a ticket is about, as HTML: the ticket keeps its words, the HTML lies beside it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from psa_common.db import Tx
from psa_common.identity import Principal
from psa_tickets.domain.words import spoken
from psa_tickets.queries import descriptions, tickets
from psa_tickets.queries.descriptions import Description
from psa_tickets.usecases import ticket_editing
from psa_tickets.usecases.markup import pictured


async def read(tx: Tx, principal: Principal, ticket_id: UUID) -> Description:
    """Return what a ticket is about; raises NotFound for what the caller may not see."""
    await tickets.get(tx, ticket_id, principal)
    return await descriptions.get(tx, ticket_id)


async def describe(
    tx: Tx,
    principal: Principal,
    ticket_id: UUID,
    *,
    html: str,
    text: str | None,
    expected_version: int | None,
    now: datetime,
) -> Description:
    """Say anew what a ticket is about; without *text* the words are read from the HTML."""
    await tickets.get(tx, ticket_id, principal)
    shown = await pictured(tx, ticket_id, html) or ""
    words = spoken(text, shown)
    view = await ticket_editing.edit(
        tx,
        principal,
        ticket_id,
        {"description": words},
        expected_version=expected_version,
        now=now,
    )
    descriptions.keep(tx, ticket_id, text=words, html=shown, original_html=html, now=now)
    return Description(ticket_id=ticket_id, text=words, html=shown, version=view.version)


async def keep_html(
    tx: Tx, ticket_id: UUID, *, text: str, html: str, pictures: Collection[str], now: datetime
) -> None:
    """Keep the HTML of a mail whose *text* has just become a ticket's description."""
    shown = await pictured(tx, ticket_id, html, pictures=pictures) or ""
    descriptions.keep(tx, ticket_id, text=text, html=shown, original_html=html, now=now)
