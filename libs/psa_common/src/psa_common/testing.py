"""
The pytest plugin of every service: real PostgreSQL, two tenants, signed tokens, an API client.

A service's conftest defines `service_name` and, for HTTP tests, `asgi`. Each test gets new
tenants: row-level security keeps tests apart, so nothing is ever cleaned up between them.
"""

import logging
import os
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import Any
from uuid import UUID

import httpx
import jwt
import psycopg
import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from psycopg.conninfo import make_conninfo

from psa_common.context import Actor, RequestContext
from psa_common.db import Pool, Tx, open_pool, tenant_transaction
from psa_common.identity import ALGORITHM, TOKEN_TYPE, Principal, SigningKeys, TokenVerifier
from psa_common.ids import uuid7
from psa_common.migrate import components_of, migrate
from psa_common.provision import RolePasswords, provision
from psa_common.testing_database import PASSWORD, Database

ISSUER = "https://psa.test"
AUDIENCE = "psa"
KEY_ID = "test-key"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in, and the token that this gives."""

    principal: Principal
    token: str


@dataclass(frozen=True, slots=True)
class TokenMint:
    """Signs tokens as the auth service would."""

    key: RSAPrivateKey = field(default_factory=lambda: generate_private_key(65537, 2048))

    def keys(self) -> SigningKeys:
        """Return the public side."""
        return SigningKeys(keys={KEY_ID: self.key.public_key()})

    def sign(self, claims: Mapping[str, Any], **headers: Any) -> str:
        """Return a token with exactly these claims."""
        return jwt.encode(
            dict(claims), self.key, ALGORITHM, headers={"kid": KEY_ID, "typ": TOKEN_TYPE, **headers}
        )

    def person(
        self, tenant_id: UUID, *permissions: str, name: str = "Test", **claims: Any
    ) -> Person:
        """Return a person of *tenant_id* who holds exactly *permissions*."""
        now = int(time.time())
        content = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(uuid7()),
            "tenant_id": str(tenant_id),
            "sid": str(uuid7()),
            "jti": str(uuid7()),
            "iat": now,
            "exp": now + 600,
            "name": name,
            "email": "test@example.com",
            "permissions": list(permissions),
            **claims,
        }
        token = self.sign(content)
        verifier = TokenVerifier(self.keys(), issuer=ISSUER, audience=AUDIENCE)
        return Person(verifier.verify(token), token)


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant of its own for one test."""

    id: UUID
    mint: TokenMint

    def person(self, *permissions: str, name: str = "Test", **claims: Any) -> Person:
        """Return a person of this tenant who holds exactly *permissions*."""
        return self.mint.person(self.id, *permissions, name=name, **claims)


class Api:
    """A client of the service under test, signed in as one person."""

    def __init__(self, asgi: Any, person: Person | None = None) -> None:
        self._asgi = asgi
        headers = {"authorization": f"Bearer {person.token}"} if person else {}
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(asgi), base_url="http://service", headers=headers
        )

    def as_(self, person: Person | None) -> "Api":
        """Return the client of another person, or of nobody."""
        return Api(self._asgi, person)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """GET /api/v1 + *path*."""
        return await self.http.get(f"/api/v1{path}", **options)

    async def post(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        """POST to /api/v1 + *path*."""
        return await self.http.post(f"/api/v1{path}", json=json, **options)

    async def patch(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        """PATCH /api/v1 + *path*."""
        return await self.http.patch(f"/api/v1{path}", json=json, **options)

    async def put(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        """PUT to /api/v1 + *path*."""
        return await self.http.put(f"/api/v1{path}", json=json, **options)

    async def delete(self, path: str, **options: Any) -> httpx.Response:
        """DELETE /api/v1 + *path*."""
        return await self.http.delete(f"/api/v1{path}", **options)


def pytest_configure() -> None:
    """Keep the log short: errors only, one line each."""
    structlog.configure(
        processors=[
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
    )


def a_context(person: Person | None = None) -> RequestContext:
    """Return a request context such as the edge makes."""
    actor = Actor("user", person.principal.user_id, person.principal.name) if person else None
    request_id = f"test-{uuid7().hex}"
    if actor is None:
        return RequestContext(request_id=request_id, correlation_id=request_id)
    return RequestContext(request_id=request_id, correlation_id=request_id, actor=actor)


@pytest.fixture(scope="session")
def postgres_superuser() -> Iterator[str]:
    """Give the DSN of a superuser of a real PostgreSQL."""
    from psa_local import testing  # only where a server is really wanted

    yield from testing.postgres()


@pytest.fixture(scope="session")
def amqp_url() -> Iterator[str]:
    """Give the URL of a real RabbitMQ."""
    from psa_local import testing

    yield from testing.amqp()


@pytest.fixture(scope="session")
def migrations(service_name: str) -> Sequence[tuple[str, Traversable]]:
    """Give the migrations of the service; a library's tests give their own."""
    return components_of(service_name)


@pytest.fixture(scope="session")
def database(
    postgres_superuser: str,
    service_name: str,
    migrations: Sequence[tuple[str, Traversable]],
) -> Iterator[Database]:
    """Give the service a migrated database of its own, dropped at the end."""
    name = f"test_{service_name}_{os.getpid()}"
    roles = {service_name: RolePasswords(PASSWORD, PASSWORD, PASSWORD)}
    provision(postgres_superuser, name, roles)

    def dsn(role: str) -> str:
        return make_conninfo(postgres_superuser, dbname=name, user=role, password=PASSWORD)

    made = Database(
        superuser_dsn=make_conninfo(postgres_superuser, dbname=name),
        owner_dsn=dsn(f"{service_name}_owner"),
        app_dsn=dsn(f"{service_name}_app"),
        worker_dsn=dsn(f"{service_name}_worker"),
    )
    migrate(made.owner_dsn, service_name, migrations)
    yield made
    with psycopg.connect(postgres_superuser, autocommit=True) as conn:
        conn.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(scope="session")
async def pool(database: Database) -> AsyncIterator[Pool]:
    """Give the pool of the HTTP process."""
    async with open_pool(database.app_dsn, name="app", size=4) as opened:
        yield opened


@pytest.fixture(scope="session")
async def worker_pool(database: Database) -> AsyncIterator[Pool]:
    """Give the pool of the background process."""
    async with open_pool(database.worker_dsn, name="worker", size=4) as opened:
        yield opened


@pytest.fixture(scope="session")
def mint() -> TokenMint:
    """Give the signer of this test session."""
    return TokenMint()


@pytest.fixture(scope="session")
def verifier(mint: TokenMint) -> TokenVerifier:
    """Give the verifier that believes the session's signer."""
    return TokenVerifier(mint.keys(), issuer=ISSUER, audience=AUDIENCE)


@pytest.fixture
def acme(mint: TokenMint) -> Tenant:
    """Give the tenant that the test is about."""
    return Tenant(uuid7(), mint)


@pytest.fixture
def beta(mint: TokenMint) -> Tenant:
    """Give the tenant that must not notice."""
    return Tenant(uuid7(), mint)


@pytest.fixture
def api(asgi: Any) -> Api:
    """Give a client that nobody has signed in to."""
    return Api(asgi)


@pytest.fixture
async def tx(pool: Pool, acme: Tenant) -> AsyncIterator[Tx]:
    """Give an open transaction of acme as the HTTP process would have it."""
    async with tenant_transaction(pool, acme.id, a_context()) as opened:
        yield opened


@pytest.fixture
async def worker_tx(worker_pool: Pool, acme: Tenant) -> AsyncIterator[Tx]:
    """Give an open transaction of acme as the background process would have it."""
    async with tenant_transaction(worker_pool, acme.id, a_context()) as opened:
        yield opened
