"""/tickets/{id}/…: close, reopen and follow up; also for the customer's own people."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import Request, Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from psa_common.db import Tx
from psa_common.documents import Document, answer, expected_version
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_tickets.http import views
from psa_tickets.http.ticket_inputs import FollowUp, fields_of
from psa_tickets.http.views import TicketAttributes
from psa_tickets.usecases import follow_ups, ticket_lifecycle


@post("/close", guards=[requires("ticket:close")])
async def close_ticket(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TicketAttributes]:
    """Close a ticket; one under way is solved by that."""
    version, now = expected_version(request), datetime.now(UTC)
    view = await ticket_lifecycle.close(tx, principal, ticket_id, expected_version=version, now=now)
    return answer(views.ticket_for(principal)(view), version=view.version)


@post("/reopen", guards=[requires("ticket:close")])
async def reopen_ticket(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TicketAttributes]:
    """Bring a solved ticket back to work, as long as the reopen window lasts."""
    version, now = expected_version(request), datetime.now(UTC)
    view = await ticket_lifecycle.reopen(
        tx, principal, ticket_id, expected_version=version, now=now
    )
    return answer(views.ticket_for(principal)(view), version=view.version)


@post("/follow-ups", guards=[requires("ticket:create")])
async def follow_up(
    ticket_id: FromPath[UUID],
    data: JSONBody[FollowUp],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TicketAttributes]:
    """Open a ticket for what came up again after an old one was solved."""
    view = await follow_ups.open_follow_up(
        tx, principal, ticket_id, fields_of(data), now=datetime.now(UTC)
    )
    return answer(views.ticket_for(principal)(view), version=view.version, status=201)


ROUTER = Router(
    "/tickets/{ticket_id:uuid}", route_handlers=[close_ticket, reopen_ticket, follow_up]
)
