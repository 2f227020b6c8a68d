"""/sla-policies: what is promised for each priority, and what happens when time runs short."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from psa_common.db import Tx
from psa_common.documents import (
    Document,
    Page,
    Resource,
    answer,
    changes_of,
    expected_version,
    related,
    shown,
)
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Line
from psa_common.listing import fetch_page
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.sla_terms import Metric, Recipient
from psa_tickets.http.staff import colleagues
from psa_tickets.http.workflow import StatusKey
from psa_tickets.queries import sla_policies, sla_reapplications
from psa_tickets.queries.sla_policies import Policy, PolicyVersion, Target
from psa_tickets.queries.sla_reapplications import Reapplication
from psa_tickets.usecases import service_levels, sla_reapplying
from psa_tickets.usecases.service_levels import NewPolicy

WorkingMinutes = Annotated[int, Meta(ge=1, le=525_600)]


class EscalationInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    What happens once a share of the budget is used; without a metric for either clock.

    Each is done once for each budget, by the same rules that people are under: a step that is
    illegal by then is refused, and the ticket's SLA says so.
    """

    percent: Annotated[int, Meta(ge=1, le=500)]
    metric: Metric | None = None
    notify: Annotated[tuple[Recipient, ...], Meta(max_length=2)] = ()
    notify_user_ids: Annotated[tuple[UUID, ...], Meta(max_length=20)] = ()
    raise_priority_to: Priority | None = None
    assign_to: UUID | None = None
    move_to_queue: UUID | None = None
    set_status: StatusKey | None = None


class TargetInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A promise for one priority, in working minutes; null promises nothing."""

    response_minutes: WorkingMinutes | None = None
    resolution_minutes: WorkingMinutes | None = None
    warning_percent: Annotated[int, Meta(ge=1, le=100)] = 75
    escalations: Annotated[tuple[EscalationInput, ...], Meta(max_length=10)] = ()


class PolicyInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    A policy; running clocks keep the one that they started with.

    `agent_opening_responds`: a ticket that one of ours opens counts as answered by that.
    """

    name: Line
    calendar_id: UUID
    targets: dict[Priority, TargetInput]
    is_default: bool = False
    agent_opening_responds: bool = False


class PolicyEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change, as a new version; the others stay. `targets` are replaced as a whole."""

    name: Line | UnsetType = UNSET
    calendar_id: UUID | UnsetType = UNSET
    targets: dict[Priority, TargetInput] | UnsetType = UNSET
    is_default: bool | UnsetType = UNSET
    agent_opening_responds: bool | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class Reapply(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why clocks that run shall follow the newest version."""

    reason: Line


class ReapplicationAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """How far it is; every ticket is counted once, as what became of it."""

    reason: str
    requested_at: datetime
    changed: int
    unchanged: int
    refused: int
    finished_at: datetime | None


class PolicyAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A policy as readers see it."""

    name: str
    targets: dict[Priority, Target]
    is_default: bool
    active: bool
    agent_opening_responds: bool
    version: int
    created_at: datetime


class PolicyVersionAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy said from `since` on."""

    version: int
    name: str
    targets: dict[Priority, Target]
    is_default: bool
    active: bool
    agent_opening_responds: bool
    since: datetime


def show(policy: Policy) -> Resource[PolicyAttributes]:
    """Show a policy."""
    links = related(calendar=("calendar", policy.calendar_id))
    return Resource(policy.id, "sla_policy", shown(policy, PolicyAttributes), links)


def show_version(version: PolicyVersion) -> Resource[PolicyVersionAttributes]:
    """Show what a policy once said."""
    links = related(calendar=("calendar", version.calendar_id))
    attributes = shown(version, PolicyVersionAttributes)
    return Resource(version.id, "sla_policy_version", attributes, links)


def show_reapplication(done: Reapplication) -> Resource[ReapplicationAttributes]:
    """Show how far a policy's newest version has come."""
    links = related(policy=("sla_policy", done.policy_id), requested_by=("user", done.requested_by))
    attributes = shown(done, ReapplicationAttributes)
    return Resource(done.id, "sla_reapplication", attributes, links)


def _targets(given: dict[Priority, TargetInput]) -> dict[Priority, Target]:
    return msgspec.convert(msgspec.to_builtins(given), dict[Priority, Target])


@post("/", guards=[requires("sla:manage")])
async def create_policy(
    data: JSONBody[PolicyInput], tx: NamedDependency[Tx]
) -> Document[PolicyAttributes]:
    """Create a policy; a default one applies to tickets opened from now on."""
    new = NewPolicy(
        name=data.name,
        calendar_id=data.calendar_id,
        targets=_targets(data.targets),
        is_default=data.is_default,
        agent_opening_responds=data.agent_opening_responds,
    )
    policy = await service_levels.create_policy(tx, new, now=datetime.now(UTC))
    return answer(show(policy), version=policy.version, status=201)


@get("/", guards=[requires("sla:view")], opt={"listing": sla_policies.POLICIES})
async def list_policies(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[PolicyAttributes]:
    """List the policies."""
    return await fetch_page(tx, sla_policies.POLICIES, request, show)


@get("/{policy_id:uuid}", guards=[requires("sla:view")])
async def read_policy(
    policy_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> Document[PolicyAttributes]:
    """Read a policy as it is for tickets opened now."""
    policy = await sla_policies.get_policy(tx, policy_id)
    return answer(show(policy), version=policy.version)


@patch("/{policy_id:uuid}", guards=[requires("sla:manage")])
async def edit_policy(
    request: Request[Any, Any, Any],
    policy_id: FromPath[UUID],
    data: JSONBody[PolicyEdit],
    tx: NamedDependency[Tx],
) -> Document[PolicyAttributes]:
    """Make a new version; clocks that run keep theirs. An inactive policy is given to nobody."""
    changes = changes_of(data)
    if data.targets is not UNSET:
        changes["targets"] = _targets(data.targets)
    policy = await service_levels.change_policy(
        tx, policy_id, changes, expected_version=expected_version(request), now=datetime.now(UTC)
    )
    return answer(show(policy), version=policy.version)


@get(
    "/{policy_id:uuid}/versions",
    guards=[requires("sla:view")],
    opt={"listing": sla_policies.VERSIONS},
)
async def list_policy_versions(
    request: Request[Any, Any, Any], policy_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> Page[PolicyVersionAttributes]:
    """List every version that there ever was; a ticket's SLA names the one that it follows."""
    await sla_policies.get_policy(tx, policy_id)
    return await fetch_page(tx, sla_policies.VERSIONS, request, show_version, policy_id=policy_id)


@post("/{policy_id:uuid}/re-apply", guards=[requires("sla:manage")])
async def apply_again(
    policy_id: FromPath[UUID],
    data: JSONBody[Reapply],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[ReapplicationAttributes]:
    """Let the clocks that run under this policy follow its newest version, in the background."""
    wanted = await sla_reapplying.request(
        tx, principal, policy_id, reason=data.reason, now=datetime.now(UTC)
    )
    return answer(show_reapplication(wanted), status=202)


@get("/{policy_id:uuid}/re-applications/{reapplication_id:uuid}", guards=[requires("sla:view")])
async def read_reapplication(
    policy_id: FromPath[UUID], reapplication_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> Document[ReapplicationAttributes]:
    """Read how many tickets have the newest version by now."""
    done = await sla_reapplications.get(tx, policy_id, reapplication_id)
    return answer(show_reapplication(done))


ROUTER = Router(
    "/sla-policies",
    guards=[colleagues],
    route_handlers=[
        create_policy,
        list_policies,
        read_policy,
        edit_policy,
        list_policy_versions,
        apply_again,
        read_reapplication,
    ],
)
