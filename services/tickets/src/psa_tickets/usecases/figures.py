"""How many tickets are being worked on, for Prometheus; over all tenants, and of none by name."""

from collections import Counter

from prometheus_client import Gauge

from psa_common.context import system_context
from psa_common.db import Pool, ReadTx
from psa_common.tenants import all_tenants
from psa_tickets.queries import ticket_counts

EVERY_SECONDS = 60.0

ACTIVE = Gauge("active_tickets_total", "Tickets that are not closed.", ["status", "priority"])


async def count(pool: Pool) -> None:
    """Count again."""
    totals: Counter[tuple[str, str]] = Counter()
    for tenant_id in await all_tenants(pool):
        tx = ReadTx(pool, tenant_id, system_context("figures"))
        for row in await ticket_counts.list_active(tx):
            totals[row.status, row.priority] += row.tickets

    ACTIVE.clear()
    for (status, priority), number in totals.items():
        ACTIVE.labels(status, priority).set(number)
