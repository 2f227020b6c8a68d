"""
Who gets a ticket: the first rule that fits it chooses among the agents, and says why.

Waiting longest decides between equals, and the agent's id where nobody waited: the same facts
always choose the same agent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from psa_common.errors import Invalid
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.ticket_type import TicketType

#: How much a ticket weighs in its owner's load.
WEIGHTS: Mapping[Priority, int] = {
    Priority.P1: 4,
    Priority.P2: 3,
    Priority.P3: 2,
    Priority.P4: 1,
}


class Strategy(StrEnum):
    """How a rule chooses."""

    ROUND_ROBIN = "round_robin"
    LOAD = "load"
    SKILL = "skill"
    CUSTOMER_AFFINITY = "customer_affinity"
    MANUAL = "manual"


class Skip(StrEnum):
    """Why an agent could not be chosen."""

    INACTIVE = "inactive"
    ABSENT = "absent"
    OTHER_QUEUE = "other_queue"
    SKILLS_MISSING = "skills_missing"
    FULL = "full"


class SkillsNotNamed(Invalid):
    """Who assigns by skill says which."""

    code = "skills_not_named"

    def __init__(self) -> None:
        super().__init__(
            "Name the skills and levels that the strategy skill shall look for.",
            field="required_skills",
        )


class FallbackMismatch(Invalid):
    """Only a lead technician can be away and need a stand-in strategy."""

    code = "fallback_mismatch"

    def __init__(self, strategy: Strategy, otherwise: Strategy | None) -> None:
        super().__init__(
            f"{strategy} cannot go with otherwise {otherwise}; customer_affinity needs "
            "round_robin, load, skill or manual there, every other strategy nothing.",
            field="otherwise",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which tickets it is for, where None means any, and how their agent is chosen."""

    id: UUID
    position: int
    name: str
    strategy: Strategy
    otherwise: Strategy | None = None
    required_skills: Mapping[str, int] = field(default_factory=dict[str, int])
    ticket_type: TicketType | None = None
    queue_id: UUID | None = None
    category_id: UUID | None = None

    def __post_init__(self) -> None:
        if (self.strategy is Strategy.CUSTOMER_AFFINITY) != (
            self.otherwise not in {None, Strategy.CUSTOMER_AFFINITY}
        ):
            raise FallbackMismatch(self.strategy, self.otherwise)
        if Strategy.SKILL in {self.strategy, self.otherwise} and not self.required_skills:
            raise SkillsNotNamed


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a rule looks at in a ticket."""

    type: TicketType
    queue_id: UUID | None
    category_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """What is known of an agent when a ticket wants one."""

    id: UUID
    name: str
    active: bool = True
    absent_until: datetime | None = None
    skills: Mapping[str, int] = field(default_factory=dict[str, int])
    queue_ids: frozenset[UUID] = frozenset()
    max_open: int | None = None
    open_tickets: Mapping[Priority, int] = field(default_factory=dict[Priority, int])
    last_turn: int = 0
    leads: bool = False

    @property
    def open_count(self) -> int:
        """How many tickets wait for this agent."""
        return sum(self.open_tickets.values())

    @property
    def load(self) -> int:
        """What these tickets weigh."""
        return sum(WEIGHTS[priority] * count for priority, count in self.open_tickets.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """An agent who could have been chosen, with the figures that decided."""

    agent_id: UUID
    name: str
    open_tickets: int
    load: int
    last_turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """An agent who could not be chosen."""

    agent_id: UUID
    name: str
    why: Skip
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whom a rule chose, or nobody, in words and with the facts."""

    reason: str
    rule_id: UUID | None = None
    strategy: Strategy | None = None
    agent_id: UUID | None = None
    considered: tuple[Considered, ...] = ()
    skipped: tuple[Skipped, ...] = ()


NO_RULE = Decision(reason="No assignment rule fits this ticket.")


def first_fitting(rules: Sequence[Rule], work: Work) -> Rule | None:
    """Return the rule with the lowest position that is for such tickets."""
    fitting = (rule for rule in rules if _is_for(rule, work))
    return min(fitting, key=lambda rule: (rule.position, rule.id), default=None)


def left_to_people(rule: Rule) -> Decision:
    """Return what a manual rule decides: that people choose."""
    reason = f"Rule {rule.name!r} leaves the choice to people."
    return Decision(reason=reason, rule_id=rule.id, strategy=Strategy.MANUAL)


def choose(rule: Rule, work: Work, agents: Sequence[Agent]) -> Decision:
    """Choose among *agents* as *rule* says; nobody when all of them had to be skipped."""
    skipped = tuple(skip for agent in agents if (skip := _obstacle(agent, rule, work)))
    out = {one.agent_id for one in skipped}
    able = [agent for agent in agents if agent.id not in out]
    strategy = _effective(rule, able)
    chosen, reason = _pick(strategy, able)
    if strategy is not rule.strategy:
        reason = f"The customer's lead technician is not available. {reason}"
    return Decision(
        reason=f"Rule {rule.name!r}, {strategy}: {reason}",
        rule_id=rule.id,
        strategy=strategy,
        agent_id=chosen.id if chosen else None,
        considered=tuple(_figures(agent) for agent in sorted(able, key=_waiting)),
        skipped=skipped,
    )


def _is_for(rule: Rule, work: Work) -> bool:
    return (
        rule.ticket_type in {None, work.type}
        and rule.queue_id in {None, work.queue_id}
        and rule.category_id in {None, work.category_id}
    )


def _obstacle(agent: Agent, rule: Rule, work: Work) -> Skipped | None:
    """Return the first thing that keeps *agent* from this ticket."""
    lacking = [
        f"{skill} {level}"
        for skill, level in sorted(rule.required_skills.items())
        if agent.skills.get(skill, 0) < level
    ]
    obstacles = (
        (not agent.active, Skip.INACTIVE, "does not take tickets"),
        (agent.absent_until, Skip.ABSENT, f"is away until {agent.absent_until}"),
        (
            work.queue_id and agent.queue_ids and work.queue_id not in agent.queue_ids,
            Skip.OTHER_QUEUE,
            "works in other queues",
        ),
        (lacking, Skip.SKILLS_MISSING, f"lacks {', '.join(lacking)}"),
        (
            agent.max_open is not None and agent.open_count >= agent.max_open,
            Skip.FULL,
            f"has {agent.open_count} of at most {agent.max_open} open tickets",
        ),
    )
    for is_so, why, detail in obstacles:
        if is_so:
            return Skipped(agent_id=agent.id, name=agent.name, why=why, detail=detail)
    return None


def _effective(rule: Rule, able: Sequence[Agent]) -> Strategy:
    if rule.otherwise and not any(agent.leads for agent in able):
        return rule.otherwise
    return rule.strategy


def _pick(strategy: Strategy, able: Sequence[Agent]) -> tuple[Agent | None, str]:
    if strategy is Strategy.MANUAL:
        return None, "people choose."
    if not able:
        return None, "nobody is available; the ticket waits unassigned."
    match strategy:
        case Strategy.ROUND_ROBIN:
            chosen = min(able, key=_waiting)
            return chosen, f"it is {chosen.name}'s turn."
        case Strategy.CUSTOMER_AFFINITY:
            chosen = min((agent for agent in able if agent.leads), key=_waiting)
            return chosen, f"{chosen.name} is the customer's lead technician."
        case _:
            chosen = min(able, key=lambda agent: (agent.load, *_waiting(agent)))
            skilled = " has the skills and" if strategy is Strategy.SKILL else ""
            return chosen, f"{chosen.name}{skilled} carries the least, {chosen.load}."


def _waiting(agent: Agent) -> tuple[int, UUID]:
    """Order by who waited longest for a turn."""
    return agent.last_turn, agent.id


def _figures(agent: Agent) -> Considered:
    return Considered(
        agent_id=agent.id,
        name=agent.name,
        open_tickets=agent.open_count,
        load=agent.load,
        last_turn=agent.last_turn,
    )
