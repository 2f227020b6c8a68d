"""Set up a tenant with its roles and its first administrator, in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from psa_auth.domain import password, permission, person, tenant
from psa_auth.events import Company, TenantCreated, UserCreated
from psa_auth.queries import registry, roles, users
from psa_auth.queries.roles import Role
from psa_auth.usecases import callers
from psa_auth.usecases.hashing import Hasher
from psa_common import audit
from psa_common.db import Tx
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_events import outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTenant:
    """Whom to set up."""

    slug: str
    name: str
    time_zone: str
    locale: str
    currency: str
    country: str
    federal_state: str | None
    company: Company


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstUser:
    """Who administers the new tenant."""

    name: str
    email: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """A tenant that has just been set up."""

    tenant_id: UUID
    user_id: UUID


async def create(
    tx: Tx,
    principal: Principal,
    new: NewTenant,
    first: FirstUser,
    hasher: Hasher,
    *,
    now: datetime,
) -> Founded:
    """Set up a tenant for an operator of the platform."""
    tenant.check_slug(new.slug)
    tenant.check_time_zone(new.time_zone)
    password_hash = await hash_of(first, hasher)

    caller = await callers.current(tx, principal)
    permission.check_held(frozenset({"tenant:create:all"}), caller.permissions)
    founded = await found(tx, uuid7(), new, first, password_hash, now=now)
    after = {"slug": new.slug, "name": new.name}
    audit.record(tx, "tenant.created", "tenant", founded.tenant_id, after=after)
    return founded


async def hash_of(first: FirstUser, hasher: Hasher) -> str:
    """Return the hash of a good password; raises PasswordRefused."""
    email = person.normal_email(first.email)
    return await hasher.hash(password.check(first.password, name=first.name, email=email))


async def found(
    tx: Tx,
    tenant_id: UUID,
    new: NewTenant,
    first: FirstUser,
    password_hash: str,
    *,
    now: datetime,
) -> Founded:
    """
    Write the tenant's first rows as the tenant itself, then return to the caller's own.

    Raises SlugTaken; then nothing was written.
    """
    if not await registry.claim(tx, new.slug, tenant_id, now=now):
        raise tenant.SlugTaken(new.slug)

    registry.enter(tx, tenant_id)
    company: dict[str, Any] = msgspec.to_builtins(new.company)
    described: dict[str, Any] = {
        "slug": new.slug,
        "name": new.name,
        "time_zone": new.time_zone,
        "locale": new.locale,
        "currency": new.currency,
        "country": new.country,
        "federal_state": new.federal_state,
    }
    registry.insert_tenant(tx, **described, company=company)
    outbox.publish(tx, TenantCreated(tenant_id=tenant_id, **described, company=new.company))
    audit.record(tx, "tenant.created", "tenant", tenant_id, after=described)
    seeded = _seed_roles(tx, new.slug, now=now)
    user_id = await _add_first(tx, first, password_hash, seeded, now=now)
    registry.enter(tx, tx.tenant_id)
    return Founded(tenant_id=tenant_id, user_id=user_id)


def _seed_roles(tx: Tx, slug: str, *, now: datetime) -> Role:
    """Store the roles that every tenant has; return the administrator's."""
    seeded = [
        Role(id=uuid7(), name=role.name, title=role.title, own=None, created_at=now)
        for role in permission.seeded_for(slug, tenant.PLATFORM_SLUG)
    ]
    for role in seeded:
        roles.seed(tx, role)
    return seeded[0]


async def _add_first(
    tx: Tx, first: FirstUser, password_hash: str, role: Role, *, now: datetime
) -> UUID:
    user_id = uuid7()
    email = person.normal_email(first.email)
    await users.insert(
        tx,
        id=user_id,
        name=first.name,
        email=email,
        password_hash=password_hash,
        customer_id=None,
        now=now,
    )
    users.set_roles(tx, user_id, [role.id])
    shown: dict[str, Any] = {
        "name": first.name,
        "email": email,
        "roles": [role.name],
        "active": True,
        "customer_id": None,
    }
    audit.record(tx, "user.created", "user", user_id, after=shown)
    outbox.publish(tx, UserCreated(user_id=user_id, **shown))
    return user_id
