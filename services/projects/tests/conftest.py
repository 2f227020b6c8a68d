"""Projects under test: their application, and a tenant with a customer and a technician."""

from typing import Any

import pytest

from projects_builders import EVERYTHING, Scene, a_scene
from psa_common.db import Pool
from psa_common.identity import TokenVerifier
from psa_common.testing import Api, Person, Tenant
from psa_projects.app import build


@pytest.fixture(scope="session")
def service_name() -> str:
    """Name the service to the shared fixtures."""
    return "projects"


@pytest.fixture(scope="session")
def asgi(pool: Pool, verifier: TokenVerifier) -> Any:
    """Give the application as the HTTP process serves it."""
    return build(pool, verifier)


@pytest.fixture
def manager(acme: Tenant) -> Person:
    """Give somebody of acme who may do everything with projects."""
    return acme.person(*EVERYTHING, name="Manager")


@pytest.fixture
def managed(api: Api, manager: Person) -> Api:
    """Give the client of the manager."""
    return api.as_(manager)


@pytest.fixture
async def scene(worker_pool: Pool, acme: Tenant) -> Scene:
    """Give acme a customer and a technician that projects have heard of."""
    return await a_scene(worker_pool, acme)
