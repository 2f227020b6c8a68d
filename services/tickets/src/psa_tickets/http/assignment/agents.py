"""/agents: who may be given tickets, what they can do, and when they are away."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from psa_common.db import Tx
from psa_common.documents import Document, Page, Resource, answer, expected_version, related, shown
from psa_common.guards import requires
from psa_common.inputs import Instant, Line, Slug
from psa_common.listing import fetch_page
from psa_tickets.domain.absence import Absence
from psa_tickets.queries import agents
from psa_tickets.queries.agents import StoredAgent
from psa_tickets.usecases.assignment import agents as staffing
from psa_tickets.usecases.assignment.agents import WorkingTerms

#: 1 has seen it, 5 is asked by the others.
Skills = Annotated[dict[Slug, Annotated[int, Meta(ge=1, le=5)]], Meta(max_length=50)]


class AgentInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an agent works; without queues in all of them, without a maximum as much as comes."""

    active: bool = True
    max_open: Annotated[int, Meta(ge=1, le=1_000)] | None = None
    skills: Skills = {}
    queue_ids: Annotated[list[UUID], Meta(max_length=50)] = []


class AgentAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """An agent as readers see it; the id is the user's."""

    name: str
    active: bool
    max_open: int | None
    skills: dict[str, int]
    queue_ids: list[UUID]
    created_at: datetime


class AbsenceInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When an agent is away; at `until_at` they are back."""

    from_at: Instant
    until_at: Instant
    reason: Line = "–"


class AbsenceAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """An absence as readers see it."""

    from_at: datetime
    until_at: datetime
    reason: str
    created_at: datetime


def show(agent: StoredAgent) -> Resource[AgentAttributes]:
    """Show an agent."""
    return Resource(agent.id, "agent", shown(agent, AgentAttributes))


def show_absence(absence: Absence) -> Resource[AbsenceAttributes]:
    """Show an absence."""
    links = related(agent=("agent", absence.agent_id))
    return Resource(absence.id, "absence", shown(absence, AbsenceAttributes), links)


@put("/{agent_id:uuid}", guards=[requires("desk:manage")])
async def keep_agent(
    request: Request[Any, Any, Any],
    agent_id: FromPath[UUID],
    data: JSONBody[AgentInput],
    tx: NamedDependency[Tx],
) -> Document[AgentAttributes]:
    """Make a colleague an agent, or change how an agent works."""
    terms = WorkingTerms(**msgspec.structs.asdict(data))
    expected = expected_version(request)
    now = datetime.now(UTC)
    agent = await staffing.keep(tx, agent_id, terms, expected_version=expected, now=now)
    return answer(show(agent), version=agent.version)


@get("/", guards=[requires("ticket:assign")], opt={"listing": agents.LISTING})
async def list_agents(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[AgentAttributes]:
    """List the agents."""
    return await fetch_page(tx, agents.LISTING, request, show)


@get("/{agent_id:uuid}", guards=[requires("ticket:assign")])
async def read_agent(
    agent_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> Document[AgentAttributes]:
    """Read an agent."""
    agent = await agents.get(tx, agent_id)
    return answer(show(agent), version=agent.version)


@post("/{agent_id:uuid}/absences", guards=[requires("desk:manage")])
async def note_absence(
    agent_id: FromPath[UUID], data: JSONBody[AbsenceInput], tx: NamedDependency[Tx]
) -> Document[AbsenceAttributes]:
    """Note when an agent is away."""
    terms = msgspec.structs.asdict(data)
    absence = await staffing.be_away(tx, agent_id, **terms, now=datetime.now(UTC))
    return answer(show_absence(absence), status=201)


@get(
    "/{agent_id:uuid}/absences",
    guards=[requires("ticket:assign")],
    opt={"listing": agents.ABSENCES},
)
async def list_absences(
    request: Request[Any, Any, Any], agent_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> Page[AbsenceAttributes]:
    """List an agent's absences."""
    await agents.get(tx, agent_id)
    return await fetch_page(tx, agents.ABSENCES, request, show_absence, agent_id=agent_id)


@delete("/{agent_id:uuid}/absences/{absence_id:uuid}", guards=[requires("desk:manage")])
async def remove_absence(
    agent_id: FromPath[UUID], absence_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> None:
    """Remove an absence: the agent is back, or never goes."""
    await staffing.be_back(tx, agent_id, absence_id)


ROUTER = Router(
    "/agents",
    route_handlers=[
        keep_agent,
        list_agents,
        read_agent,
        note_absence,
        list_absences,
        remove_absence,
    ],
)
