"""Keep the rules by which tickets find their agents."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from psa_common import audit
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.ids import uuid7
from psa_tickets.domain.assignment import Rule, Strategy
from psa_tickets.domain.ticket_type import TicketType
from psa_tickets.queries import assignment_rules
from psa_tickets.queries.assignment_rules import StoredRule


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTerms:
    """What a rule says."""

    position: int
    name: str
    active: bool
    ticket_type: TicketType | None
    queue_id: UUID | None
    category_id: UUID | None
    strategy: Strategy
    otherwise: Strategy | None
    required_skills: dict[str, int]


async def create(tx: Tx, terms: RuleTerms, *, now: datetime) -> StoredRule:
    """Store a new rule that the domain accepts."""
    rule = StoredRule(id=uuid7(), version=1, created_at=now, **asdict(terms))
    _check(rule)
    assignment_rules.insert(tx, rule)
    audit.record(tx, "assignment_rule.created", "assignment_rule", rule.id, after=rule)
    return rule


async def replace(
    tx: Tx, rule_id: UUID, terms: RuleTerms, *, expected_version: int | None
) -> StoredRule:
    """Let a rule say something else; whose turn it is stays."""
    before = await assignment_rules.get_for_update(tx, rule_id)
    check_version(before.version, expected_version)
    after = msgspec.structs.replace(before, version=before.version + 1, **asdict(terms))
    _check(after)

    assignment_rules.save(tx, after)
    audit.record(
        tx, "assignment_rule.changed", "assignment_rule", rule_id, before=before, after=after
    )
    return after


def _check(rule: StoredRule) -> None:
    """Let the domain judge the rule before it is stored."""
    msgspec.convert(msgspec.to_builtins(rule), Rule)
