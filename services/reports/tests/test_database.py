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
        stranger.execute("SELECT FROM reports.invoices")


@pytest.mark.parametrize("role", ["app_dsn", "worker_dsn"])
def test_a_query_without_a_tenant_fails_loudly(database: Database, role: str) -> None:
    with psycopg.connect(getattr(database, role)) as conn, pytest.raises(errors.UndefinedObject):
        conn.execute("SELECT id FROM invoices")
