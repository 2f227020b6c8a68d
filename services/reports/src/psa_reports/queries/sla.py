"""What became of each SLA clock, and when it warned."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.identity import Principal
from psa_reports.domain.period import Stretch
from psa_reports.domain.sla import AlertCount, Measured
from psa_reports.queries.scope import OF_VISIBLE_CUSTOMER, visible_to

KEEP_RESULT_SQL = """
    INSERT INTO sla_results AS kept
           (ticket_id, metric, customer_id, priority, budget_minutes, consumed_minutes, met,
            measured_at, excluded, sequence)
    VALUES (%(ticket_id)s, %(metric)s, %(customer_id)s, %(priority)s, %(budget_minutes)s,
            %(consumed_minutes)s, %(met)s, %(measured_at)s, %(excluded)s, %(sequence)s)
        ON CONFLICT (tenant_id, ticket_id, metric)
        DO UPDATE SET customer_id = excluded.customer_id,
                      priority = excluded.priority,
                      budget_minutes = excluded.budget_minutes,
                      consumed_minutes = excluded.consumed_minutes,
                      met = excluded.met,
                      measured_at = excluded.measured_at,
                      excluded = excluded.excluded,
                      sequence = excluded.sequence
            WHERE kept.sequence < excluded.sequence
"""

KEEP_ALERT_SQL = """
    INSERT INTO sla_alerts (ticket_id, metric, level, due_at, priority, occurred_at)
    VALUES (%(ticket_id)s, %(metric)s, %(level)s, %(due_at)s, %(priority)s, %(occurred_at)s)
        ON CONFLICT DO NOTHING
"""

# Clocks with one budget add up exactly; the mean over all of them is taken from these sums. A
# ticket that was merged is solved by the one that took it in, and belongs to whom it has now.
MEASURED_SQL: LiteralString = (
    """
    SELECT priority, metric, budget_minutes,
           count(*) AS measured,
           count(*) FILTER (WHERE met) AS met,
           sum(consumed_minutes)::bigint AS consumed_minutes
      FROM (SELECT m.priority, m.metric, m.budget_minutes, m.consumed_minutes, m.met,
                   coalesce(t.customer_id, m.customer_id) AS customer_id
              FROM sla_results AS m
              LEFT JOIN tickets AS t ON t.id = m.ticket_id
             WHERE m.measured_at >= %(since)s
               AND m.measured_at < %(until)s
               AND (%(priority)s::text IS NULL OR m.priority = %(priority)s::text)
               AND (%(metric)s::text IS NULL OR m.metric = %(metric)s::text)
               AND NOT m.excluded
               AND (m.metric <> 'resolution' OR t.merged_into_id IS NULL)) AS counted
     WHERE """
    + OF_VISIBLE_CUSTOMER
    + """
     GROUP BY priority, metric, budget_minutes
"""
)

ALERTS_SQL: LiteralString = (
    """
    SELECT a.priority, a.metric,
           count(*) FILTER (WHERE a.level = 'warning') AS warnings,
           count(*) FILTER (WHERE a.level = 'breach') AS breaches
      FROM sla_alerts AS a
      LEFT JOIN tickets AS t ON t.id = a.ticket_id
     WHERE a.occurred_at >= %(since)s
       AND a.occurred_at < %(until)s
       AND NOT EXISTS (SELECT FROM sla_results AS m
                        WHERE m.ticket_id = a.ticket_id
                          AND m.excluded)
       AND (%(priority)s::text IS NULL OR a.priority = %(priority)s::text)
       AND (%(metric)s::text IS NULL OR a.metric = %(metric)s::text)
       AND """
    + OF_VISIBLE_CUSTOMER
    + """
     GROUP BY a.priority, a.metric
"""
)


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How a clock stopped."""

    ticket_id: UUID
    metric: str
    customer_id: UUID
    priority: str
    budget_minutes: int
    consumed_minutes: int
    met: bool
    measured_at: datetime
    excluded: bool


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """A clock reached a level of its budget."""

    ticket_id: UUID
    metric: str
    level: str
    due_at: datetime
    priority: str
    occurred_at: datetime


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which clocks are asked for; None means all."""

    priority: str | None
    metric: str | None
    customer_id: UUID | None


def keep_result(tx: Tx, result: Result, *, sequence: int) -> None:
    """Remember how the clock stopped, unless it has been measured again since."""
    tx.defer(KEEP_RESULT_SQL, **msgspec.structs.asdict(result), sequence=sequence)


def keep_alert(tx: Tx, alert: Alert) -> None:
    """Remember the alert, once for each due date of the clock."""
    tx.defer(KEEP_ALERT_SQL, **msgspec.structs.asdict(alert))


async def list_measured(
    tx: Tx, principal: Principal, stretch: Stretch, wanted: Wanted
) -> list[Measured]:
    """Sum the clocks that stopped in the stretch, by priority, metric and budget."""
    return await tx.fetch_all(Measured, MEASURED_SQL, **_params(principal, stretch, wanted))


async def list_alerts(
    tx: Tx, principal: Principal, stretch: Stretch, wanted: Wanted
) -> list[AlertCount]:
    """Count the alerts of the stretch, by priority and metric."""
    return await tx.fetch_all(AlertCount, ALERTS_SQL, **_params(principal, stretch, wanted))


def _params(principal: Principal, stretch: Stretch, wanted: Wanted) -> dict[str, object]:
    return {
        "since": stretch.since,
        "until": stretch.until,
        "priority": wanted.priority,
        "metric": wanted.metric,
        **visible_to(principal, wanted.customer_id),
    }
