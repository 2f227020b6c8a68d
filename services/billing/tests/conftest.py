"""Billing under test: its application, and tenants who have a customer to bill."""

from collections.abc import Iterator
from typing import Any

import pytest

from billing_story import Story, a_story
from psa_billing.app import build
from psa_billing.paperwork import PAPERWORK
from psa_common.db import Pool
from psa_common.identity import TokenVerifier
from psa_common.testing import Api, Tenant


@pytest.fixture(scope="session")
def service_name() -> str:
    """Name the service to the shared fixtures."""
    return "billing"


@pytest.fixture(scope="session")
def asgi(pool: Pool, verifier: TokenVerifier) -> Iterator[Any]:
    """Give the application as the HTTP process serves it."""
    yield build(pool, verifier)
    PAPERWORK.close()


@pytest.fixture
async def story(api: Api, worker_pool: Pool, acme: Tenant) -> Story:
    """Give a tenant who knows Müller, three servers and the time on T-1001."""
    return await a_story(api, worker_pool, acme)
