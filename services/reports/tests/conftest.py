"""Reports under test: their application, and somebody who may see them all."""

from typing import Any

import pytest

from psa_common.db import Pool
from psa_common.identity import TokenVerifier
from psa_common.testing import Api, Tenant
from psa_reports.app import build
from reports_builders import EVERYTHING, June, a_june


@pytest.fixture(scope="session")
def service_name() -> str:
    """Name the service to the shared fixtures."""
    return "reports"


@pytest.fixture(scope="session")
def asgi(pool: Pool, verifier: TokenVerifier) -> Any:
    """Give the application as the HTTP process serves it."""
    return build(pool, verifier)


@pytest.fixture
def reader(api: Api, acme: Tenant) -> Api:
    """Give the client of somebody of acme who may see every report."""
    return api.as_(acme.person(*EVERYTHING, name="Accountant"))


@pytest.fixture
def june(acme: Tenant, worker_pool: Pool) -> June:
    """Give what happened to T-1001 in June 2026, as events that have not arrived yet."""
    return a_june(acme.id, worker_pool)
