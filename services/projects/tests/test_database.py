"""The database itself keeps tenants and services apart."""

import psycopg
import pytest
from psycopg import errors

from psa_common.testing import Database


def test_every_table_keeps_tenants_apart(database: Database) -> None:
    assert database.unprotected_tables() == []


def test_no_number_can_be_nan(database: Database) -> None:
    assert database.numerics_that_may_be_nan() == []


def test_no_other_service_sees_this_schema(database: Database) -> None:
    with database.as_stranger() as stranger, pytest.raises(errors.InsufficientPrivilege):
        stranger.execute("SELECT FROM projects.projects")


@pytest.mark.parametrize("role", ["app_dsn", "worker_dsn"])
def test_a_query_without_a_tenant_fails_loudly(database: Database, role: str) -> None:
    with psycopg.connect(getattr(database, role)) as conn, pytest.raises(errors.UndefinedObject):
        conn.execute("SELECT id FROM projects")


@pytest.mark.parametrize("table", ["projects", "tasks", "booked_time", "reversed_time"])
def test_nothing_can_be_deleted(database: Database, table: str) -> None:
    with psycopg.connect(database.app_dsn) as conn:
        conn.execute("SELECT set_config('app.tenant_id', gen_random_uuid()::text, true)")
        with pytest.raises(errors.InsufficientPrivilege):
            conn.execute(f"DELETE FROM {table}".encode())
