"""/tickets/{id}/parent, /children and /family: who stands below whom, and speaking to all."""

import asyncio
from uuid import UUID

import pytest

from psa_common.db import Pool
from psa_common.testing import Api, Tenant
from tickets_builders import EVERYTHING, a_customer, a_ticket
from tickets_relations import ids_at, read, two_tickets


async def below(desk: Api, child: str, parent: str, kind: str = "subtask") -> tuple[int, str]:
    """Put a ticket below another one; return the status and the code of a refusal."""
    body = {"parent_id": parent, "kind": kind}
    response = await desk.put(f"/tickets/{child}/parent", body)
    return response.status_code, response.json().get("error", {}).get("code", "")


async def test_children_are_listed_below_their_parent_until_they_stand_for_themselves(
    desk: Api, customer_id: UUID
) -> None:
    parent, child = await two_tickets(desk, customer_id)

    assert await below(desk, child, parent) == (200, "")
    assert await ids_at(desk, f"/tickets/{parent}/children") == [child]
    cleared = await desk.delete(f"/tickets/{child}/parent")

    assert cleared.status_code == 204
    assert await ids_at(desk, f"/tickets/{parent}/children") == []


async def test_a_ticket_stands_neither_below_itself_nor_below_its_own_children(
    desk: Api, customer_id: UUID
) -> None:
    parent, child = await two_tickets(desk, customer_id)
    await below(desk, child, parent)

    assert await below(desk, parent, parent) == (422, "OWN_PARENT")
    assert await below(desk, parent, child) == (422, "OWN_PARENT")


async def test_five_levels_are_the_most(desk: Api, customer_id: UUID) -> None:
    line = [(await a_ticket(desk, customer_id))["id"] for _ in range(6)]

    answers = [await below(desk, line[i + 1], line[i]) for i in range(5)]

    assert answers == [(200, "")] * 4 + [(422, "TOO_MANY_LEVELS")]
    assert await below(desk, line[0], line[5]) == (422, "TOO_MANY_LEVELS")


async def test_only_an_incident_may_stand_below_another_customers_ticket(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    other = await a_customer(worker_pool, acme, number="KD-10043")
    parent = (await a_ticket(desk, customer_id))["id"]
    child = (await a_ticket(desk, other))["id"]

    assert await below(desk, child, parent) == (422, "FOREIGN_SUBTASK")
    assert await below(desk, child, parent, "incident") == (200, "")


async def test_two_parents_at_once_build_no_circle(desk: Api, customer_id: UUID) -> None:
    first, second = await two_tickets(desk, customer_id)

    answers = await asyncio.gather(below(desk, first, second), below(desk, second, first))

    assert sorted(answers) == [(200, ""), (422, "OWN_PARENT")]


async def test_nothing_stands_below_a_merged_ticket(desk: Api, customer_id: UUID) -> None:
    merged, target = await two_tickets(desk, customer_id)
    child = (await a_ticket(desk, customer_id))["id"]
    await desk.post(f"/tickets/{merged}/merge", {"into": target})

    assert await below(desk, child, merged) == (422, "TICKET_MERGED")


async def test_children_follow_a_merged_parent_and_come_back(desk: Api, customer_id: UUID) -> None:
    merged, target = await two_tickets(desk, customer_id)
    child = (await a_ticket(desk, customer_id))["id"]
    await below(desk, child, merged)

    await desk.post(f"/tickets/{merged}/merge", {"into": target})
    assert await ids_at(desk, f"/tickets/{target}/children") == [child]
    await desk.post(f"/tickets/{merged}/unmerge")

    assert await ids_at(desk, f"/tickets/{merged}/children") == [child]


async def test_a_parent_is_not_merged_into_its_own_child(desk: Api, customer_id: UUID) -> None:
    parent, child = await two_tickets(desk, customer_id)
    await below(desk, child, parent)

    refused = await desk.post(f"/tickets/{parent}/merge", {"into": child})

    assert refused.json()["error"]["code"] == "MERGED_INTO_OWN_DESCENDANT"


async def test_a_merge_that_would_make_the_tree_too_deep_moves_nothing(
    desk: Api, customer_id: UUID
) -> None:
    line = [(await a_ticket(desk, customer_id))["id"] for _ in range(5)]
    for i in range(4):
        await below(desk, line[i + 1], line[i])
    source = (await a_ticket(desk, customer_id))["id"]
    child = (await a_ticket(desk, customer_id))["id"]
    await below(desk, child, source)

    refused = await desk.post(f"/tickets/{source}/merge", {"into": line[4]})

    assert refused.json()["error"]["code"] == "TOO_MANY_LEVELS"
    assert await ids_at(desk, f"/tickets/{source}/children") == [child]


async def test_an_undone_merge_builds_no_circle(desk: Api, customer_id: UUID) -> None:
    grandparent = (await a_ticket(desk, customer_id))["id"]
    source, target = await two_tickets(desk, customer_id)
    child = (await a_ticket(desk, customer_id))["id"]
    await below(desk, source, grandparent)
    await below(desk, child, source)
    await desk.post(f"/tickets/{source}/merge", {"into": target})
    assert await below(desk, grandparent, child) == (200, "")

    refused = await desk.post(f"/tickets/{source}/unmerge")

    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "UNMERGE_IMPOSSIBLE")
    assert await ids_at(desk, f"/tickets/{target}/children") == [child]


async def test_the_same_is_said_on_every_child_but_the_merged_ones(
    desk: Api, customer_id: UUID
) -> None:
    parent, first = await two_tickets(desk, customer_id)
    second, merged = await two_tickets(desk, customer_id)
    for child in (first, second, merged):
        await below(desk, child, parent)
    await desk.post(f"/tickets/{merged}/merge", {"into": first})

    told = await desk.post(f"/tickets/{parent}/children/comments", {"body": "Behoben."})

    assert told.status_code == 201, told.text
    assert told.json()["data"]["attributes"]["changed"] == 2
    for ticket, count in ((parent, 0), (first, 1), (second, 1)):
        assert len(await ids_at(desk, f"/tickets/{ticket}/comments")) == count


async def test_a_parent_ends_after_its_children_and_closes_them_only_when_asked(
    desk: Api, customer_id: UUID
) -> None:
    parent, child = await two_tickets(desk, customer_id)
    await below(desk, child, parent)

    early = await desk.put(f"/tickets/{parent}/status", {"status": "resolved"})
    await desk.put(f"/tickets/{child}/status", {"status": "resolved"})
    await desk.put(f"/tickets/{parent}/status", {"status": "resolved"})
    assert early.json()["error"]["code"] == "CLOSE_RULE_FAILED"
    assert (await read(desk, child))["status"] == "resolved"
    closed = await desk.put(f"/tickets/{parent}/family/status", {"status": "closed"})

    assert closed.json()["data"]["attributes"]["changed"] == 2, closed.text
    assert (await read(desk, child))["status"] == "closed"
    assert (await read(desk, parent))["status"] == "closed"


async def test_a_customers_person_sees_no_child_of_another_customer(
    api: Api, desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    other = await a_customer(worker_pool, acme, number="KD-10043")
    parent = (await a_ticket(desk, customer_id))["id"]
    theirs = (await a_ticket(desk, other))["id"]
    await below(desk, theirs, parent, "incident")
    contact = api.as_(acme.person("ticket:view:own_customer", customer_id=str(customer_id)))

    assert await ids_at(contact, f"/tickets/{parent}/children") == []


@pytest.mark.parametrize("foreign", ["child", "parent"])
async def test_another_tenants_ticket_is_no_relative(
    api: Api, desk: Api, customer_id: UUID, beta: Tenant, worker_pool: Pool, foreign: str
) -> None:
    ours = (await a_ticket(desk, customer_id))["id"]
    stranger = api.as_(beta.person(*EVERYTHING))
    theirs = (await a_ticket(stranger, await a_customer(worker_pool, beta)))["id"]
    child, parent = (ours, theirs) if foreign == "child" else (theirs, ours)

    assert (await below(stranger, child, parent))[0] == 404
    said = await stranger.post(f"/tickets/{ours}/children/comments", {"body": "x"})
    assert said.status_code == 404
