"""What agents carry is counted by an index, however many tickets are finished."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from psa_common.db import Pool, tenant_transaction
from psa_common.ids import uuid7
from psa_common.testing import Database, Tenant, a_context
from psa_tickets.queries import agents as agent_queries

FINISHED = """
    INSERT INTO tickets
           (id, number, type, title, description, customer_id, priority, status, status_kind,
            assignee_id, opened_by, opened_at, created_at, updated_at, resolved_at, closed_at)
    SELECT gen_random_uuid(), 'F-' || n, 'incident', 'x', 'x', %(customer_id)s, 'P3', 'closed',
           'closed', %(agent_id)s, %(agent_id)s, now(), now(), now(), now(), now()
      FROM generate_series(1, 3000) AS n
"""


async def test_what_agents_carry_comes_from_an_index(
    worker_pool: Pool, acme: Tenant, customer_id: UUID, database: Database
) -> None:
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await tx.execute(FINISHED, customer_id=customer_id, agent_id=uuid7())
    with psycopg.connect(database.superuser_dsn, autocommit=True) as conn:
        conn.execute("VACUUM ANALYZE tickets.tickets")

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        plan = await tx.fetch_all(
            dict[str, Any],
            "EXPLAIN (FORMAT JSON) " + agent_queries.CANDIDATES_SQL,
            rule_id=uuid7(),
            ticket_id=uuid7(),
            customer_id=uuid7(),
            now=datetime.now(UTC),
        )

    assert "tickets_unfinished_by_assignee" in str(plan)
