"""/sla-assignments: whose policy is which, from contract to queue."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from psa_common.db import Tx
from psa_common.documents import Document, Page, Resource, answer, related
from psa_common.errors import NotFound
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Line
from psa_common.listing import fetch_page
from psa_tickets.domain.sla_terms import Source
from psa_tickets.http.staff import colleagues
from psa_tickets.queries import sla_assignments
from psa_tickets.queries.sla_assignments import Assignment
from psa_tickets.usecases import sla_assigning


class AssignmentInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A policy, or null: nothing is promised, whatever the less special ones say."""

    policy_id: UUID | None
    reason: Line = "agreed"


class AssignmentAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A say in the choice of a policy."""

    source: Source
    reason: str
    assigned_at: datetime


def show(said: Assignment) -> Resource[AssignmentAttributes]:
    """Show an assignment; its id is that of whom it is about."""
    attributes = AssignmentAttributes(
        source=said.source, reason=said.reason, assigned_at=said.assigned_at
    )
    links = related(
        policy=("sla_policy", said.policy_id),
        subject=(said.source.value, said.id),
        assigned_by=("user", said.assigned_by),
    )
    return Resource(said.id, "sla_assignment", attributes, links)


def source_of(text: str) -> Source:
    """Return whom *text* names; the tenant has its default policy, a ticket its override."""
    if text not in set(Source) - {Source.TICKET, Source.TENANT}:
        raise NotFound(f"{text!r} has no policy; name contract, location, customer or queue.")
    return Source(text)


@get("/", guards=[requires("sla:view")], opt={"listing": sla_assignments.ASSIGNMENTS})
async def list_assignments(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[AssignmentAttributes]:
    """List who was given which policy."""
    return await fetch_page(tx, sla_assignments.ASSIGNMENTS, request, show)


@put("/{source:str}/{subject_id:uuid}", guards=[requires("sla:manage")])
async def assign_policy(
    source: FromPath[str],
    subject_id: FromPath[UUID],
    data: JSONBody[AssignmentInput],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[AssignmentAttributes]:
    """Give a contract, location, customer or queue a policy, for tickets opened from now on."""
    said = await sla_assigning.assign(
        tx,
        principal,
        source_of(source),
        subject_id,
        policy_id=data.policy_id,
        reason=data.reason,
        now=datetime.now(UTC),
    )
    return answer(show(said))


@delete("/{source:str}/{subject_id:uuid}", guards=[requires("sla:manage")], status_code=204)
async def withdraw_policy(
    source: FromPath[str], subject_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> None:
    """Let what is less special decide again."""
    await sla_assigning.withdraw(tx, source_of(source), subject_id)


ROUTER = Router(
    "/sla-assignments",
    guards=[colleagues],
    route_handlers=[list_assignments, assign_policy, withdraw_policy],
)
