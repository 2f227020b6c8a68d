"""/customer-technicians: who leads which customer."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from psa_common.db import Tx
from psa_common.documents import Document, Page, Resource, answer, related, shown
from psa_common.guards import requires
from psa_common.listing import fetch_page
from psa_tickets.queries import agents
from psa_tickets.queries.agents import LeadTechnician
from psa_tickets.usecases.assignment import agents as staffing


class TechnicianInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who leads the customer."""

    agent_id: UUID


class TechnicianAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A lead technician as readers see it; the id is the customer's."""

    agent_name: str
    created_at: datetime


def show(lead: LeadTechnician) -> Resource[TechnicianAttributes]:
    """Show who leads a customer."""
    links = related(customer=("customer", lead.id), agent=("agent", lead.agent_id))
    return Resource(lead.id, "customer_technician", shown(lead, TechnicianAttributes), links)


@put("/{customer_id:uuid}", guards=[requires("desk:manage")])
async def name_technician(
    customer_id: FromPath[UUID], data: JSONBody[TechnicianInput], tx: NamedDependency[Tx]
) -> Document[TechnicianAttributes]:
    """Make an agent the lead technician of a customer."""
    lead = await staffing.lead(tx, customer_id, data.agent_id, now=datetime.now(UTC))
    return answer(show(lead))


@get("/", guards=[requires("ticket:assign")], opt={"listing": agents.TECHNICIANS})
async def list_technicians(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[TechnicianAttributes]:
    """List who leads which customer."""
    return await fetch_page(tx, agents.TECHNICIANS, request, show)


@delete("/{customer_id:uuid}", guards=[requires("desk:manage")])
async def remove_technician(customer_id: FromPath[UUID], tx: NamedDependency[Tx]) -> None:
    """Leave a customer without a lead technician."""
    await staffing.lead_no_more(tx, customer_id)


ROUTER = Router(
    "/customer-technicians",
    route_handlers=[name_technician, list_technicians, remove_technician],
)
