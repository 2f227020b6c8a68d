"""The register keeps copies of customers and tenants, each event once."""

from uuid import UUID

import msgspec

from assets_builders import an_envelope, know_customer, tell
from psa_common.db import Pool, Tx
from psa_common.testing import Tenant
from psa_contracts import samples

NAME_SQL = "SELECT name FROM customers WHERE id = %(customer_id)s"


async def test_a_customer_that_is_told_of_twice_is_kept_once(
    worker_pool: Pool, worker_tx: Tx, acme: Tenant
) -> None:
    [(_, data), *_] = samples("customer.created.v1")
    envelope = an_envelope(acme, "customer.created.v1", data)

    assert await tell(worker_pool, envelope) is True
    assert await tell(worker_pool, envelope) is False

    assert await worker_tx.fetch_value("SELECT count(*) FROM customers") == 1


async def test_a_newer_state_replaces_an_older_one_and_never_the_other_way_round(
    worker_pool: Pool, worker_tx: Tx, acme: Tenant
) -> None:
    customer_id = await know_customer(worker_pool, acme)
    await _rename(worker_pool, acme, customer_id, "Müller AG", sequence=3)
    await _rename(worker_pool, acme, customer_id, "Müller KG", sequence=2)

    assert await worker_tx.fetch_value(NAME_SQL, customer_id=customer_id) == "Müller AG"


async def test_a_change_that_overtakes_the_entry_is_kept(
    worker_pool: Pool, worker_tx: Tx, acme: Tenant
) -> None:
    [(_, data), *_] = samples("customer.created.v1")
    customer_id = msgspec.convert(data["customer_id"], UUID)
    await _rename(worker_pool, acme, customer_id, "Müller AG", sequence=2)
    await tell(worker_pool, an_envelope(acme, "customer.created.v1", data, sequence=1))

    assert await worker_tx.fetch_value(NAME_SQL, customer_id=customer_id) == "Müller AG"


async def test_a_tenant_that_is_told_of_twice_is_kept_once(
    worker_pool: Pool, worker_tx: Tx, acme: Tenant
) -> None:
    [(_, data), *_] = samples("tenant.created.v1")
    envelope = an_envelope(acme, "tenant.created.v1", data)

    assert await tell(worker_pool, envelope) is True
    assert await tell(worker_pool, envelope) is False

    sql = "SELECT count(*) FROM tenants WHERE tenant_id = %(id)s"
    assert await worker_tx.fetch_value(sql, id=acme.id) == 1


async def _rename(
    pool: Pool, tenant: Tenant, customer_id: UUID, name: str, *, sequence: int
) -> None:
    [(_, sample), *_] = samples("customer.updated.v1")
    data = {**sample, "customer_id": str(customer_id), "name": name}
    await tell(pool, an_envelope(tenant, "customer.updated.v1", data, sequence=sequence))
