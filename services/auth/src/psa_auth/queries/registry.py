"""The tenant_registry table: the only thing that is looked up before a tenant is known."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from psa_common.db import Jsonb, Tx

FIND_SQL = """
    SELECT tenant_id, slug, status
      FROM tenant_registry
     WHERE slug = %(slug)s
"""

# A name once given is never given again: who had it may still be addressed by it.
CLAIM_SQL = """
    INSERT INTO tenant_registry (slug, tenant_id, status, created_at)
    VALUES (%(slug)s, %(tenant_id)s, 'active', %(now)s)
        ON CONFLICT DO NOTHING
"""

# Local to the transaction, like the tenant that every transaction begins with.
ENTER_SQL = "SELECT set_config('app.tenant_id', %(tenant_id)s, true)"

INSERT_TENANT_SQL = """
    INSERT INTO tenants
           (slug, name, time_zone, locale, currency, country, federal_state, company, sequence)
    VALUES (%(slug)s, %(name)s, %(time_zone)s, %(locale)s, %(currency)s, %(country)s,
            %(federal_state)s, %(company)s, 1)
"""


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant as the sign-in sees it."""

    tenant_id: UUID
    slug: str
    status: str

    @property
    def is_open(self) -> bool:
        """Whether anybody of this tenant may come in."""
        return self.status == "active"


async def find(tx: Tx, slug: str) -> Registered | None:
    """Return the tenant that people mean by *slug*."""
    return await tx.fetch_optional(Registered, FIND_SQL, slug=slug)


async def claim(tx: Tx, slug: str, tenant_id: UUID, *, now: datetime) -> bool:
    """Take the name for a new tenant; return whether it was free."""
    return await tx.execute(CLAIM_SQL, slug=slug, tenant_id=tenant_id, now=now) == 1


def enter(tx: Tx, tenant_id: UUID) -> None:
    """
    Let what follows in this transaction belong to *tenant_id*.

    Only for creating a tenant, where one transaction writes for two: whoever enters the new
    one returns to their own with a second call.
    """
    tx.defer(ENTER_SQL, tenant_id=str(tenant_id))


def insert_tenant(
    tx: Tx,
    *,
    slug: str,
    name: str,
    time_zone: str,
    locale: str,
    currency: str,
    country: str,
    federal_state: str | None,
    company: dict[str, Any],
) -> None:
    """Store the tenant's own description, in its own rows."""
    tx.defer(
        INSERT_TENANT_SQL,
        slug=slug,
        name=name,
        time_zone=time_zone,
        locale=locale,
        currency=currency,
        country=country,
        federal_state=federal_state,
        company=Jsonb(company),
    )
