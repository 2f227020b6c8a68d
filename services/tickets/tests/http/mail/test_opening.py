"""A mail becomes a ticket: whose it is, and that the same mail never opens two."""

from typing import Any
from uuid import UUID

from psa_common.db import Pool, tenant_transaction
from psa_common.testing import Api, Tenant, a_context
from psa_events.testing import published
from psa_tickets.queries import contacts
from tickets_builders import a_customer
from tickets_mail import (
    ERIKA,
    a_mailbox,
    an_eml,
    push,
)

VOUCHED = {"authentication_results": "mx.msp.example; dmarc=pass header.from=msp.example"}


async def _ticket(desk: Api, mail: dict[str, Any]) -> dict[str, Any]:
    attributes: dict[str, Any] = (await desk.get(f"/tickets/{mail['ticket_id']}")).json()["data"]
    return attributes


async def _domain(pool: Pool, tenant: Tenant, customer_id: UUID) -> None:
    async with tenant_transaction(pool, tenant.id, a_context()) as tx:
        contacts.keep_mail_domains(tx, customer_id, ["mueller.example"])


async def test_a_contacts_mail_opens_a_ticket_of_their_customer(
    desk: Api, acme: Tenant, worker_pool: Pool, customer_id: UUID, contact_id: UUID
) -> None:
    mailbox = await a_mailbox(desk, priority="P2")

    mail = await push(desk, mailbox, an_eml(subject="AW: Drucker druckt nicht"))

    assert (mail["state"], mail["contact_id"]) == ("opened", str(contact_id))
    ticket = (await _ticket(desk, mail))["attributes"]
    assert (ticket["title"], ticket["priority"]) == ("Drucker druckt nicht", "P2")
    assert "der Drucker im Einkauf" in ticket["description"]
    [event] = await published(worker_pool, acme.id)
    assert (event.type, event.data["customer_id"]) == ("ticket.created.v1", str(customer_id))


async def test_somebody_of_a_customers_domain_opens_one_without_being_a_contact(
    desk: Api, acme: Tenant, worker_pool: Pool, customer_id: UUID
) -> None:
    await _domain(worker_pool, acme, customer_id)

    mail = await push(desk, await a_mailbox(desk), an_eml())

    assert (mail["state"], mail["contact_id"], mail["sender"]) == ("opened", None, ERIKA)


async def test_a_domain_of_two_customers_decides_nothing(
    desk: Api, acme: Tenant, worker_pool: Pool, customer_id: UUID
) -> None:
    await _domain(worker_pool, acme, customer_id)
    await _domain(worker_pool, acme, await a_customer(worker_pool, acme, number="KD-2"))

    assert (await push(desk, await a_mailbox(desk), an_eml()))["state"] == "parked"


async def test_a_strangers_mail_waits_for_somebody_unless_the_mailbox_has_a_default_customer(
    desk: Api, customer_id: UUID
) -> None:
    strict = await a_mailbox(desk)
    open_ = await a_mailbox(desk, default_customer_id=str(customer_id))

    assert (await push(desk, strict, an_eml()))["state"] == "parked"
    assert (await push(desk, open_, an_eml()))["state"] == "opened"


async def test_the_same_mail_twice_is_one_ticket(desk: Api, contact_id: UUID) -> None:
    mailbox = await a_mailbox(desk)

    first = await push(desk, mailbox, an_eml())
    again = await push(desk, mailbox, an_eml())

    assert again["id"] == first["id"]
    assert len((await desk.get("/tickets")).json()["data"]) == 1


async def test_a_reused_message_id_with_other_words_is_another_mail(
    desk: Api, contact_id: UUID
) -> None:
    mailbox = await a_mailbox(desk)

    first = await push(desk, mailbox, an_eml())
    other = await push(desk, mailbox, an_eml(body="Etwas anderes."))

    assert first["id"] != other["id"]
    assert other["ticket_id"] != first["ticket_id"]


async def test_without_a_message_id_the_hash_decides(desk: Api, contact_id: UUID) -> None:
    mailbox = await a_mailbox(desk)

    first = await push(desk, mailbox, an_eml(message_id=None))
    again = await push(desk, mailbox, an_eml(message_id=None))
    other = await push(desk, mailbox, an_eml(message_id=None, body="Etwas anderes."))

    assert again["id"] == first["id"]
    assert other["id"] != first["id"]
