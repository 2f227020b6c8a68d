"""/assignment-rules: which tickets go to whom by themselves."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from psa_common.db import Tx
from psa_common.documents import Document, Page, Resource, answer, expected_version, related, shown
from psa_common.guards import requires
from psa_common.inputs import Line
from psa_common.listing import fetch_page
from psa_tickets.domain.assignment import Strategy
from psa_tickets.domain.ticket_type import TicketType
from psa_tickets.http.assignment.agents import Skills
from psa_tickets.queries import assignment_rules
from psa_tickets.queries.assignment_rules import StoredRule
from psa_tickets.usecases.assignment import rules
from psa_tickets.usecases.assignment.rules import RuleTerms


class AssignmentRuleInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a rule says; type, queue and category left out mean any; the lowest position wins."""

    name: Line
    position: Annotated[int, Meta(ge=1, le=10_000)]
    strategy: Strategy
    otherwise: Strategy | None = None
    active: bool = True
    ticket_type: TicketType | None = None
    queue_id: UUID | None = None
    category_id: UUID | None = None
    required_skills: Skills = {}


class AssignmentRuleAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as readers see it."""

    name: str
    position: int
    active: bool
    strategy: Strategy
    otherwise: Strategy | None
    ticket_type: TicketType | None
    required_skills: dict[str, int]
    created_at: datetime


def show(rule: StoredRule) -> Resource[AssignmentRuleAttributes]:
    """Show a rule."""
    links = related(queue=("queue", rule.queue_id), category=("category", rule.category_id))
    return Resource(rule.id, "assignment_rule", shown(rule, AssignmentRuleAttributes), links)


@post("/", guards=[requires("desk:manage")])
async def create_rule(
    data: JSONBody[AssignmentRuleInput], tx: NamedDependency[Tx]
) -> Document[AssignmentRuleAttributes]:
    """Add a rule."""
    terms = RuleTerms(**msgspec.structs.asdict(data))
    rule = await rules.create(tx, terms, now=datetime.now(UTC))
    return answer(show(rule), version=rule.version, status=201)


@get("/", guards=[requires("ticket:assign")], opt={"listing": assignment_rules.LISTING})
async def list_rules(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[AssignmentRuleAttributes]:
    """List the rules in the order in which they are tried."""
    return await fetch_page(tx, assignment_rules.LISTING, request, show)


@get("/{rule_id:uuid}", guards=[requires("ticket:assign")])
async def read_rule(
    rule_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> Document[AssignmentRuleAttributes]:
    """Read a rule."""
    rule = await assignment_rules.get(tx, rule_id)
    return answer(show(rule), version=rule.version)


@put("/{rule_id:uuid}", guards=[requires("desk:manage")])
async def replace_rule(
    request: Request[Any, Any, Any],
    rule_id: FromPath[UUID],
    data: JSONBody[AssignmentRuleInput],
    tx: NamedDependency[Tx],
) -> Document[AssignmentRuleAttributes]:
    """Let a rule say something else."""
    terms = RuleTerms(**msgspec.structs.asdict(data))
    rule = await rules.replace(tx, rule_id, terms, expected_version=expected_version(request))
    return answer(show(rule), version=rule.version)


ROUTER = Router(
    "/assignment-rules", route_handlers=[create_rule, list_rules, read_rule, replace_rule]
)
