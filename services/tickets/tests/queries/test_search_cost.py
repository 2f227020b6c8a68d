"""What a search costs does not grow with the table."""

import psycopg
import pytest

from psa_common.ids import uuid7
from psa_common.testing import Database

FEW, MANY = 1_000, 30_000
#: A rare word is in ten documents of either size, a common one in all of them.
SEED = """
    INSERT INTO search_documents (kind, id, part, internal, words)
    SELECT 'ticket', one.id, one.id, false,
           search_vector('Drucker Meldung' || n || CASE WHEN n <= 10 THEN ' Warenwirtschaft'
                                                        ELSE '' END)
      FROM generate_series(1, %(count)s) AS n,
           LATERAL (SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id)
             AS one
"""
FIND = """
    EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)
    SELECT id FROM find_documents(%(text)s, 'all', '{ticket}', '{all}', false, NULL, NULL, 10)
"""


@pytest.fixture(scope="module")
def sized(database: Database) -> dict[int, str]:
    """Give a tenant with few documents and one with many, in one table."""
    tenants = {FEW: str(uuid7()), MANY: str(uuid7())}
    with psycopg.connect(database.worker_dsn, autocommit=True) as conn:
        for count, tenant in tenants.items():
            conn.execute("SELECT set_config('app.tenant_id', %s, false)", (tenant,))
            conn.execute("SET statement_timeout TO '60s'")
            conn.execute(SEED, {"count": count})
    with psycopg.connect(database.superuser_dsn, autocommit=True) as conn:
        conn.execute("VACUUM ANALYZE tickets.search_documents")
    return tenants


def _pages(database: Database, tenant: str, text: str) -> int:
    with psycopg.connect(database.app_dsn) as conn:
        conn.execute("SELECT set_config('app.tenant_id', %s, true)", (tenant,))
        conn.execute(FIND, {"text": text})  # the first time also reads the catalogue
        row = conn.execute(FIND, {"text": text}).fetchone()
    assert row is not None
    plan = row[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])


def test_a_rare_word_costs_the_same_in_a_large_tenant(
    database: Database, sized: dict[int, str]
) -> None:
    few, many = (_pages(database, sized[size], "Warenwirtschaft") for size in (FEW, MANY))

    # A tree of thirty times as many leaves is a level deeper here and there.
    assert many < few + 50, (few, many)
    assert many < 300


def test_a_word_of_every_document_costs_a_bounded_number_of_pages(
    database: Database, sized: dict[int, str]
) -> None:
    assert _pages(database, sized[MANY], "Drucker") < 500
