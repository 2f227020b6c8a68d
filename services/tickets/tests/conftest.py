"""The service desk under test: its application, and tenants with a desk to work at."""

from typing import Any

import pytest

from psa_common.db import Pool
from psa_common.identity import TokenVerifier
from psa_tickets.app import build


@pytest.fixture(scope="session")
def service_name() -> str:
    """Name the service to the shared fixtures."""
    return "tickets"


@pytest.fixture(scope="session")
def asgi(pool: Pool, verifier: TokenVerifier) -> Any:
    """Give the application as the HTTP process serves it."""
    return build(pool, verifier)
