"""The CRM under test: its application, and somebody who may do everything in it."""

from typing import Any

import pytest

from crm_builders import EVERYTHING
from psa_common.db import Pool
from psa_common.identity import TokenVerifier
from psa_common.testing import Api, Tenant
from psa_crm.app import build


@pytest.fixture(scope="session")
def service_name() -> str:
    """Name the service to the shared fixtures."""
    return "crm"


@pytest.fixture(scope="session")
def asgi(pool: Pool, verifier: TokenVerifier) -> Any:
    """Give the application as the HTTP process serves it."""
    return build(pool, verifier)


@pytest.fixture
def desk(api: Api, acme: Tenant) -> Api:
    """Give a client of acme's back office."""
    return api.as_(acme.person(*EVERYTHING))


@pytest.fixture
def stranger(api: Api, beta: Tenant) -> Api:
    """Give a client of another tenant's back office."""
    return api.as_(beta.person(*EVERYTHING))
