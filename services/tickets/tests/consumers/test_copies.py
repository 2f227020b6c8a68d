"""What others report keeps our copies current, whatever the order and however often."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from psa_common.db import Pool, tenant_transaction
from psa_common.ids import uuid7
from psa_common.testing import Tenant, a_context
from psa_events.consumer import Subscription, deliver
from psa_events.testing import an_envelope
from psa_tickets.consumers import SUBSCRIPTIONS
from psa_tickets.queries import contacts, copies

BY_TYPE: dict[str, Subscription] = {one.event_type: one for one in SUBSCRIPTIONS}


class Named(msgspec.Struct):
    name: str


async def _deliver(
    pool: Pool, tenant: Tenant, event_type: str, data: dict[str, Any], *, sequence: int
) -> None:
    envelope = an_envelope(tenant.id, event_type, data, sequence=sequence)
    await deliver(pool, BY_TYPE[event_type], envelope)


def _customer(id_: UUID, name: str) -> dict[str, Any]:
    return {"customer_id": str(id_), "number": "KD-10042", "name": name, "status": "active"}


async def _name(pool: Pool, tenant: Tenant, customer_id: UUID) -> str:
    async with tenant_transaction(pool, tenant.id, a_context()) as tx:
        sql = "SELECT name FROM customers WHERE id = %(id)s"
        return (await tx.fetch_one(Named, sql, id=customer_id)).name


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
async def test_the_newest_name_stays_whatever_arrives_last(
    worker_pool: Pool, acme: Tenant, order: tuple[int, int]
) -> None:
    customer = uuid7()
    names = {1: "Müller GmbH", 2: "Müller Maschinenbau GmbH"}

    for sequence in order:
        event = "customer.created.v1" if sequence == 1 else "customer.updated.v1"
        await _deliver(
            worker_pool, acme, event, _customer(customer, names[sequence]), sequence=sequence
        )

    assert await _name(worker_pool, acme, customer) == "Müller Maschinenbau GmbH"


async def test_an_older_state_of_a_customer_changes_no_mail_domain(
    worker_pool: Pool, acme: Tenant
) -> None:
    customer = uuid7()
    old = {**_customer(customer, "Müller"), "mail_domains": ["old.example", "mueller.example"]}
    new = {**_customer(customer, "Müller"), "mail_domains": ["mueller.example"]}

    await _deliver(worker_pool, acme, "customer.updated.v1", new, sequence=2)
    await _deliver(worker_pool, acme, "customer.updated.v1", old, sequence=1)

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        assert await contacts.list_customers_by_domain(tx, "Mueller.Example") == [customer]
        assert await contacts.list_customers_by_domain(tx, "old.example") == []


async def test_a_contact_is_found_by_the_address_that_it_has_now(
    worker_pool: Pool, acme: Tenant
) -> None:
    contact = {
        "contact_id": str(uuid7()),
        "customer_id": str(uuid7()),
        "name": "Einkauf",
        "email": "einkauf@mueller.example",
        "phone": None,
    }
    moved = {**contact, "email": "bestellung@mueller.example"}

    await _deliver(worker_pool, acme, "contact.updated.v1", moved, sequence=2)
    await _deliver(worker_pool, acme, "contact.created.v1", contact, sequence=1)

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        found = await contacts.find_contact_by_email(tx, "Bestellung@mueller.example")
        assert found is not None
        assert str(found.id) == contact["contact_id"]
        assert await contacts.find_contact_by_email(tx, "einkauf@mueller.example") is None


async def test_a_customers_own_people_are_no_colleagues(worker_pool: Pool, acme: Tenant) -> None:
    portal = {
        "user_id": str(uuid7()),
        "name": "Einkauf",
        "email": "einkauf@mueller.example",
        "active": True,
        "customer_id": str(uuid7()),
    }

    await _deliver(worker_pool, acme, "user.created.v1", portal, sequence=1)

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        assert await copies.find_user_by_email(tx, "einkauf@mueller.example") is None


async def test_who_has_left_stays_gone_when_an_older_event_arrives_late(
    worker_pool: Pool, acme: Tenant
) -> None:
    user = uuid7()
    known = {
        "user_id": str(user),
        "name": "Technician",
        "email": "tech@example.com",
        "active": True,
    }
    left = {"user_id": str(user), "deactivated_at": "2026-06-30T12:00:00Z"}

    await _deliver(worker_pool, acme, "user.created.v1", known, sequence=1)
    await _deliver(worker_pool, acme, "user.deactivated.v1", left, sequence=3)
    await _deliver(worker_pool, acme, "user.updated.v1", known, sequence=2)

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        found = await copies.find_user(tx, user)
    assert found is not None
    assert not found.active
