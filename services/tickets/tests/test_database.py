"""The database itself keeps tenants and services apart."""

import psycopg
import pytest

from psa_common.testing import Database


def test_every_table_keeps_tenants_apart(database: Database) -> None:
    assert database.unprotected_tables() == []


def test_no_number_can_be_nan(database: Database) -> None:
    assert database.numerics_that_may_be_nan() == []


def test_no_other_service_sees_this_schema(database: Database) -> None:
    with database.as_stranger() as stranger, pytest.raises(psycopg.errors.InsufficientPrivilege):
        stranger.execute("SELECT FROM tickets.tickets")
