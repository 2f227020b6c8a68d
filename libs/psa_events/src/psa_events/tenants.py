"""Keep this service's copy of the tenants; every service listens to their creation."""

from typing import Any
from uuid import UUID

import msgspec

from psa_common.db import Jsonb, Tx
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope

KEEP_SQL = """
    INSERT INTO tenants
           (slug, name, time_zone, locale, currency, country, federal_state, company, sequence)
    VALUES (%(slug)s, %(name)s, %(time_zone)s, %(locale)s, %(currency)s, %(country)s,
            %(federal_state)s, %(company)s, %(sequence)s)
        ON CONFLICT (tenant_id) DO NOTHING
"""


class TenantCreated(msgspec.Struct, frozen=True):
    """What services need to know of a tenant: its clock, its language, its letterhead."""

    tenant_id: UUID
    slug: str
    name: str
    time_zone: str
    locale: str
    currency: str
    country: str
    company: dict[str, Any]
    federal_state: str | None = None


async def keep_tenant(tx: Tx, event: TenantCreated, envelope: Envelope) -> None:
    """Remember the tenant."""
    tx.defer(
        KEEP_SQL,
        slug=event.slug,
        name=event.name,
        time_zone=event.time_zone,
        locale=event.locale,
        currency=event.currency,
        country=event.country,
        federal_state=event.federal_state,
        company=Jsonb(event.company),
        sequence=envelope.sequence,
    )


SUBSCRIPTION = Subscription("tenant.created.v1", TenantCreated, keep_tenant)
