"""The assignment rules, whose turn it is, and what they have decided."""

from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Answer, Jsonb, Tx
from psa_common.errors import NotFound
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.domain.assignment import Considered, Decision, Rule, Skipped, Strategy
from psa_tickets.domain.ticket_type import TicketType

SELECT_SQL = """
    SELECT r.id, r.position, r.name, r.active, r.ticket_type, r.queue_id, r.category_id,
           r.strategy, r.otherwise, r.required_skills, r.version, r.created_at
      FROM assignment_rules AS r
"""

GET_SQL = SELECT_SQL + " WHERE r.id = %(rule_id)s"

GET_FOR_UPDATE_SQL = GET_SQL + " FOR UPDATE"

ACTIVE_SQL = """
    SELECT id, position, name, ticket_type, queue_id, category_id, strategy, otherwise,
           required_skills
      FROM assignment_rules
     WHERE active
"""

INSERT_SQL = """
    INSERT INTO assignment_rules
           (id, position, name, active, ticket_type, queue_id, category_id, strategy, otherwise,
            required_skills, version, created_at)
    VALUES (%(id)s, %(position)s, %(name)s, %(active)s, %(ticket_type)s, %(queue_id)s,
            %(category_id)s, %(strategy)s, %(otherwise)s, %(required_skills)s, %(version)s,
            %(created_at)s)
"""

SAVE_SQL = """
    UPDATE assignment_rules
       SET position = %(position)s,
           name = %(name)s,
           active = %(active)s,
           ticket_type = %(ticket_type)s,
           queue_id = %(queue_id)s,
           category_id = %(category_id)s,
           strategy = %(strategy)s,
           otherwise = %(otherwise)s,
           required_skills = %(required_skills)s,
           version = %(version)s
     WHERE id = %(id)s
"""

# Sent before the candidates are read: whoever waited for it sees the turn that was taken.
TAKE_TURN_SQL = """
    UPDATE assignment_rules
       SET turns = turns + 1
     WHERE id = %(rule_id)s
"""

GIVE_TURN_SQL = """
    INSERT INTO assignment_turns (rule_id, agent_id, turn)
    SELECT id, %(agent_id)s, turns
      FROM assignment_rules
     WHERE id = %(rule_id)s
        ON CONFLICT (tenant_id, rule_id, agent_id)
        DO UPDATE SET turn = excluded.turn
"""

RECORD_SQL = """
    INSERT INTO assignment_decisions
           (id, ticket_id, rule_id, strategy, agent_id, reason, considered, skipped, decided_at)
    VALUES (%(id)s, %(ticket_id)s, %(rule_id)s, %(strategy)s, %(agent_id)s, %(reason)s,
            %(considered)s, %(skipped)s, %(decided_at)s)
"""

LAST_DECISION_SQL = """
    SELECT id, ticket_id, rule_id, strategy, agent_id, reason, considered, skipped, decided_at
      FROM assignment_decisions
     WHERE ticket_id = %(ticket_id)s
     ORDER BY decided_at DESC, id DESC
     LIMIT 1
"""


class StoredRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as people keep it."""

    id: UUID
    position: int
    name: str
    active: bool
    ticket_type: TicketType | None
    queue_id: UUID | None
    category_id: UUID | None
    strategy: Strategy
    otherwise: Strategy | None
    required_skills: dict[str, int]
    version: int
    created_at: datetime


class StoredDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided about a ticket, and when."""

    id: UUID
    ticket_id: UUID
    rule_id: UUID | None
    strategy: Strategy | None
    agent_id: UUID | None
    reason: str
    considered: tuple[Considered, ...]
    skipped: tuple[Skipped, ...]
    decided_at: datetime


LISTING = Listing(
    row=StoredRule,
    select=SELECT_SQL,
    id_column="r.id",
    filters={
        "active": Filter("r.active = %(active)s", bool),
        "queue_id": Filter("r.queue_id = %(queue_id)s", UUID),
    },
    sorts={"position": Sort("r.position", int), "name": Sort("r.name", str)},
    default_sort="position",
)


def ask_active(tx: Tx) -> Answer[Rule]:
    """Read the rules in force with the next statement."""
    return tx.ask(Rule, ACTIVE_SQL)


async def get(tx: Tx, rule_id: UUID) -> StoredRule:
    """Return the rule; raises NotFound."""
    return _known(await tx.fetch_optional(StoredRule, GET_SQL, rule_id=rule_id), rule_id)


async def get_for_update(tx: Tx, rule_id: UUID) -> StoredRule:
    """Lock and return the rule; raises NotFound."""
    rule = await tx.fetch_optional(StoredRule, GET_FOR_UPDATE_SQL, rule_id=rule_id)
    return _known(rule, rule_id)


def insert(tx: Tx, rule: StoredRule) -> None:
    """Store a new rule."""
    tx.defer(INSERT_SQL, **_columns(rule))


def save(tx: Tx, rule: StoredRule) -> None:
    """Store what changed."""
    tx.defer(SAVE_SQL, **_columns(rule))


def take_turn(tx: Tx, rule_id: UUID) -> None:
    """Begin the rule's next turn; another ticket's waits for the commit of this one."""
    tx.defer(TAKE_TURN_SQL, rule_id=rule_id)


def give_turn(tx: Tx, rule_id: UUID, agent_id: UUID) -> None:
    """Note that the agent was given the turn that was taken."""
    tx.defer(GIVE_TURN_SQL, rule_id=rule_id, agent_id=agent_id)


def record(tx: Tx, decision: StoredDecision) -> None:
    """Keep what was decided and why."""
    columns = msgspec.structs.asdict(decision)
    columns["considered"] = Jsonb(msgspec.to_builtins(decision.considered))
    columns["skipped"] = Jsonb(msgspec.to_builtins(decision.skipped))
    tx.defer(RECORD_SQL, **columns)


def stored(decision: Decision, *, id: UUID, ticket_id: UUID, now: datetime) -> StoredDecision:
    """Return *decision* as it is kept with the ticket."""
    return StoredDecision(
        id=id,
        ticket_id=ticket_id,
        rule_id=decision.rule_id,
        strategy=decision.strategy,
        agent_id=decision.agent_id,
        reason=decision.reason,
        considered=decision.considered,
        skipped=decision.skipped,
        decided_at=now,
    )


async def get_last_decision(tx: Tx, ticket_id: UUID) -> StoredDecision:
    """Return the latest decision about the ticket; raises NotFound."""
    found = await tx.fetch_optional(StoredDecision, LAST_DECISION_SQL, ticket_id=ticket_id)
    if found is None:
        raise NotFound(f"No rule has decided yet who gets ticket {ticket_id}.")
    return found


def _known(rule: StoredRule | None, rule_id: UUID) -> StoredRule:
    if rule is None:
        raise NotFound(f"There is no assignment rule {rule_id}.")
    return rule


def _columns(rule: StoredRule) -> dict[str, object]:
    return {**msgspec.structs.asdict(rule), "required_skills": Jsonb(rule.required_skills)}
