"""Things of the asset register; a test names only what it is about."""

from datetime import date
from typing import Any
from uuid import UUID

import httpx
import msgspec

from psa_assets.consumers import SUBSCRIPTIONS
from psa_assets.domain.asset import Asset, State
from psa_assets.domain.asset_class import AssetClass
from psa_common.db import Pool, Tx
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant
from psa_contracts import samples, validate
from psa_events.consumer import deliver
from psa_events.envelope import Envelope

EVERYTHING = ("asset:view:all", "asset:create:all", "asset:update:all")
OF_OWN_CUSTOMER = tuple(permission.replace(":all", ":own_customer") for permission in EVERYTHING)

# The relay's role sees the events of every tenant.
EVENTS_SQL = """
    SELECT type, data
      FROM outbox
     WHERE tenant_id = %(tenant_id)s
     ORDER BY position
"""

BY_TYPE = {subscription.event_type: subscription for subscription in SUBSCRIPTIONS}


class Published(msgspec.Struct, frozen=True):
    """An event that waits to leave."""

    type: str
    data: dict[str, Any]


class _Row(msgspec.Struct, frozen=True):
    type: str
    data: bytes


async def published(tx: Tx) -> list[Published]:
    """Return what the tenant's outbox holds, having checked that it keeps the contracts."""
    rows = await tx.fetch_all(_Row, EVENTS_SQL, tenant_id=tx.tenant_id)
    events = [Published(row.type, msgspec.json.decode(row.data)) for row in rows]
    for event in events:
        validate(event.type, event.data)
    return events


def an_envelope(
    tenant: Tenant, event_type: str, data: dict[str, Any], *, sequence: int = 1
) -> Envelope:
    """Return *data* as another service's event."""
    wire = {
        "id": uuid7(),
        "source": "/psa/crm",
        "type": event_type,
        "subject": "subject",
        "time": "2026-06-01T08:00:00Z",
        "tenantid": tenant.id,
        "sequence": sequence,
        "correlationid": "test-correlation",
        "actor": "system:test",
        "data": data,
    }
    return msgspec.json.decode(msgspec.json.encode(wire), type=Envelope)


async def tell(pool: Pool, envelope: Envelope) -> bool:
    """Deliver the event; return whether it had its effect now."""
    return await deliver(pool, BY_TYPE[envelope.type], envelope)


async def know_customer(pool: Pool, tenant: Tenant, **fields: Any) -> UUID:
    """Let the CRM tell of a new customer."""
    customer_id = uuid7()
    [(_, sample), *_] = samples("customer.created.v1")
    data = {**sample, "customer_id": str(customer_id), **fields}
    await tell(pool, an_envelope(tenant, "customer.created.v1", data))
    return customer_id


def made(response: httpx.Response) -> dict[str, Any]:
    """Return the resource that was made."""
    assert response.status_code == 201, response.text
    data: dict[str, Any] = response.json()["data"]
    return data


def refusal(response: httpx.Response, status: int, code: str) -> dict[str, str]:
    """Return field and message of a refusal's first detail, having checked what it is."""
    assert response.status_code == status, response.text
    error = response.json()["error"]
    assert error["code"] == code, error
    detail: dict[str, str] = error["details"][0] if error["details"] else {}
    return detail


async def enter(api: Api, customer_id: UUID, **fields: Any) -> dict[str, Any]:
    """Enter SRV-02, active and managed from June, or a variation of it."""
    body = {
        "customer_id": str(customer_id),
        "name": "SRV-02",
        "asset_class": "server",
        "state": "active",
        "managed": True,
        "effective_on": "2026-06-01",
        **fields,
    }
    return made(await api.post("/assets", body))


async def become(api: Api, asset: dict[str, Any], state: str, on: str, **fields: Any) -> None:
    """Let the asset become *state* from the day *on*."""
    body = {"state": state, "effective_on": on, **fields}
    response = await api.put(f"/assets/{asset['id']}/state", body)
    assert response.status_code == 200, response.text


async def members(api: Api, customer_id: UUID, on: str, **query: str) -> dict[str, list[str]]:
    """Return who counted on a day, by class."""
    params = {"customer_id": str(customer_id), "on": on, **query}
    response = await api.get("/counts", params=params)
    assert response.status_code == 200, response.text
    attributes = response.json()["data"]["attributes"]
    assert attributes["on"] == on
    assert attributes["total"] == sum(one["count"] for one in attributes["classes"])
    return {one["asset_class"]: one["asset_ids"] for one in attributes["classes"]}


def an_asset(
    *,
    state: State = State.ACTIVE,
    managed: bool = True,
    effective_on: date = date(2026, 6, 1),
) -> Asset:
    """Return SRV-02."""
    return Asset(
        id=uuid7(),
        number="A-00002",
        customer_id=uuid7(),
        name="SRV-02",
        asset_class=AssetClass.SERVER,
        serial=None,
        manufacturer=None,
        model=None,
        state=state,
        managed=managed,
        effective_on=effective_on,
    )
