"""The first tenants and people, where there are none: the platform's operators and the demo."""

from datetime import datetime
from uuid import UUID

from psa_auth.domain.tenant import NOBODY_ID, PLATFORM_ID, PLATFORM_SLUG
from psa_auth.events import Company
from psa_auth.queries import registry
from psa_auth.settings import AuthSettings, BootstrapSettings
from psa_auth.usecases import keys, tenancy
from psa_auth.usecases.hashing import Hasher
from psa_auth.usecases.tenancy import FirstUser, NewTenant
from psa_common.context import system_context
from psa_common.db import Pool, ReadTx, tenant_transaction
from psa_common.ids import uuid7

CONTEXT = system_context("bootstrap")


def company(name: str, street: str, postal_code: str, city: str, **known: str) -> Company:
    """Return a German company of which only *known* is known."""
    unknown = dict.fromkeys(
        ("vat_id", "tax_number", "email", "phone", "contact_name", "iban", "bic", "bank_name",
         "creditor_id", "registration")
    )  # fmt: skip
    return Company(
        legal_name=name,
        street=street,
        postal_code=postal_code,
        city=city,
        country="DE",
        **{**unknown, **known},
    )


PLATFORM = NewTenant(
    slug=PLATFORM_SLUG,
    name="Platform",
    time_zone="Europe/Berlin",
    locale="de-DE",
    currency="EUR",
    country="DE",
    federal_state=None,
    company=company("Platform", "–", "–", "–"),
)

RHEINSYSTEME = NewTenant(
    slug="rheinsysteme",
    name="RheinSysteme IT GmbH",
    time_zone="Europe/Berlin",
    locale="de-DE",
    currency="EUR",
    country="DE",
    federal_state="NW",
    company=company(
        "RheinSysteme IT GmbH",
        "Hafenstr. 12",
        "50667",
        "Köln",
        vat_id="DE123456788",
        email="rechnung@rheinsysteme.example",
        phone="+49 221 5550100",
        contact_name="Buchhaltung",
        iban="DE89370400440532013000",
        bic="COBADEFFXXX",
        creditor_id="DE98ZZZ09999999999",
    ),
)


async def everything(
    pool: Pool, settings: AuthSettings, passwords: BootstrapSettings, *, now: datetime
) -> dict[str, bool]:
    """Make what is missing; say of each thing whether it was."""
    hasher = Hasher(threads=1)
    operator, admin = passwords.bootstrap_operator_password, passwords.bootstrap_admin_password
    try:
        made = {"signing keys": await keys.ensure(keys.care_of(pool, settings), now=now)}
        made[PLATFORM.slug] = await platform(pool, hasher, operator, now=now)
        if admin:
            made[RHEINSYSTEME.slug] = await demo(pool, hasher, admin, now=now)
    finally:
        hasher.close()
    return made


async def platform(pool: Pool, hasher: Hasher, password: str, *, now: datetime) -> bool:
    """Set up the operators' tenant; return whether that was needed."""
    operator = FirstUser(
        name="Platform operation", email="operator@platform.example", password=password
    )
    return await _found_once(pool, PLATFORM_ID, PLATFORM, operator, hasher, now=now)


async def demo(pool: Pool, hasher: Hasher, password: str, *, now: datetime) -> bool:
    """Set up the demo's tenant; return whether that was needed."""
    admin = FirstUser(name="Administration", email="admin@rheinsysteme.example", password=password)
    return await _found_once(pool, uuid7(), RHEINSYSTEME, admin, hasher, now=now)


async def _found_once(
    pool: Pool,
    tenant_id: UUID,
    new: NewTenant,
    first: FirstUser,
    hasher: Hasher,
    *,
    now: datetime,
) -> bool:
    if await registry.find(ReadTx(pool, NOBODY_ID, CONTEXT), new.slug) is not None:
        return False
    password_hash = await tenancy.hash_of(first, hasher)
    async with tenant_transaction(pool, tenant_id, CONTEXT) as tx:
        await tenancy.found(tx, tenant_id, new, first, password_hash, now=now)
    return True
