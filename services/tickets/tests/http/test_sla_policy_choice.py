"""Whose policy a ticket gets, through the API: from its own override to the tenant's default."""

from typing import Any
from uuid import UUID

import pytest

from psa_common.db import Pool, tenant_transaction
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant, a_context
from tickets_builders import EVERYTHING, a_customer, a_ticket
from tickets_sla_api import a_named_policy, clock, give, report

PUT_SUBJECTS = """
    WITH queue AS (
        INSERT INTO queues (id, name, created_at)
        VALUES (%(queue)s, 'Service Desk', now())
    ), location AS (
        INSERT INTO locations (id, customer_id, name, sequence)
        VALUES (%(location)s, %(customer)s, 'Werk 2', 1)
    )
    INSERT INTO contracts (id, customer_id, number, title, valid_from, sequence)
    VALUES (%(contract)s, %(customer)s, 'V-2026-007', 'Managed', '2026-01-01', 1)
"""
CIRCUMSTANCES = """
    UPDATE tickets
       SET contract_id = %(contract)s,
           location_id = %(location)s,
           queue_id = %(queue)s
     WHERE id = %(ticket)s
"""


async def _subjects(worker_pool: Pool, acme: Tenant, customer_id: UUID) -> dict[str, UUID]:
    """Let the desk know a contract, a location and a queue."""
    ids = {
        "customer": customer_id,
        "contract": uuid7(),
        "location": uuid7(),
        "queue": uuid7(),
    }
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await tx.execute(PUT_SUBJECTS, **ids)
    return ids


async def _chosen(desk: Api, ticket: str) -> tuple[str | None, str]:
    found = await report(desk, ticket)
    return found["policy"] and found["policy"]["name"], found["reason"]


async def test_the_default_holds_where_nobody_else_has_a_say(desk: Api, customer_id: UUID) -> None:
    await a_named_policy(desk, "Standard", is_default=True)

    ticket = await a_ticket(desk, customer_id, priority="P2")

    assert await _chosen(desk, ticket["id"]) == ("Standard", "policy of the tenant")


async def test_a_customers_policy_is_stronger_than_the_default(
    desk: Api, customer_id: UUID
) -> None:
    await a_named_policy(desk, "Standard", is_default=True)
    await give(desk, "customer", customer_id, await a_named_policy(desk, "Gold"))

    ticket = await a_ticket(desk, customer_id, priority="P2")

    found = await report(desk, ticket["id"])
    assert found["policy"]["name"] == "Gold"
    assert (found["policy"]["chosen_for"], found["policy"]["version"]) == ("customer", 1)


async def test_explicitly_none_is_a_choice(desk: Api, customer_id: UUID) -> None:
    await a_named_policy(desk, "Standard", is_default=True)
    await give(desk, "customer", customer_id, None)

    ticket = await a_ticket(desk, customer_id, priority="P2")

    assert await _chosen(desk, ticket["id"]) == (None, "no promise to this customer")
    assert (await clock(desk, ticket["id"]))["state"] == "idle"


async def test_without_its_assignment_a_customer_has_the_default_again(
    desk: Api, customer_id: UUID
) -> None:
    await a_named_policy(desk, "Standard", is_default=True)
    await give(desk, "customer", customer_id, None)
    gone = await desk.delete(f"/sla-assignments/customer/{customer_id}")
    again = await desk.delete(f"/sla-assignments/customer/{customer_id}")

    ticket = await a_ticket(desk, customer_id, priority="P2")

    assert (gone.status_code, again.status_code) == (204, 404)
    assert await _chosen(desk, ticket["id"]) == ("Standard", "policy of the tenant")


async def test_the_most_special_has_the_say_when_circumstances_change(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    subjects = await _subjects(worker_pool, acme, customer_id)
    await a_named_policy(desk, "Standard", is_default=True)
    for source, subject in subjects.items():
        policy = await a_named_policy(desk, source, targets={"P1": {"resolution_minutes": 60}})
        await give(desk, source, subject, policy)
    ticket = (await a_ticket(desk, customer_id, priority="P2"))["id"]
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await tx.execute(CIRCUMSTANCES, ticket=ticket, **subjects)

    for strongest in ("contract", "location", "customer", "queue"):
        await desk.patch(f"/tickets/{ticket}", {"priority": "P1"})
        changed = await report(desk, ticket)
        await desk.patch(f"/tickets/{ticket}", {"priority": "P2"})
        await desk.delete(f"/sla-assignments/{strongest}/{subjects[strongest]}")

        assert changed["policy"]["name"] == strongest
        assert changed["policy"]["chosen_for"] == strongest


async def test_an_override_holds_for_one_ticket_at_once_until_it_is_ended(
    desk: Api, customer_id: UUID
) -> None:
    await a_named_policy(desk, "Standard", is_default=True)
    gold = await a_named_policy(desk, "Gold", targets={"P2": {"resolution_minutes": 60}})
    ticket = (await a_ticket(desk, customer_id, priority="P2"))["id"]
    path = f"/tickets/{ticket}/sla-policy"

    given = await desk.put(path, {"policy_id": gold, "reason": "Geschäftsführer ruft an"})
    overridden = await report(desk, ticket)
    ended = await desk.delete(path)
    back = await report(desk, ticket)
    again = await desk.delete(path)

    assert (given.status_code, ended.status_code, again.status_code) == (200, 200, 404)
    assert overridden["policy"]["chosen_for"] == "ticket"
    assert overridden["reason"] == "policy of the ticket: Geschäftsführer ruft an"
    assert overridden["resolution"]["budget_minutes"] == 60
    assert (back["policy"]["name"], back["resolution"]["budget_minutes"]) == ("Standard", 480)


async def test_an_override_with_none_ends_the_promise_and_not_a_breach(
    desk: Api, customer_id: UUID
) -> None:
    await a_named_policy(desk, "Standard", is_default=True)
    old = "2026-06-03T16:30:00+02:00"
    ticket = (await a_ticket(desk, customer_id, priority="P2", occurred_at=old))["id"]

    await desk.put(f"/tickets/{ticket}/sla-policy", {"policy_id": None, "reason": "Kulanz"})
    await desk.put(f"/tickets/{ticket}/status", {"status": "resolved"})

    resolution = await clock(desk, ticket)
    assert (resolution["state"], resolution["budget_minutes"]) == ("missed", 480)


async def test_an_import_is_not_evaluated_whatever_changes_later(
    desk: Api, customer_id: UUID
) -> None:
    await a_named_policy(desk, "Standard", is_default=True)
    opened = await a_ticket(desk, customer_id, priority="P2", sla_evaluated=False)

    await desk.patch(f"/tickets/{opened['id']}", {"priority": "P1"})
    await desk.post(f"/tickets/{opened['id']}/comments", {"body": "Hallo"})

    assert await _chosen(desk, opened["id"]) == (None, "not evaluated")
    ticket = await desk.get(f"/tickets/{opened['id']}")
    assert ticket.json()["data"]["attributes"]["first_response_at"] is not None


async def test_only_who_may_override_opens_a_ticket_that_is_not_evaluated(
    api: Api, acme: Tenant, customer_id: UUID
) -> None:
    clerk = api.as_(acme.person("ticket:create:all"))
    body = {"title": "Alt", "customer_id": str(customer_id), "sla_evaluated": False}

    response = await clerk.post("/tickets", body)

    assert response.status_code == 403
    assert response.json()["error"]["code"] == "OVERRIDE_FORBIDDEN"


async def test_a_policy_for_an_unknown_customer_is_refused(desk: Api) -> None:
    gold = await a_named_policy(desk, "Gold")

    response = await desk.put(f"/sla-assignments/customer/{uuid7()}", {"policy_id": gold})

    assert response.status_code == 404


@pytest.mark.parametrize("source", ["ticket", "tenant", "printer"])
async def test_only_contract_location_customer_and_queue_are_given_policies(
    desk: Api, customer_id: UUID, source: str
) -> None:
    path = f"/sla-assignments/{source}/{customer_id}"

    assert (await desk.put(path, {"policy_id": None})).status_code == 404
    assert (await desk.delete(path)).status_code == 404


async def test_an_unknown_policy_is_refused(desk: Api, customer_id: UUID) -> None:
    path = f"/sla-assignments/customer/{customer_id}"

    response = await desk.put(path, {"policy_id": str(uuid7())})

    assert response.status_code == 404


async def test_who_has_which_policy_is_a_list_without_single_tickets(
    desk: Api, customer_id: UUID
) -> None:
    gold = await a_named_policy(desk, "Gold")
    await give(desk, "customer", customer_id, gold)
    ticket = (await a_ticket(desk, customer_id))["id"]
    await desk.put(f"/tickets/{ticket}/sla-policy", {"policy_id": gold, "reason": "einmal"})

    listed = (await desk.get(f"/sla-assignments?policy_id={gold}")).json()["data"]

    [assignment] = listed
    assert assignment["relationships"]["subject"]["data"] == {
        "type": "customer",
        "id": str(customer_id),
    }


async def test_another_tenants_policies_and_tickets_are_not_there(
    desk: Api, api: Api, beta: Tenant, customer_id: UUID, worker_pool: Pool
) -> None:
    gold = await a_named_policy(desk, "Gold")
    ticket = (await a_ticket(desk, customer_id))["id"]
    stranger = api.as_(beta.person(*EVERYTHING))
    theirs = await a_customer(worker_pool, beta)
    none = {"policy_id": None, "reason": "x"}

    answers = [
        await stranger.put(f"/sla-assignments/customer/{customer_id}", none),
        await stranger.put(f"/sla-assignments/customer/{theirs}", {"policy_id": gold}),
        await stranger.put(f"/tickets/{ticket}/sla-policy", none),
        await stranger.delete(f"/tickets/{ticket}/sla-policy"),
        await stranger.get(f"/tickets/{ticket}/sla"),
    ]

    assert [one.status_code for one in answers] == [404] * len(answers)


async def test_without_the_permission_nobody_chooses(
    api: Api, acme: Tenant, desk: Api, customer_id: UUID
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    nobody = api.as_(acme.person("ticket:update:all", "sla:view:all"))
    none: dict[str, Any] = {"policy_id": None, "reason": "x"}

    answers = [
        await nobody.put(f"/sla-assignments/customer/{customer_id}", none),
        await nobody.delete(f"/sla-assignments/customer/{customer_id}"),
        await nobody.put(f"/tickets/{ticket}/sla-policy", none),
        await nobody.delete(f"/tickets/{ticket}/sla-policy"),
    ]

    assert [one.status_code for one in answers] == [403] * len(answers)


async def test_an_overrider_changes_only_tickets_in_reach(
    api: Api, acme: Tenant, desk: Api, customer_id: UUID
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    narrow = api.as_(acme.person("ticket:update:assigned", "sla:override:all"))

    response = await narrow.put(f"/tickets/{ticket}/sla-policy", {"policy_id": None, "reason": "x"})

    assert response.status_code == 404
