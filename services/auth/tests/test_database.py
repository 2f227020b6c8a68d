"""The database itself keeps tenants and services apart."""

from collections.abc import Mapping
from uuid import UUID

import psycopg
import pytest

from psa_common.testing import Database

#: Tables that hold no tenant's data, with the reason.
WITHOUT_TENANT: Mapping[str, str] = {
    "tenant_registry": "says which tenant a name means, before any tenant is known",
    "signing_keys": "the platform's keys; a private one is sealed with a key outside",
}
TENANT = f"-c app.tenant_id={UUID(int=1)}"


def test_every_table_keeps_tenants_apart(database: Database) -> None:
    assert database.unprotected_tables(allowed=WITHOUT_TENANT) == []


def test_no_number_can_be_nan(database: Database) -> None:
    assert database.numerics_that_may_be_nan() == []


@pytest.mark.parametrize("table", ["users", "signing_keys", "tenant_registry", "refresh_tokens"])
def test_no_other_service_sees_this_schema(database: Database, table: str) -> None:
    with database.as_stranger() as stranger, pytest.raises(psycopg.errors.InsufficientPrivilege):
        stranger.execute(f"SELECT FROM auth.{table}".encode())


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM users",
        "DELETE FROM sessions",
        "DELETE FROM tenant_registry",
        "UPDATE tenant_registry SET slug = 'x'",
        "UPDATE signing_keys SET public_key = 'x'",
        "UPDATE audit_records SET action = 'x'",
        "DELETE FROM audit_records",
    ],
)
def test_the_http_process_may_not(database: Database, statement: str) -> None:
    with (
        psycopg.connect(database.app_dsn, options=TENANT) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE users SET active = true",
        "DELETE FROM users",
        "INSERT INTO user_roles DEFAULT VALUES",
    ],
)
def test_the_worker_may_not(database: Database, statement: str) -> None:
    with (
        psycopg.connect(database.worker_dsn, options=TENANT) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute(statement.encode())
