"""What the database itself guarantees: tenants apart, figures finite, issued stays issued."""

from typing import LiteralString
from uuid import UUID

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from billing_story import Story
from psa_common.provision import RolePasswords, provision
from psa_common.testing import PASSWORD, Database, Tenant

IMMUTABLE: tuple[LiteralString, ...] = (
    "invoices",
    "invoice_lines",
    "invoice_documents",
    "billed_keys",
    "invoice_chain",
)
CHANGES: tuple[LiteralString, ...] = (
    "UPDATE invoices SET net_cents = net_cents + 1, gross_cents = gross_cents + 1",
    "UPDATE invoices SET status = 'approved', number = NULL",
    "UPDATE invoice_lines SET net_cents = 0",
    "UPDATE invoice_documents SET file_name = 'other.pdf'",
    "UPDATE billed_keys SET key = 'line:other'",
    "UPDATE invoice_chain SET hash = prev_hash",
    "DELETE FROM invoices",
    "DELETE FROM invoice_lines",
    "DELETE FROM invoice_documents",
    "DELETE FROM billed_keys",
    "DELETE FROM invoice_chain",
    "INSERT INTO invoice_lines SELECT tenant_id, invoice_id, position + 100, kind, title,"
    " contract_line_id, service_from, service_to, quantity, unit, unit_price,"
    " price_base_quantity, net_cents, tax_class, vat_category, vat_percent, time_entry_ids,"
    " explanation FROM invoice_lines",
    "INSERT INTO billed_keys SELECT tenant_id, key || 'x', customer_id, invoice_id"
    " FROM billed_keys",
)
REFUSALS = (errors.RestrictViolation, errors.InsufficientPrivilege)


@pytest.fixture
async def issued(story: Story) -> Story:
    await story.june()
    await story.issued(issue_date="2026-07-01")
    return story


def as_tenant(dsn: str, tenant_id: UUID) -> psycopg.Connection:
    conn = psycopg.connect(dsn)
    conn.execute("SELECT set_config('app.tenant_id', %s, false)", (str(tenant_id),))
    return conn


def test_every_table_keeps_tenants_apart(database: Database) -> None:
    assert database.unprotected_tables() == []


def test_no_number_can_be_nan(database: Database) -> None:
    assert database.numerics_that_may_be_nan() == []


def test_another_service_cannot_look_in(database: Database) -> None:
    dbname = conninfo_to_dict(database.app_dsn)["dbname"]
    secret = RolePasswords(PASSWORD, PASSWORD, PASSWORD)
    provision(database.superuser_dsn, str(dbname), {"neighbour": secret})
    neighbour = make_conninfo(database.superuser_dsn, user="neighbour_app", password=PASSWORD)

    with psycopg.connect(neighbour) as conn, pytest.raises(errors.InsufficientPrivilege):
        conn.execute("SELECT FROM billing.invoices")


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("role", ["app_dsn", "worker_dsn", "owner_dsn", "superuser_dsn"])
async def test_nobody_changes_or_removes_what_was_issued(
    database: Database, issued: Story, role: str, change: LiteralString
) -> None:
    with as_tenant(getattr(database, role), issued.tenant.id) as conn:
        conn.execute("SET search_path TO billing, public")
        with pytest.raises(REFUSALS):
            conn.execute(change)


@pytest.mark.parametrize("table", IMMUTABLE)
@pytest.mark.parametrize("role", ["app_dsn", "worker_dsn", "owner_dsn", "superuser_dsn"])
def test_nobody_empties_a_table_of_invoices(
    database: Database, acme: Tenant, role: str, table: LiteralString
) -> None:
    with as_tenant(getattr(database, role), acme.id) as conn:
        statement = sql.SQL("TRUNCATE {} CASCADE").format(sql.Identifier("billing", table))
        with pytest.raises(REFUSALS):
            conn.execute(statement)


async def test_another_tenant_sees_no_invoice(
    database: Database, issued: Story, beta: Tenant
) -> None:
    with as_tenant(database.app_dsn, beta.id) as conn:
        row = conn.execute("SELECT count(*) FROM invoices").fetchone()

    assert row == (0,)
