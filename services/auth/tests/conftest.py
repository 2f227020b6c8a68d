"""The service under test: its own keys sign, its own door opens, every test has its tenant."""

from uuid import UUID

import pytest

from auth_builders import PASSWORD, Company, a_care, a_company, a_door, now
from psa_auth.app import build
from psa_auth.domain.tenant import PLATFORM_ID
from psa_auth.usecases import bootstrap
from psa_auth.usecases.key_ring import KeyRing
from psa_auth.usecases.keys import KeyCare
from psa_auth.usecases.sign_in import Door
from psa_common.db import Pool
from psa_common.edge import Edge
from psa_common.identity import TokenVerifier
from psa_common.testing import AUDIENCE, ISSUER, Api


@pytest.fixture(scope="session")
def service_name() -> str:
    """Name the service to the shared fixtures."""
    return "auth"


@pytest.fixture(scope="session")
def care(pool: Pool) -> KeyCare:
    """Give what looking after the keys takes."""
    return a_care(pool)


@pytest.fixture(scope="session")
async def ring(care: KeyCare) -> KeyRing:
    """Give the keys as the HTTP process holds them."""
    ring = KeyRing(care)
    await ring.load()
    return ring


@pytest.fixture(scope="session")
def door(pool: Pool, ring: KeyRing) -> Door:
    """Give what signing in needs."""
    return a_door(pool, ring)


@pytest.fixture(scope="session")
def own_verifier(ring: KeyRing) -> TokenVerifier:
    """Give the verifier that believes the service's own keys only."""
    return TokenVerifier(ring.verifying, issuer=ISSUER, audience=AUDIENCE)


@pytest.fixture(scope="session")
def asgi(pool: Pool, own_verifier: TokenVerifier, door: Door) -> Edge:
    """Give the application as the HTTP process serves it."""
    return build(pool, own_verifier, door)


@pytest.fixture
async def company(pool: Pool, door: Door, api: Api) -> Company:
    """Give a tenant with an administrator and nobody else."""
    return await a_company(pool, door, api)


@pytest.fixture
async def stranger(pool: Pool, door: Door, api: Api) -> Company:
    """Give the tenant that must not notice."""
    return await a_company(pool, door, api)


@pytest.fixture(scope="session")
async def platform(pool: Pool, door: Door) -> UUID:
    """Give the operators' tenant."""
    await bootstrap.platform(pool, door.hasher, PASSWORD, now=now())
    return PLATFORM_ID


@pytest.fixture
async def operator(platform: UUID, api: Api) -> Api:
    """Give the operator of the platform, signed in."""
    return await Company(platform, "platform", api).sign_in("operator@platform.example")
