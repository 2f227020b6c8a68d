"""The CRM keeps a copy of its tenants."""

import msgspec

from psa_common.db import Pool, Tx
from psa_common.ids import uuid7
from psa_common.testing import Tenant
from psa_contracts import samples
from psa_crm.consumers import SUBSCRIPTIONS
from psa_events.consumer import deliver
from psa_events.envelope import Envelope


async def test_a_tenant_that_is_told_of_twice_is_kept_once(
    worker_pool: Pool, worker_tx: Tx, acme: Tenant
) -> None:
    [subscription] = SUBSCRIPTIONS
    [(_, data), *_] = samples(subscription.event_type)
    envelope = msgspec.json.decode(
        msgspec.json.encode(
            {
                "id": uuid7(),
                "source": "/psa/auth",
                "type": subscription.event_type,
                "subject": str(acme.id),
                "time": "2026-06-01T08:00:00Z",
                "tenantid": acme.id,
                "sequence": 1,
                "correlationid": "test-correlation",
                "actor": "system:test",
                "data": data,
            }
        ),
        type=Envelope,
    )

    assert await deliver(worker_pool, subscription, envelope) is True
    assert await deliver(worker_pool, subscription, envelope) is False

    sql = "SELECT count(*) FROM tenants WHERE tenant_id = %(id)s"
    assert await worker_tx.fetch_value(sql, id=acme.id) == 1
