"""/tickets/{id}/auto-assign and /assignment: let the rules choose, and read why they did."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from psa_common.db import Tx
from psa_common.documents import Document, Resource, answer, expected_version, related, shown
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_tickets.domain.assignment import Considered, Skipped, Strategy
from psa_tickets.queries import assignment_rules, tickets
from psa_tickets.queries.assignment_rules import StoredDecision
from psa_tickets.usecases.assignment import automatic


class AssignmentDecisionAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the rules chose, in words and figures, as it was known at `decided_at`."""

    reason: str
    strategy: Strategy | None
    decided_at: datetime
    considered: tuple[Considered, ...]
    skipped: tuple[Skipped, ...]


def show(decision: StoredDecision) -> Resource[AssignmentDecisionAttributes]:
    """Show a decision."""
    links = related(
        ticket=("ticket", decision.ticket_id),
        agent=("agent", decision.agent_id),
        rule=("assignment_rule", decision.rule_id),
    )
    return Resource(
        decision.id, "assignment_decision", shown(decision, AssignmentDecisionAttributes), links
    )


@post("/{ticket_id:uuid}/auto-assign", guards=[requires("ticket:assign")], status_code=200)
async def auto_assign(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[AssignmentDecisionAttributes]:
    """Let the rules choose who gets the ticket."""
    expected = expected_version(request)
    now = datetime.now(UTC)
    decision = await automatic.auto_assign(
        tx, principal, ticket_id, expected_version=expected, now=now
    )
    return answer(show(decision))


@get("/{ticket_id:uuid}/assignment", guards=[requires("ticket:assign")])
async def explain_assignment(
    ticket_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[AssignmentDecisionAttributes]:
    """Explain what the rules decided last."""
    await tickets.get(tx, ticket_id, principal)
    return answer(show(await assignment_rules.get_last_decision(tx, ticket_id)))


ROUTER = Router("/tickets", route_handlers=[auto_assign, explain_assignment])
