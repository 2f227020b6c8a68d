"""/tickets: open, read, list, edit, move, assign; and what the SLA clocks say."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from psa_common.db import Tx
from psa_common.documents import Document, Page, answer, expected_version
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Instant, Line, Text
from psa_common.listing import fetch_included, fetch_page
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.ticket import Status
from psa_tickets.domain.ticket_type import TicketType
from psa_tickets.http import includes, views
from psa_tickets.http.views import ClockReport, TicketAttributes
from psa_tickets.queries import tickets
from psa_tickets.usecases import sla_clocks, ticket_lifecycle
from psa_tickets.usecases.ticket_lifecycle import Opening

LISTING = replace(
    tickets.LISTING,
    includes={
        "customer": includes.customers,
        "assignee": includes.users,
        "opened_by": includes.users,
    },
)
SEARCHED = replace(tickets.SEARCHED, includes=LISTING.includes)


class NewTicket(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody asks for; `occurred_at` needs the permission to backdate."""

    title: Line
    customer_id: UUID
    description: Text = "–"
    type: TicketType = TicketType.INCIDENT
    priority: Priority = Priority.P3
    asset_ids: Annotated[list[UUID], Meta(max_length=100)] = []
    occurred_at: Instant | None = None


class TicketEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields to change; the others stay."""

    title: Line | None = None
    description: Text | None = None
    priority: Priority | None = None


class StatusChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the ticket goes; `occurred_at` needs the permission to backdate."""

    status: Status
    occurred_at: Instant | None = None


class Assignment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who works on it; null gives it back to the queue."""

    assignee_id: UUID | None


@post("/", guards=[requires("ticket:create")])
async def open_ticket(
    data: JSONBody[NewTicket], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[TicketAttributes]:
    """Open a ticket."""
    opening = Opening(**msgspec.structs.asdict(data))
    view = await ticket_lifecycle.open_ticket(tx, principal, opening, now=datetime.now(UTC))
    return answer(views.ticket(view), version=view.version, status=201)


@get("/", guards=[requires("ticket:view")], opt={"listing": SEARCHED})
async def list_tickets(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[TicketAttributes]:
    """List the tickets that the caller may see; with `search`, the most relevant first."""
    listing = SEARCHED if "search" in request.query_params else LISTING
    visible = tickets.visible_to(principal)
    return await fetch_page(tx, listing, request, views.ticket, **visible)


@get("/{ticket_id:uuid}", guards=[requires("ticket:view")], opt={"includes": LISTING.includes})
async def read_ticket(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TicketAttributes]:
    """Read a ticket."""
    view = await tickets.get(tx, ticket_id, principal)
    ticket = views.ticket(view)
    included = await fetch_included(tx, LISTING, request, ticket)
    return answer(ticket, *included, version=view.version)


@patch("/{ticket_id:uuid}", guards=[requires("ticket:update")])
async def edit_ticket(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    data: JSONBody[TicketEdit],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TicketAttributes]:
    """Change a ticket's words or its priority."""
    view = await ticket_lifecycle.edit(
        tx,
        principal,
        ticket_id,
        **msgspec.structs.asdict(data),
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.ticket(view), version=view.version)


@put("/{ticket_id:uuid}/status", guards=[requires("ticket:update")])
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
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.ticket(view), version=view.version)


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
    return answer(views.ticket(view), version=view.version)


@get("/{ticket_id:uuid}/sla", guards=[requires("sla:view")])
async def read_sla(
    ticket_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[ClockReport]:
    """Explain every minute of both clocks."""
    explanation = await sla_clocks.explain(tx, principal, ticket_id, now=datetime.now(UTC))
    return answer(views.clock_report(explanation))


ROUTER = Router(
    "/tickets",
    route_handlers=[
        open_ticket,
        list_tickets,
        read_ticket,
        edit_ticket,
        change_status,
        assign_ticket,
        read_sla,
    ],
)
