"""/tickets/{id}/mails: what we have sent about a ticket, and whether it arrived."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from psa_common.db import Tx
from psa_common.documents import Page, Resource, shown
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.listing import fetch_page
from psa_tickets.domain.mail.delivery import DeliveryState
from psa_tickets.queries import tickets
from psa_tickets.queries.mail import outgoing
from psa_tickets.queries.mail.outgoing import OutgoingMail


class DeliveryAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A mail of ours and where it stands."""

    recipient: str
    kind: str
    comment_id: UUID | None
    state: DeliveryState
    attempts: int
    reason: str
    created_at: datetime
    next_at: datetime | None
    sent_at: datetime | None


def show(mail: OutgoingMail) -> Resource[DeliveryAttributes]:
    """Show a mail of ours."""
    return Resource(mail.id, "outgoing_mail", shown(mail, DeliveryAttributes))


@get("/", guards=[requires("mail:view")], opt={"listing": outgoing.LISTING})
async def list_deliveries(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[DeliveryAttributes]:
    """List what was sent about a ticket that the caller may see."""
    await tickets.get(tx, ticket_id, principal)
    return await fetch_page(tx, outgoing.LISTING, request, show, of_ticket=ticket_id)


ROUTER = Router("/tickets/{ticket_id:uuid}/mails", route_handlers=[list_deliveries])
