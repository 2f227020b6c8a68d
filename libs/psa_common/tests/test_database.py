"""The catalogue test finds a table that somebody forgot to protect."""

import psycopg
import pytest

from psa_common.testing import Database

FORGOTTEN = {
    "no row-level security": "CREATE TABLE forgotten (tenant_id uuid NOT NULL, id uuid,"
    " PRIMARY KEY (tenant_id, id))",
    "no tenant": "CREATE TABLE forgotten (id uuid PRIMARY KEY)",
    "a key without the tenant": "CREATE TABLE forgotten (tenant_id uuid NOT NULL"
    " DEFAULT current_setting('app.tenant_id')::uuid, id uuid PRIMARY KEY);"
    " SELECT protect_tenant_table('forgotten')",
    "a cascade": "CREATE TABLE forgotten (tenant_id uuid NOT NULL, id uuid,"
    " PRIMARY KEY (tenant_id, id),"
    " FOREIGN KEY (tenant_id, id) REFERENCES notes ON DELETE CASCADE);"
    " SELECT protect_tenant_table('forgotten')",
}


@pytest.mark.parametrize("statement", FORGOTTEN.values(), ids=FORGOTTEN.keys())
def test_a_forgotten_table_is_found(database: Database, statement: str) -> None:
    assert database.unprotected_tables() == []
    with psycopg.connect(database.owner_dsn, autocommit=True) as conn:
        conn.execute(statement.encode())
        try:
            assert database.unprotected_tables() == ["forgotten"]
        finally:
            conn.execute("DROP TABLE forgotten")


def test_a_number_that_may_be_nan_is_found(database: Database) -> None:
    with psycopg.connect(database.owner_dsn, autocommit=True) as conn:
        conn.execute("CREATE TABLE prices (amount numeric(12, 2))")
        try:
            assert database.numerics_that_may_be_nan() == ["prices.amount"]
        finally:
            conn.execute("DROP TABLE prices")


def test_another_services_role_sees_nothing(database: Database) -> None:
    for statement in ("SELECT FROM notes.notes", "SELECT FROM notes.outbox", "SET ROLE notes_app"):
        refused = pytest.raises(psycopg.Error, match="permission denied")
        with database.as_stranger() as stranger, refused:
            stranger.execute(statement.encode())
