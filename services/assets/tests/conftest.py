"""The asset register under test: its application, a customer, and somebody who may do all."""

from typing import Any
from uuid import UUID

import pytest

from assets_builders import EVERYTHING, know_customer
from psa_assets.app import build
from psa_common.db import Pool
from psa_common.identity import TokenVerifier
from psa_common.testing import Api, Tenant


@pytest.fixture(scope="session")
def service_name() -> str:
    """Name the service to the shared fixtures."""
    return "assets"


@pytest.fixture(scope="session")
def asgi(pool: Pool, verifier: TokenVerifier) -> Any:
    """Give the application as the HTTP process serves it."""
    return build(pool, verifier)


@pytest.fixture
def desk(api: Api, acme: Tenant) -> Api:
    """Give a client of acme's asset desk."""
    return api.as_(acme.person(*EVERYTHING))


@pytest.fixture
def stranger(api: Api, beta: Tenant) -> Api:
    """Give a client of another tenant's asset desk."""
    return api.as_(beta.person(*EVERYTHING))


@pytest.fixture
async def mueller(worker_pool: Pool, acme: Tenant) -> UUID:
    """Give a customer that the CRM has told acme's register of."""
    return await know_customer(worker_pool, acme)


@pytest.fixture
async def venlo(worker_pool: Pool, acme: Tenant) -> UUID:
    """Give another customer of acme."""
    return await know_customer(worker_pool, acme, number="KD-10043", name="Hafen Venlo B.V.")
