"""/tickets/{id}/history: for colleagues everything, for a customer's people public facts only."""

from uuid import UUID

from psa_common.testing import Api, Tenant
from tickets_builders import EVERYTHING, a_ticket
from tickets_relations import said_on


async def test_colleagues_read_who_changed_what_newest_first(desk: Api, customer_id: UUID) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    await desk.patch(f"/tickets/{ticket}", {"title": "Neu"})
    await desk.put(f"/tickets/{ticket}/status", {"status": "in_progress"})

    first = (await desk.get(f"/tickets/{ticket}/history?limit=1")).json()
    happened = (await desk.get(f"/tickets/{ticket}/history")).json()["data"]

    assert [one["attributes"]["action"] for one in happened] == [
        "ticket.changed",
        "ticket.changed",
        "ticket.opened",
    ]
    newest = happened[0]["attributes"]
    assert newest["actor_name"] == "Service Manager"
    assert {"field": "status", "previous": "new", "current": "in_progress"} in newest["changes"]
    assert first["data"] == happened[:1]
    assert first["links"]["next"]


async def test_a_customers_person_reads_public_facts_and_nothing_else(
    api: Api, desk: Api, customer_id: UUID, acme: Tenant
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    await said_on(desk, ticket, "GEHEIM", visibility="internal")
    await said_on(desk, ticket, "öffentlich")
    await desk.post(f"/tickets/{ticket}/watchers", {"email": "heimlich@example.com"})
    await desk.put(f"/tickets/{ticket}/assignee", {"assignee_id": None})
    await desk.put(f"/tickets/{ticket}/status", {"status": "in_progress"})
    contact = api.as_(acme.person("ticket:view:own_customer", customer_id=str(customer_id)))

    answer = await contact.get(f"/tickets/{ticket}/history")

    happened = [one["attributes"] for one in answer.json()["data"]]
    assert [one["action"] for one in happened] == [
        "ticket.changed",
        "ticket.commented",
        "ticket.opened",
    ]
    assert happened[0]["changes"] == [
        {"field": "status", "previous": "new", "current": "in_progress"}
    ]
    for hidden in ("GEHEIM", "heimlich", "internal", "127.0.0.1"):
        assert hidden not in answer.text


async def test_another_tenant_reads_no_history(
    api: Api, desk: Api, customer_id: UUID, beta: Tenant
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]

    assert (
        await api.as_(beta.person(*EVERYTHING)).get(f"/tickets/{ticket}/history")
    ).status_code == 404
