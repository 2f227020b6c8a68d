"""What the database itself refuses."""

import psycopg
import pytest
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from psa_common.ids import uuid7
from psa_common.provision import RolePasswords, provision
from psa_common.testing import PASSWORD, Database


def test_every_table_keeps_tenants_apart(database: Database) -> None:
    assert database.unprotected_tables() == []


def test_no_number_may_be_nan(database: Database) -> None:
    assert database.numerics_that_may_be_nan() == []


@pytest.mark.parametrize("role", ["app_dsn", "worker_dsn"])
def test_without_a_tenant_a_query_fails_loudly(database: Database, role: str) -> None:
    with (
        psycopg.connect(getattr(database, role)) as conn,
        pytest.raises(psycopg.Error, match=r"app\.tenant_id"),
    ):
        conn.execute("SELECT count(*) FROM customers")


@pytest.mark.parametrize("role", ["app_dsn", "worker_dsn"])
def test_another_services_schema_is_closed(database: Database, role: str) -> None:
    name = conninfo_to_dict(database.superuser_dsn)["dbname"]
    neighbour = {"crm_neighbour": RolePasswords(PASSWORD, PASSWORD, PASSWORD)}
    provision(database.superuser_dsn, str(name), neighbour)

    with (
        psycopg.connect(getattr(database, role)) as conn,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        conn.execute("CREATE TABLE crm_neighbour.mine ()")
    with (
        psycopg.connect(database.superuser_dsn) as admin,
        psycopg.connect(getattr(database, role)) as conn,
    ):
        admin.execute("CREATE TABLE IF NOT EXISTS crm_neighbour.theirs ()")
        admin.commit()
        with pytest.raises(errors.InsufficientPrivilege):
            conn.execute("SELECT FROM crm_neighbour.theirs")


@pytest.mark.parametrize("role", ["app_dsn", "worker_dsn"])
@pytest.mark.parametrize("table", ["customers", "contacts", "locations", "billing_accounts"])
def test_nothing_can_be_deleted(database: Database, role: str, table: str) -> None:
    with psycopg.connect(getattr(database, role)) as conn:
        conn.execute("SELECT set_config('app.tenant_id', %s, true)", (str(uuid7()),))
        with pytest.raises(errors.InsufficientPrivilege):
            conn.execute(f"DELETE FROM {table}".encode())
