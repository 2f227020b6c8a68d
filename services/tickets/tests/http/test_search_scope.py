"""Whom a search shows what: the same rows as the lists, on either engine."""

from uuid import UUID

from psa_common.db import Pool, tenant_transaction
from psa_common.testing import Tenant, a_context
from psa_tickets.queries import copies
from tickets_builders import a_customer, a_ticket, a_user
from tickets_search import FINDING, Searching


async def test_another_tenant_finds_nothing(
    searching: Searching, customer_id: UUID, beta: Tenant
) -> None:
    await a_ticket(searching.api, customer_id, title="Geheimprojekt")
    stranger = searching.as_(beta.person(*FINDING))

    assert await searching.found("geheimprojekt") == ["Geheimprojekt"]
    assert await stranger.found("geheimprojekt") == []
    assert await stranger.found("geheimprojkt") == []
    assert await stranger.found("T-1001") == []


async def test_a_customers_person_finds_only_that_customers_public_words(
    searching: Searching,
    customer_id: UUID,
    worker_pool: Pool,
    acme: Tenant,
) -> None:
    other = await a_customer(worker_pool, acme, number="KD-10043")
    mine = await a_ticket(searching.api, customer_id, title="Drucker bei uns")
    await a_ticket(searching.api, other, title="Drucker bei anderen")
    internal = {"body": "Kennwort Rumpelstilz", "visibility": "internal"}
    await searching.api.post(f"/tickets/{mine['id']}/comments", internal)
    await searching.api.post(f"/tickets/{mine['id']}/comments", {"body": "Techniker kommt"})
    portal = searching.as_(
        acme.person(
            "ticket:view:own_customer",
            "customer:view:own_customer",
            customer_id=str(customer_id),
        )
    )

    hidden = await portal.answer("rumpelstilz")

    assert await searching.found("rumpelstilz") == ["Drucker bei uns"]
    assert (hidden["data"], hidden["meta"]["more"]) == ([], [])
    assert await portal.found("drucker") == ["Drucker bei uns"]
    assert await portal.found("techniker") == ["Drucker bei uns"]
    assert await portal.found("KD-10043") == []
    assert await portal.found("KD-10042", kind="customer") == ["Müller"]


async def test_a_note_that_was_public_is_not_found_once_it_is_internal(
    searching: Searching, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    ticket = await a_ticket(searching.api, customer_id, title="Drucker")
    said = await searching.api.post(f"/tickets/{ticket['id']}/comments", {"body": "Rumpelstilz"})
    await searching.catch_up()
    contact = acme.person("ticket:view:own_customer", customer_id=str(customer_id))
    portal = searching.as_(contact).api

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        sql = "UPDATE comments SET visibility = 'internal' WHERE id = %(id)s"
        await tx.execute(sql, id=UUID(said.json()["data"]["id"]))
    response = await portal.get("/search?q=rumpelstilz")

    assert response.json()["data"] == []


async def test_a_narrower_scope_finds_what_its_list_shows(
    searching: Searching, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    person = acme.person("ticket:view:assigned")
    colleague = await a_user(worker_pool, acme)
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        copies.keep_user(
            tx, id=person.principal.user_id, name="Me", email=None, active=True, sequence=1
        )
    for title, assignee in (("Drucker mein", person.principal.user_id), ("Drucker ihr", colleague)):
        ticket = await a_ticket(searching.api, customer_id, title=title)
        path = f"/tickets/{ticket['id']}/assignee"
        await searching.api.put(path, {"assignee_id": str(assignee)})

    assert await searching.as_(person).found("drucker") == ["Drucker mein"]
    assert len(await searching.found("drucker", kind="ticket")) == 2


async def test_kinds_that_the_caller_may_not_see_are_not_searched(
    searching: Searching, customer_id: UUID, acme: Tenant
) -> None:
    await a_ticket(searching.api, customer_id, title="Anlage bei Müller")
    narrow = searching.as_(acme.person("ticket:view:all"))

    answer = await narrow.answer("müller")

    assert [one["type"] for one in answer["data"]] == ["ticket"]
