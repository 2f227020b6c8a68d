"""What Prometheus is told about tickets."""

from uuid import UUID

from prometheus_client import REGISTRY

from psa_common.db import Pool, tenant_transaction
from psa_common.testing import Api, Tenant, a_context
from psa_tickets.usecases import figures
from tickets_builders import a_ticket

KEEP_TENANT = (
    "INSERT INTO tenants (slug, name, time_zone, locale, currency, country, company, sequence)"
    " VALUES ('acme', 'Acme', 'Europe/Berlin', 'de', 'EUR', 'DE', '{}', 1)"
)


async def test_active_tickets_are_counted_by_status_and_priority(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await tx.execute(KEEP_TENANT)
    before = await a_ticket(desk, customer_id, priority="P1")
    await figures.count(worker_pool)
    counted = REGISTRY.get_sample_value("active_tickets_total", {"status": "new", "priority": "P1"})
    await desk.put(f"/tickets/{before['id']}/status", {"status": "resolved"})

    await figures.count(worker_pool)

    resolved = {"status": "resolved", "priority": "P1"}
    assert counted == 1
    assert REGISTRY.get_sample_value("active_tickets_total", resolved) == 1
