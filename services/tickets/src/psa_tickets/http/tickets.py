"""/tickets: open, read, list, edit, move, assign; and what the SLA clocks say."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import Request, Router, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from psa_common.db import Tx
from psa_common.documents import Document, Page, answer, expected_version
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.listing import fetch_included, fetch_page
from psa_tickets.http import includes, views
from psa_tickets.http.staff import STAFF
from psa_tickets.http.ticket_inputs import (
    Assignment,
    NewTicket,
    StatusChange,
    TicketEdit,
    fields_of,
)
from psa_tickets.http.views import TicketAttributes
from psa_tickets.queries import tickets
from psa_tickets.usecases import openings, ticket_editing, ticket_lifecycle

LISTING = replace(
    tickets.LISTING,
    includes={
        "customer": includes.customers,
        "assignee": includes.users,
        "opened_by": includes.users,
        "contact": includes.contacts,
        "queue": includes.queues,
        "location": includes.locations,
    },
)
SEARCHED = replace(tickets.SEARCHED, includes=LISTING.includes)


@post("/", guards=[requires("ticket:create")])
async def open_ticket(
    data: JSONBody[NewTicket], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[TicketAttributes]:
    """Open a ticket."""
    opening = openings.from_sent(principal, fields_of(data))
    view = await ticket_lifecycle.open_ticket(tx, principal, opening, now=datetime.now(UTC))
    return answer(views.ticket_for(principal)(view), version=view.version, status=201)


@get("/", guards=[requires("ticket:view")], opt={"listing": SEARCHED})
async def list_tickets(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[TicketAttributes]:
    """List the tickets that the caller may see; with `search`, the most relevant first."""
    listing = SEARCHED if "search" in request.query_params else LISTING
    visible = tickets.visible_to(principal)
    return await fetch_page(tx, listing, request, views.ticket_for(principal), **visible)


@get("/{ticket_id:uuid}", guards=[requires("ticket:view")], opt={"includes": LISTING.includes})
async def read_ticket(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TicketAttributes]:
    """Read a ticket."""
    view = await tickets.get(tx, ticket_id, principal)
    ticket = views.ticket_for(principal)(view)
    included = await fetch_included(tx, LISTING, request, ticket)
    return answer(ticket, *included, version=view.version)


@patch("/{ticket_id:uuid}", guards=[*STAFF])
async def edit_ticket(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    data: JSONBody[TicketEdit],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TicketAttributes]:
    """Change fields of a ticket; null empties one."""
    view = await ticket_editing.edit(
        tx,
        principal,
        ticket_id,
        fields_of(data),
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.ticket_for(principal)(view), version=view.version)


@put("/{ticket_id:uuid}/status", guards=[*STAFF])
async def change_status(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    data: JSONBody[StatusChange],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TicketAttributes]:
    """Move a ticket to another status."""
    view = await ticket_lifecycle.change_status(
        tx,
        principal,
        ticket_id,
        data.status,
        occurred_at=data.occurred_at,
        override_reason=data.override_reason,
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.ticket_for(principal)(view), version=view.version)


@put("/{ticket_id:uuid}/assignee", guards=[requires("ticket:assign")])
async def assign_ticket(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    data: JSONBody[Assignment],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TicketAttributes]:
    """Give a ticket to somebody, or back to the queue."""
    view = await ticket_lifecycle.assign(
        tx,
        principal,
        ticket_id,
        data.assignee_id,
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.ticket_for(principal)(view), version=view.version)


ROUTER = Router(
    "/tickets",
    route_handlers=[
        open_ticket,
        list_tickets,
        read_ticket,
        edit_ticket,
        change_status,
        assign_ticket,
    ],
)
