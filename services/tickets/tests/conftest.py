"""The service desk under test: its application, and somebody who may do everything there."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from psa_common.db import Pool
from psa_common.identity import TokenVerifier
from psa_common.testing import Api, Tenant
from psa_tickets.app import build
from tickets_builders import EVERYTHING, a_customer
from tickets_words import a_cabinet


@pytest.fixture(scope="session")
def service_name() -> str:
    """Name the service to the shared fixtures."""
    return "tickets"


@pytest.fixture(scope="session")
def store_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder that attachments lie in."""
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="session")
def asgi(pool: Pool, verifier: TokenVerifier, store_folder: Path) -> Any:
    """Give the application as the HTTP process serves it."""
    return build(pool, verifier, a_cabinet(store_folder))


@pytest.fixture
def desk(api: Api, acme: Tenant) -> Api:
    """Give acme's service desk, with every permission."""
    return api.as_(acme.person(*EVERYTHING, name="Service Manager"))


@pytest.fixture
async def customer_id(worker_pool: Pool, acme: Tenant) -> UUID:
    """Give a customer that the desk knows."""
    return await a_customer(worker_pool, acme)
