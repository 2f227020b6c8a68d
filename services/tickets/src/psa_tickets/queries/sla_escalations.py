"""Levels that clocks have reached, and what is still to be done about them."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from psa_common.db import Jsonb, Tx
from psa_tickets.domain.sla_terms import Escalation, Metric

INSERT_NEW_SQL = """
    INSERT INTO sla_escalations
           (ticket_id, metric, percent, budget_version, reached_at, announced_at, escalation,
            state)
    SELECT level.ticket_id, level.metric, level.percent, level.budget_version, level.reached_at,
           %(now)s, level.escalation, level.state
      FROM unnest(%(ticket_ids)s::uuid[], %(metrics)s::text[], %(percents)s::integer[],
                  %(budget_versions)s::integer[], %(reached_ats)s::timestamptz[],
                  %(escalations)s::jsonb[], %(states)s::text[])
           AS level (ticket_id, metric, percent, budget_version, reached_at, escalation, state)
        ON CONFLICT DO NOTHING
 RETURNING ticket_id, metric, percent, budget_version, reached_at, escalation
"""

# What failed comes after what was not tried yet; what another worker holds is its own.
NEXT_SQL = """
    SELECT ticket_id, metric, percent, budget_version, reached_at, escalation
      FROM sla_escalations
     WHERE state = 'pending'
     ORDER BY attempts, announced_at
     LIMIT 1
       FOR UPDATE SKIP LOCKED
"""

SETTLE_SQL = """
    UPDATE sla_escalations
       SET state = %(state)s,
           outcome = %(outcome)s,
           settled_at = %(now)s
     WHERE ticket_id = %(ticket_id)s
       AND metric = %(metric)s
       AND percent = %(percent)s
       AND budget_version = %(budget_version)s
       AND state = 'pending'
"""

FAIL_SQL = """
    UPDATE sla_escalations
       SET attempts = attempts + 1,
           outcome = %(outcome)s,
           state = CASE WHEN attempts + 1 >= %(attempts_max)s THEN 'failed' ELSE state END,
           settled_at = CASE WHEN attempts + 1 >= %(attempts_max)s THEN %(now)s::timestamptz END
     WHERE ticket_id = %(ticket_id)s
       AND metric = %(metric)s
       AND percent = %(percent)s
       AND budget_version = %(budget_version)s
       AND state = 'pending'
"""

OF_TICKET_SQL = """
    SELECT metric, percent, budget_version, reached_at, state, outcome, settled_at
      FROM sla_escalations
     WHERE ticket_id = %(ticket_id)s
     ORDER BY reached_at, percent
"""


class Doing(StrEnum):
    """How far an escalation is: told only, to be done, done, refused by a rule, given up."""

    TOLD = "told"
    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """A level that a clock has reached under one of its budgets."""

    ticket_id: UUID
    metric: Metric
    percent: int
    budget_version: int
    reached_at: datetime
    escalation: Escalation


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an escalation."""

    metric: Metric
    percent: int
    budget_version: int
    reached_at: datetime
    state: Doing
    outcome: str | None
    settled_at: datetime | None


async def insert_new(tx: Tx, levels: Sequence[Level], *, now: datetime) -> list[Level]:
    """Note *levels*, and return those that were not noted before."""
    if not levels:
        return []
    return await tx.fetch_all(
        Level,
        INSERT_NEW_SQL,
        ticket_ids=[one.ticket_id for one in levels],
        metrics=[one.metric.value for one in levels],
        percents=[one.percent for one in levels],
        budget_versions=[one.budget_version for one in levels],
        reached_ats=[one.reached_at for one in levels],
        escalations=[Jsonb(msgspec.to_builtins(one.escalation)) for one in levels],
        states=[(Doing.PENDING if one.escalation.acts else Doing.TOLD).value for one in levels],
        now=now,
    )


async def find_next_for_update(tx: Tx) -> Level | None:
    """Lock and return an escalation that waits to be done."""
    return await tx.fetch_optional(Level, NEXT_SQL)


async def list_of_ticket(tx: Tx, ticket_id: UUID) -> list[Outcome]:
    """Return what escalated on the ticket, in that order."""
    return await tx.fetch_all(Outcome, OF_TICKET_SQL, ticket_id=ticket_id)


def settle(tx: Tx, level: Level, state: Doing, outcome: str, *, now: datetime) -> None:
    """Write down what became of an escalation."""
    tx.defer(SETTLE_SQL, **_key(level), state=state, outcome=outcome, now=now)


def fail(tx: Tx, level: Level, outcome: str, *, attempts_max: int, now: datetime) -> None:
    """Count an attempt that failed; the last one gives the escalation up."""
    tx.defer(FAIL_SQL, **_key(level), outcome=outcome, attempts_max=attempts_max, now=now)


def _key(level: Level) -> dict[str, object]:
    return {
        "ticket_id": level.ticket_id,
        "metric": level.metric,
        "percent": level.percent,
        "budget_version": level.budget_version,
    }
