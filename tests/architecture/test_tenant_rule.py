"""
Every service proves on its own database that tenants are kept apart.

The rule itself is `Database.unprotected_tables` of psa_common.testing: it reads the catalogue of
a migrated database. Here stands only that no service goes without that proof.
"""

import pytest

from repository import ROOT, SERVICES, python_files, source_of

#: Modules whose tables hold no tenant's data, with the reason.
ABOVE_TENANTS = {
    "services/auth/src/psa_auth/queries/registry.py": "signing in finds the tenant by its slug",
}

each_service = pytest.mark.parametrize("service", SERVICES)


@each_service
def test_a_service_proves_that_its_tables_keep_tenants_apart(service: str) -> None:
    assert _is_called_in_tests_of(service, "unprotected_tables(")


@each_service
def test_a_service_with_decimals_proves_that_none_is_nan(service: str) -> None:
    migrations = (source_of(service) / "migrations").glob("*.sql")
    has_decimals = any("numeric" in path.read_text() for path in migrations)

    assert not has_decimals or _is_called_in_tests_of(service, "numerics_that_may_be_nan(")


@each_service
def test_no_statement_of_a_service_names_the_tenant(service: str) -> None:
    """Row-level security adds the tenant; a WHERE that names it hides that this works."""
    naming = {
        str(path.relative_to(ROOT))
        for path in python_files(source_of(service) / "queries")
        if "%(tenant_id)s" in path.read_text()
    }

    assert naming <= set(ABOVE_TENANTS)


def _is_called_in_tests_of(service: str, proof: str) -> bool:
    tests = python_files(ROOT / "services" / service / "tests")
    return any(proof in path.read_text() for path in tests)
