"""Timers visit the tenants where something is due: a tenant that is missed is never served."""

from datetime import UTC, datetime, timedelta
from typing import LiteralString
from uuid import UUID

import psycopg
import pytest
from psycopg.errors import CaseNotFound, InsufficientPrivilege

from psa_common.db import Pool
from psa_common.ids import uuid7
from psa_common.pipeline import Statement, send
from psa_common.testing import Api, Database, Tenant
from psa_tickets.queries.waiting import WAITING_SQL, Work, tenants_waiting
from tickets_builders import a_ticket

NOW = datetime(2036, 3, 3, 9, tzinfo=UTC)
BEFORE = NOW - timedelta(seconds=1)

KNOWN_SQL = """
    INSERT INTO tenants (slug, name, time_zone, locale, currency, country, company, sequence)
    VALUES (gen_random_uuid(), 'T', 'Europe/Berlin', 'de-DE', 'EUR', 'DE', '{}', 1)
"""

# Everything that opening the ticket left to do, done.
DONE_SQL = """
    WITH followed AS (DELETE FROM search_changes WHERE tenant_id = %(tenant)s),
         looked AS (UPDATE tickets SET sla_look_again_at = NULL WHERE tenant_id = %(tenant)s)
    INSERT INTO audit_seals (tenant_id, position, record_id, hash)
    SELECT tenant_id, row_number() OVER (ORDER BY id), id, ''
      FROM audit_records
     WHERE tenant_id = %(tenant)s
"""

# What a great import leaves to be followed.
MANY_CHANGES_SQL = """
    INSERT INTO search_changes (kind, id, part)
    SELECT 'ticket', gen_random_uuid(), gen_random_uuid()
      FROM generate_series(1, 20000)
"""

#: What makes work due at NOW; references are not checked, because only being due is looked at.
DUE: dict[Work, LiteralString] = {
    Work.SLA: "UPDATE tickets SET sla_look_again_at = %(now)s WHERE tenant_id = %(tenant)s",
    Work.AUTO_CLOSE: (
        "UPDATE tickets SET auto_close_look_at = %(now)s WHERE tenant_id = %(tenant)s"
    ),
    Work.SLA_ESCALATIONS: """
        INSERT INTO sla_escalations
               (ticket_id, metric, percent, budget_version, reached_at, announced_at, escalation,
                state)
        VALUES (%(id)s, 'response', 80, 1, %(now)s, %(now)s, '{}', 'pending')
    """,
    Work.SLA_REAPPLY: """
        INSERT INTO sla_reapplications (id, policy_id, reason, requested_at, requested_by)
        VALUES (%(id)s, %(id)s, 'r', %(now)s, %(id)s)
    """,
    Work.SEARCH: ("INSERT INTO search_changes (kind, id, part) VALUES ('ticket', %(id)s, %(id)s)"),
    Work.MAILS: """
        INSERT INTO outgoing_mails
               (id, event_id, recipient, kind, mailbox_id, ticket_id, state, next_at, created_at)
        VALUES (%(id)s, %(id)s, 'a@b.example', 'opened', %(id)s, %(id)s, 'queued', %(now)s, %(now)s)
    """,
    Work.MAILBOXES: "INSERT INTO mailbox_polls (mailbox_id, next_at) VALUES (%(id)s, %(now)s)",
    Work.RECURRING: """
        INSERT INTO recurring_tickets
               (id, name, active, template_id, customer_id, recurrence, starts_on, local_time,
                time_zone, while_open, catch_up, next_at, made_by, created_at)
        VALUES (%(id)s, 'r', true, %(id)s, %(id)s, 'r', %(now)s, '09:00', 'UTC', 'open', 'none',
                %(now)s, %(id)s, %(now)s)
    """,
    Work.AUDIT: """
        INSERT INTO audit_records
               (id, occurred_at, action, resource_type, resource_id, actor_kind,
                actor_name, request_id)
        VALUES (%(id)s, %(now)s, 'a', 'ticket', %(id)s, 'system', 't', 'r')
    """,
}
AT_A_TIME = (Work.SLA, Work.AUTO_CLOSE, Work.MAILS, Work.MAILBOXES, Work.RECURRING)


def _do(
    database: Database, tenant: UUID, *statements: LiteralString, row_id: UUID | None = None
) -> None:
    """Run statements as the administrator, for whom no reference and no trigger counts."""
    values = {"tenant": tenant, "now": NOW, "id": row_id or uuid7()}
    with psycopg.connect(database.superuser_dsn) as conn:
        conn.execute("SELECT set_config('app.tenant_id', %s, true)", (str(tenant),))
        conn.execute("SET LOCAL search_path = tickets")
        conn.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            conn.execute(statement, values)


@pytest.fixture
async def idle(desk: Api, customer_id: UUID, acme: Tenant, database: Database) -> UUID:
    """Give a tenant that the service has heard of, with a ticket and nothing to do."""
    await a_ticket(desk, customer_id)
    _do(database, acme.id, KNOWN_SQL, DONE_SQL)
    return acme.id


@pytest.mark.parametrize("work", Work)
async def test_a_tenant_where_nothing_is_due_is_left_alone(
    work: Work, worker_pool: Pool, idle: UUID
) -> None:
    assert idle not in await tenants_waiting(worker_pool, work, now=NOW)


@pytest.mark.parametrize("work", Work)
async def test_a_tenant_where_something_is_due_is_visited(
    work: Work, worker_pool: Pool, idle: UUID, beta: Tenant, database: Database
) -> None:
    _do(database, beta.id, KNOWN_SQL)
    _do(database, idle, DUE[work])

    found = await tenants_waiting(worker_pool, work, now=NOW)

    assert idle in found
    assert beta.id not in found


@pytest.mark.parametrize("work", AT_A_TIME)
async def test_nothing_is_due_before_its_time(
    work: Work, worker_pool: Pool, idle: UUID, database: Database
) -> None:
    _do(database, idle, DUE[work])

    assert idle not in await tenants_waiting(worker_pool, work, now=BEFORE)


async def test_a_record_that_is_committed_behind_a_sealed_one_is_sealed(
    worker_pool: Pool, idle: UUID, database: Database
) -> None:
    late = uuid7()
    _do(database, idle, DUE[Work.AUDIT])
    _do(database, idle, "DELETE FROM audit_seals WHERE tenant_id = %(tenant)s", DONE_SQL)
    _do(database, idle, DUE[Work.AUDIT], row_id=late)

    found = await tenants_waiting(worker_pool, Work.AUDIT, now=datetime.now(UTC))

    assert idle in found


async def test_each_kind_of_work_has_its_question(worker_pool: Pool, idle: UUID) -> None:
    with pytest.raises(CaseNotFound):
        await tenants_waiting(worker_pool, "tea", now=NOW)  # pyright: ignore[reportArgumentType]  # what no timer does


def test_the_service_itself_may_not_ask_for_tenants(database: Database) -> None:
    with psycopg.connect(database.app_dsn) as conn, pytest.raises(InsufficientPrivilege):
        conn.execute(WAITING_SQL, {"work": Work.SLA, "now": NOW})


async def test_asking_leaves_no_tenant_behind_on_the_connection(
    worker_pool: Pool, idle: UUID
) -> None:
    await tenants_waiting(worker_pool, Work.SLA, now=NOW)

    async with worker_pool.connection() as conn:
        [result] = await send(
            conn, [Statement("SELECT current_setting('app.tenant_id', true)", {})]
        )
    assert result.rows(lambda _names, row: row[0] or None) == [None]


def test_no_table_is_read_through_for_a_tenant_that_has_nothing_in_it(
    database: Database, beta: Tenant, idle: UUID
) -> None:
    _do(database, beta.id, KNOWN_SQL, MANY_CHANGES_SQL, "ANALYZE search_changes")

    with psycopg.connect(database.worker_dsn) as conn:
        for work in Work:
            conn.execute(WAITING_SQL, {"work": work, "now": NOW})
        read_through = conn.execute(
            "SELECT relname FROM pg_stat_xact_user_tables"
            " WHERE seq_scan > 0 AND relname <> 'tenants'"
        ).fetchall()

    assert read_through == []
