"""Every statement is understood by the migrated database, before production says so."""

import importlib
import pkgutil
import re

import psycopg
import pytest

import psa_tickets.queries
from psa_common.testing import Database

MODULES = [
    importlib.import_module(module.name)
    for module in pkgutil.walk_packages(psa_tickets.queries.__path__, "psa_tickets.queries.")
]
STATEMENTS = [
    pytest.param(value, id=f"{module.__name__}.{name}")
    for module in MODULES
    for name, value in vars(module).items()
    if name.endswith("_SQL") and isinstance(value, str)
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_database_understands_every_statement(database: Database, statement: str) -> None:
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", statement)))
    prepared = re.sub(r"%\((\w+)\)s", lambda match: f"${names.index(match[1]) + 1}", statement)

    with psycopg.connect(database.owner_dsn) as conn:
        conn.execute(f"PREPARE checked AS {prepared}".encode())
