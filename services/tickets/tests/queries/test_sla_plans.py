"""What the SLA's hot statements touch: rows that they want, found by an index."""

from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import UUID

import msgspec
import psycopg

from psa_common.db import Pool, Tx, tenant_transaction
from psa_common.ids import uuid7
from psa_common.testing import Api, Database, Tenant, a_context
from psa_tickets.queries import sla_assignments, sla_check, sla_log, sla_reapplications
from psa_tickets.queries.sla_escalations import NEXT_SQL
from psa_tickets.queries.stored_tickets import DUE_SQL
from tickets_builders import a_ticket

MANY = 5_000
COPIES = """
    INSERT INTO tickets
           (id, number, type, title, description, customer_id, priority, status, opened_by,
            opened_at, created_at, updated_at, response_state, resolution_state,
            sla_look_again_at, sla_policy_id)
    SELECT gen_random_uuid(), 'S-' || n, type, title, description, customer_id, priority, status,
           opened_by, opened_at, created_at, updated_at, 'running', 'running',
           now() + n * interval '1 minute', sla_policy_id
      FROM tickets, generate_series(1, %(many)s) AS n
     WHERE id = %(like)s
"""
LOGS = """
    INSERT INTO sla_events (ticket_id, position, kind, occurred_at, recorded_at)
    SELECT id, n, 'started', opened_at, opened_at
      FROM tickets, generate_series(1, 8) AS n
     WHERE number LIKE 'S-%%'
"""
TOLD = """
    INSERT INTO sla_escalations
           (ticket_id, metric, percent, budget_version, reached_at, announced_at, escalation, state)
    SELECT id, 'resolution', 90, 1, opened_at, opened_at, '{}', 'told'
      FROM tickets
     WHERE number LIKE 'S-%%'
"""


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a plan, with what it touched."""

    kind: str = msgspec.field(name="Node Type")
    relation: str | None = msgspec.field(name="Relation Name", default=None)
    index: str | None = msgspec.field(name="Index Name", default=None)
    hit: int = msgspec.field(name="Shared Hit Blocks")
    read: int = msgspec.field(name="Shared Read Blocks")
    plans: list["Node"] = msgspec.field(name="Plans", default_factory=list["Node"])

    def steps(self) -> list["Node"]:
        """Return this step and all below it."""
        return [self, *(step for plan in self.plans for step in plan.steps())]


async def _plan(tx: Tx, sql: LiteralString, **params: Any) -> Node:
    explained = await tx.fetch_value(
        "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql,
        **params,
    )
    return msgspec.convert(explained[0]["Plan"], Node)


def _read_from_end_to_end(*plans: Node) -> list[str | None]:
    """Return the tables that a plan reads without any index."""
    return [step.relation for plan in plans for step in plan.steps() if step.kind == "Seq Scan"]


def _indexes(plan: Node) -> set[str]:
    return {step.index for step in plan.steps() if step.index}


def _analyze(database: Database) -> None:
    with psycopg.connect(database.superuser_dsn, autocommit=True) as conn:
        conn.execute(
            "VACUUM ANALYZE tickets.tickets, tickets.sla_events, tickets.sla_assignments,"
            " tickets.sla_escalations, tickets.sla_reapplications"
        )


async def _many(desk: Api, worker_pool: Pool, acme: Tenant, customer_id: UUID) -> UUID:
    """Put many tickets with running clocks beside one; return its id."""
    like = UUID((await a_ticket(desk, customer_id, priority="P2"))["id"])
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await tx.execute(COPIES, like=like, many=MANY)
        await tx.execute(LOGS)
        await tx.execute(TOLD)
    return like


async def test_the_hot_statements_touch_only_what_they_want(
    desk: Api, worker_pool: Pool, acme: Tenant, customer_id: UUID, database: Database
) -> None:
    like = await _many(desk, worker_pool, acme, customer_id)
    _analyze(database)
    ids = [like, *(uuid7() for _ in range(19))]

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        nothing_due = await _plan(tx, DUE_SQL, now=datetime.now(UTC), batch=200)
        logs = await _plan(tx, sla_log.LOGS_SQL, ticket_ids=ids)
        check = await _plan(tx, sla_check.SLICE_SQL, after=like, batch=200)
        escalation = await _plan(tx, NEXT_SQL)
        again = await _plan(
            tx, sla_reapplications.TICKETS_SQL, policy_id=like, after=like, batch=50
        )

    assert _read_from_end_to_end(nothing_due, logs, check, escalation, again) == []
    assert _indexes(nothing_due) == {"tickets_by_timer"}
    assert _indexes(logs) == {"sla_events_pkey"}
    assert _indexes(check) == {"tickets_pkey"}
    assert _indexes(escalation) == {"sla_escalations_to_do"}
    assert _indexes(again) == {"tickets_by_sla_policy"}
    for plan, pages in ((nothing_due, 5), (logs, 100), (check, 700), (escalation, 5), (again, 5)):
        assert plan.hit + plan.read <= pages


async def test_the_choice_of_a_policy_reads_no_table_from_end_to_end(
    desk: Api, worker_pool: Pool, acme: Tenant, customer_id: UUID, database: Database
) -> None:
    nobody = dict.fromkeys(("ticket_id", "contract_id", "location_id", "queue_id"))
    pinned = dict.fromkeys(("pinned_id", "pinned_version", "pinned_calendar_version"))
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await tx.execute(
            "INSERT INTO sla_assignments (source, subject_id, reason, assigned_at, assigned_by)"
            " SELECT 'contract', gen_random_uuid(), 'x', now(), gen_random_uuid()"
            "   FROM generate_series(1, %(many)s)",
            many=MANY,
        )
    _analyze(database)
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        plan = await _plan(
            tx, sla_assignments.SAID_SQL, **nobody, **pinned, customer_id=customer_id
        )

    assert "sla_assignments" not in _read_from_end_to_end(plan)
    assert plan.hit + plan.read <= 40
