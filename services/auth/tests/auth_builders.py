"""Tenants and people that tests of auth need, signed in through the real door."""

import base64
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from psa_auth.domain.session import Lifetimes
from psa_auth.events import Company as CompanyDetails
from psa_auth.usecases import tenancy
from psa_auth.usecases.hashing import Hasher
from psa_auth.usecases.key_ring import KeyRing
from psa_auth.usecases.keys import KeyCare
from psa_auth.usecases.sign_in import Door
from psa_auth.usecases.tenancy import FirstUser, NewTenant
from psa_auth.usecases.tokens import TokenDesk
from psa_common.db import Pool, tenant_transaction
from psa_common.identity import SigningKeys, TokenVerifier
from psa_common.ids import uuid7
from psa_common.sealing import FieldKeys
from psa_common.testing import AUDIENCE, ISSUER, Api, Person, a_context

PASSWORD = "Rasenmaeher-Kupfer-17"
LIFETIMES = Lifetimes(
    access=timedelta(minutes=15), refresh=timedelta(days=7), session=timedelta(days=30)
)
ADMIN = "admin@acme.example"
DETAILS: dict[str, Any] = {
    "legal_name": "Acme GmbH",
    "street": "Hafenstr. 12",
    "postal_code": "50667",
    "city": "Köln",
    "country": "DE",
    "vat_id": "DE123456788",
    "tax_number": None,
    "email": None,
    "phone": None,
    "contact_name": None,
    "iban": "DE89370400440532013000",
    "bic": None,
    "bank_name": None,
    "creditor_id": None,
    "registration": None,
}


def now() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)


def a_field_key() -> str:
    """Return a new value for PSA_FIELD_KEY."""
    return base64.b64encode(os.urandom(32)).decode()


def a_care(pool: Pool) -> KeyCare:
    """Return what looking after the keys takes."""
    return KeyCare(
        pool=pool,
        fields=FieldKeys(a_field_key()),
        token_lifetime=LIFETIMES.access,
        every=timedelta(days=30),
    )


def a_door(pool: Pool, ring: KeyRing, *, threads: int = 2) -> Door:
    """Return what signing in needs."""
    desk = TokenDesk(ring=ring, issuer=ISSUER, audience=AUDIENCE, lifetimes=LIFETIMES)
    return Door(pool=pool, desk=desk, hasher=Hasher(threads))


@dataclass(frozen=True, slots=True)
class Company:
    """A tenant with real people."""

    id: UUID
    slug: str
    api: Api

    async def login(
        self, email: str = ADMIN, password: str = PASSWORD, **fields: Any
    ) -> httpx.Response:
        """Try to sign in."""
        body = {"tenant": self.slug, "email": email, "password": password, **fields}
        return await self.api.post("/auth/login", body)

    async def tokens(self, email: str = ADMIN, password: str = PASSWORD) -> dict[str, Any]:
        """Sign in and return the answer."""
        response = await self.login(email, password)
        assert response.status_code == 200, response.text
        tokens: dict[str, Any] = response.json()
        return tokens

    async def sign_in(self, email: str = ADMIN, password: str = PASSWORD) -> Api:
        """Sign in and return the client of that person."""
        return bearing(self.api, (await self.tokens(email, password))["access_token"])

    async def refresh(self, token: str) -> httpx.Response:
        """Exchange a refresh token."""
        return await self.api.post("/auth/refresh", {"refresh_token": token})

    async def hire(self, name: str, *roles: str, customer_id: UUID | None = None) -> dict[str, Any]:
        """Let the administrator add somebody; return the user."""
        admin = await self.sign_in()
        body = a_user(name, *roles)
        if customer_id is not None:
            body["customer_id"] = str(customer_id)
        response = await admin.post("/users", body)
        assert response.status_code == 201, response.text
        user: dict[str, Any] = response.json()["data"]
        return user


def a_user(name: str, *roles: str, **fields: Any) -> dict[str, Any]:
    """Return the body that adds a user."""
    return {
        "name": name,
        "email": f"{name.lower()}@acme.example",
        "password": PASSWORD,
        "roles": list(roles),
        **fields,
    }


def a_tenant(slug: str, **fields: Any) -> dict[str, Any]:
    """Return the body that sets a tenant up."""
    return {
        "slug": slug,
        "name": "Acme GmbH",
        "federal_state": "NW",
        "company": {name: value for name, value in DETAILS.items() if value is not None},
        "admin": {"name": "Erika", "email": ADMIN, "password": PASSWORD},
        **fields,
    }


def a_slug() -> str:
    """Return a name that no tenant has."""
    return f"acme-{uuid7().hex}"


async def a_company(pool: Pool, door: Door, api: Api) -> Company:
    """Set a tenant up, as an operator would."""
    slug = a_slug()
    new = NewTenant(
        slug=slug,
        name="Acme GmbH",
        time_zone="Europe/Berlin",
        locale="de-DE",
        currency="EUR",
        country="DE",
        federal_state="NW",
        company=CompanyDetails(**DETAILS),
    )
    first = FirstUser(name="Erika", email=ADMIN, password=PASSWORD)
    password_hash = await tenancy.hash_of(first, door.hasher)
    tenant_id = uuid7()
    async with tenant_transaction(pool, tenant_id, a_context()) as tx:
        await tenancy.found(tx, tenant_id, new, first, password_hash, now=now())
    return Company(tenant_id, slug, api)


def bearing(api: Api, token: str, verifier: TokenVerifier | None = None) -> Api:
    """Return the client that sends *token*, whatever it is."""
    reader = verifier or TokenVerifier(SigningKeys(), issuer=ISSUER, audience=AUDIENCE)
    person = Person.__new__(Person)
    object.__setattr__(person, "principal", reader)
    object.__setattr__(person, "token", token)
    return api.as_(person)


def refusal(response: httpx.Response) -> tuple[int, str]:
    """Return status and code of a refusal."""
    return response.status_code, response.json()["error"]["code"]


async def users_of(api: Api) -> int:
    """Return how many users the caller's tenant has."""
    return int((await api.get("/users")).json()["meta"]["total"])
