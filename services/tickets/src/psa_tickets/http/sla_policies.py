"""/sla-policies: what is promised for each priority."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from psa_common.db import Tx
from psa_common.documents import Document, Page, Resource, answer, related
from psa_common.guards import requires
from psa_common.inputs import Line
from psa_common.listing import fetch_page
from psa_tickets.domain.priority import Priority
from psa_tickets.queries import sla
from psa_tickets.queries.sla import Policy
from psa_tickets.usecases import service_levels
from psa_tickets.usecases.service_levels import NewPolicy

WorkingMinutes = Annotated[int, Meta(ge=1, le=525_600)]


class TargetInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A promise for one priority, in working minutes; null promises nothing."""

    response_minutes: WorkingMinutes | None = None
    resolution_minutes: WorkingMinutes | None = None
    warning_percent: Annotated[int, Meta(ge=1, le=100)] = 75


class PolicyInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A policy; running clocks keep the one that they started with."""

    name: Line
    calendar_id: UUID
    targets: dict[Priority, TargetInput]
    is_default: bool = False


class PolicyAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A policy as readers see it."""

    name: str
    targets: dict[Priority, sla.Target]
    is_default: bool
    created_at: datetime


def show(policy: Policy) -> Resource[PolicyAttributes]:
    """Show a policy."""
    attributes = PolicyAttributes(
        name=policy.name,
        targets=policy.targets,
        is_default=policy.is_default,
        created_at=policy.created_at,
    )
    links = related(calendar=("calendar", policy.calendar_id))
    return Resource(policy.id, "sla_policy", attributes, links)


@post("/", guards=[requires("sla:manage")])
async def create_policy(
    data: JSONBody[PolicyInput], tx: NamedDependency[Tx]
) -> Document[PolicyAttributes]:
    """Create a policy; a default one applies to tickets opened from now on."""
    new = NewPolicy(
        name=data.name,
        calendar_id=data.calendar_id,
        targets=msgspec.convert(msgspec.to_builtins(data.targets), dict[Priority, sla.Target]),
        is_default=data.is_default,
    )
    policy = await service_levels.create_policy(tx, new, now=datetime.now(UTC))
    return answer(show(policy), version=policy.version, status=201)


@get("/", guards=[requires("sla:view")], opt={"listing": sla.POLICIES})
async def list_policies(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[PolicyAttributes]:
    """List the policies."""
    return await fetch_page(tx, sla.POLICIES, request, show)


ROUTER = Router("/sla-policies", route_handlers=[create_policy, list_policies])
