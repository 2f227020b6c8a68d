"""P15: what a round of the SLA timer costs a tenant with many running clocks, against few."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import desk as desks
import psycopg
from desk import Desk
from figures import Figure, Goal, interleaved, ratio

from psa_common.context import system_context
from psa_common.db import Pool, Tx, open_pool
from psa_local import environment
from psa_tickets.usecases import sla_watch

FEW, MANY = 1_000, 100_000
GOAL = Goal(id="P15", sign="≤", bound=1.3)
#: No worker of the suite comes round to these clocks while they are measured.
AHEAD = timedelta(days=2)

# Copies of one real ticket whose clocks run; each wants a look a second after the one before.
SEED_SQL = """
    INSERT INTO tickets.tickets
           (tenant_id, id, number, type, title, description, customer_id, priority, status,
            opened_by, opened_at, created_at, updated_at, response_state, response_due_at,
            resolution_state, resolution_due_at, sla_policy_id, sla_policy_version,
            sla_look_again_at)
    SELECT tenant_id, (%(prefix)s || lpad(to_hex(n), 12, '0'))::uuid, 'C-' || n, type,
           title, description, customer_id, priority, status, opened_by, opened_at, created_at,
           updated_at, response_state, response_due_at, resolution_state, resolution_due_at,
           sla_policy_id, sla_policy_version, %(ahead)s + n * interval '1 second'
      FROM tickets.tickets, generate_series(1, %(count)s) AS n
     WHERE id = %(template)s
"""

# Each with the log of the real one: how it was opened, and under which terms.
SEED_LOGS_SQL = """
    INSERT INTO tickets.sla_events
           (tenant_id, ticket_id, position, kind, occurred_at, recorded_at, reason, terms)
    SELECT e.tenant_id, (%(prefix)s || lpad(to_hex(n), 12, '0'))::uuid, e.position, e.kind,
           e.occurred_at, e.recorded_at, e.reason, e.terms
      FROM tickets.sla_events AS e, generate_series(1, %(count)s) AS n
     WHERE e.ticket_id = %(template)s
"""


def timer(desk: Desk, rounds: int, seconds: int) -> list[Figure]:
    """Let the timer look at full batches, and at nothing, in two new tenants of one suite."""
    del seconds
    few, many = desks.found(desk.suite, group=3), desks.found(desk.suite, group=4)
    began = datetime.now(UTC) + AHEAD
    for one, count in ((few, FEW), (many, MANY)):
        with one.database() as conn:
            seed(conn, UUID(one.ticket_id), one.seeded_prefix, count, ahead=began)
    figures: list[Figure] = []
    for what, now in (("a batch", began + timedelta(hours=1)), ("nothing due", began)):
        print(f"  {what}")
        rates = interleaved(
            rounds,
            {
                f"{FEW:,}": lambda now=now: _rate_of(few, now),
                f"{MANY:,}": lambda now=now: _rate_of(many, now),
            },
        )
        title = f"SLA timer, {what}: {MANY:,} running clocks vs {FEW:,}"
        figures.append(ratio(title, rates, f"{FEW:,}", f"{MANY:,}", GOAL))
    return figures


def seed(
    conn: psycopg.Connection, template: UUID, prefix: str, count: int, *, ahead: datetime
) -> None:
    """Put *count* tickets with running clocks beside *template*, the first wanting a look then."""
    values = {"template": template, "prefix": prefix, "count": count, "ahead": ahead}
    conn.execute(SEED_SQL, values)
    conn.execute(SEED_LOGS_SQL, values)
    conn.execute("VACUUM ANALYZE tickets.tickets, tickets.sla_events")


async def rounds_a_second(dsn: str, tenant_id: UUID, now: datetime, *, looks: int = 10) -> float:
    """Return how many rounds of the timer pass in a second; nothing of them is kept."""
    async with open_pool(dsn, name="benchmark", size=1) as pool:
        await _look(pool, tenant_id, now)  # the first also prepares the statements
        began = time.perf_counter()
        for _ in range(looks):
            await _look(pool, tenant_id, now)
        return looks / (time.perf_counter() - began)


async def _look(pool: Pool, tenant_id: UUID, now: datetime) -> None:
    tx = Tx(pool, tenant_id, system_context("benchmark"))
    await sla_watch.look_at(tx, now=now)
    await tx.flush()
    await tx.rollback()


def _rate_of(desk: Desk, now: datetime) -> float:
    plan, secrets = desk.suite.plan, desk.suite.secrets
    dsn = environment.of_process(plan, secrets, "tickets", "worker")["PSA_DATABASE_DSN"]
    return asyncio.run(rounds_a_second(dsn, desk.principal.tenant_id, now))
