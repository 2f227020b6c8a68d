"""What has served its purpose is forgotten; what has not is kept."""

from datetime import timedelta

import psycopg

from psa_common.db import Pool, tenant_transaction
from psa_common.testing import Database, Tenant, a_context
from psa_events import housekeeping, outbox
from psa_events.consumer import deliver
from psa_events.testing import an_envelope, published
from psa_events_builders import BOOKING, Booked

KEEP_TENANT = (
    "INSERT INTO tenants (slug, name, time_zone, locale, currency, country, company, sequence)"
    " VALUES ('acme', 'Acme', 'Europe/Berlin', 'de', 'EUR', 'DE', '{}', 1)"
)


async def _age(database: Database, tenant: Tenant, by: timedelta) -> None:
    with psycopg.connect(database.superuser_dsn) as conn:
        values = {"by": by, "tenant": tenant.id}
        conn.execute(
            "UPDATE ledger.inbox SET received_at = received_at - %(by)s"
            " WHERE tenant_id = %(tenant)s",
            values,
        )
        conn.execute(
            "UPDATE ledger.outbox SET published_at = published_at - %(by)s"
            " WHERE tenant_id = %(tenant)s",
            values,
        )


async def test_events_that_have_not_left_are_never_forgotten(
    database: Database, pool: Pool, worker_pool: Pool, acme: Tenant
) -> None:
    async with tenant_transaction(pool, acme.id, a_context()) as tx:
        await tx.execute(KEEP_TENANT)
        outbox.publish(tx, Booked(account_id=acme.id, note="waiting"))
    await _age(database, acme, timedelta(days=400))

    await housekeeping.tidy(worker_pool)

    assert len(await published(worker_pool, acme.id)) == 1


async def test_an_old_inbox_row_is_forgotten_and_a_young_one_is_kept(
    database: Database, pool: Pool, worker_pool: Pool, acme: Tenant
) -> None:
    async with tenant_transaction(pool, acme.id, a_context()) as tx:
        await tx.execute(KEEP_TENANT)
    data = {"account_id": str(acme.id), "note": "a"}
    old, young = (an_envelope(acme.id, "ledger.booked.v1", data) for _ in range(2))
    await deliver(worker_pool, BOOKING, old)
    await _age(database, acme, timedelta(days=91))
    await deliver(worker_pool, BOOKING, young)

    await housekeeping.tidy(worker_pool)

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        assert await tx.fetch_value("SELECT count(*) FROM inbox") == 1
        assert await tx.fetch_value("SELECT event_id FROM inbox") == young.id
