"""/tickets/{id}/sla: every minute of the clocks, and what people decide about them by hand."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from psa_common.db import Tx
from psa_common.documents import Document, answer, expected_version
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Instant, Line
from psa_tickets.domain.sla_terms import Metric
from psa_tickets.http import sla_report, views
from psa_tickets.http.sla_report import ClockReport
from psa_tickets.http.views import TicketAttributes
from psa_tickets.usecases import sla_assigning, sla_clocks, sla_manual


class PolicyOverride(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The policy for this ticket alone, or null: nothing is promised for it."""

    policy_id: UUID | None
    reason: Line


class Deadline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An instant that was agreed with the customer, or null: as computed."""

    due_at: Instant | None
    reason: Line


class Reason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why somebody decides otherwise than the rules."""

    reason: Line


@get("/sla", guards=[requires("sla:view")])
async def read_sla(
    ticket_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[ClockReport]:
    """Explain every minute of both clocks."""
    explanation = await sla_clocks.explain(tx, principal, ticket_id, now=datetime.now(UTC))
    return answer(sla_report.show(explanation))


@put("/sla-policy", guards=[requires("sla:override")])
async def override_policy(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    data: JSONBody[PolicyOverride],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TicketAttributes]:
    """Let another policy, or none, hold for this ticket from now on; what was broken stays so."""
    view = await sla_assigning.override(
        tx,
        principal,
        ticket_id,
        policy_id=data.policy_id,
        reason=data.reason,
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.ticket(view), version=view.version)


@delete("/sla-policy", guards=[requires("sla:override")], status_code=200)
async def end_override(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TicketAttributes]:
    """Let contract, location, customer, queue and default decide again."""
    view = await sla_assigning.end_override(
        tx,
        principal,
        ticket_id,
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.ticket(view), version=view.version)


@put("/sla/deadlines/{metric:str}", guards=[requires("sla:override")])
async def set_deadline(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    metric: FromPath[Metric],
    data: JSONBody[Deadline],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TicketAttributes]:
    """Replace the computed due date of a clock, or bring it back."""
    view = await sla_manual.set_deadline(
        tx,
        principal,
        ticket_id,
        metric,
        due_at=data.due_at,
        reason=data.reason,
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.ticket(view), version=view.version)


@put("/sla/exclusion", guards=[requires("sla:override")])
async def exclude(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    data: JSONBody[Reason],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TicketAttributes]:
    """Leave the ticket out of SLA reports; its clocks go on."""
    view = await sla_manual.exclude(
        tx,
        principal,
        ticket_id,
        reason=data.reason,
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.ticket(view), version=view.version)


@delete("/sla/exclusion", guards=[requires("sla:override")], status_code=200)
async def include(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TicketAttributes]:
    """Count the ticket in SLA reports again."""
    view = await sla_manual.include(
        tx,
        principal,
        ticket_id,
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.ticket(view), version=view.version)


ROUTER = Router(
    "/tickets/{ticket_id:uuid}",
    route_handlers=[read_sla, override_policy, end_override, set_deadline, exclude, include],
)
