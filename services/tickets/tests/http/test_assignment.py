"""Automatic assignment over HTTP: agents, absences, leads, rules, and why somebody was chosen."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from psa_common.db import Pool, Tx, tenant_transaction
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant, a_context
from psa_events.testing import published
from tickets_builders import EVERYTHING, a_ticket, a_user
from tickets_routines import a_rule, an_agent, away, owner_of

NOW = datetime.now(UTC)


async def explained(desk: Api, ticket: dict[str, Any]) -> dict[str, Any]:
    """Read why the rules decided as they did."""
    response = await desk.get(f"/tickets/{ticket['id']}/assignment")
    assert response.status_code == 200, response.text
    attributes: dict[str, Any] = response.json()["data"]["attributes"]
    return attributes


async def test_a_new_ticket_goes_to_whose_turn_it_is_and_says_why(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    agents = {await an_agent(desk, worker_pool, acme) for _ in range(2)}
    await a_rule(desk)

    first = await a_ticket(desk, customer_id)
    second = await a_ticket(desk, customer_id)

    assert {owner_of(first), owner_of(second)} == agents
    assert first["attributes"]["status"] == "assigned"
    assert "turn" in (await explained(desk, first))["reason"]
    types = [event.type for event in await published(worker_pool, acme.id)]
    assert types == ["ticket.created.v1", "ticket.assigned.v1"] * 2


async def test_tickets_opened_at_once_never_share_a_turn(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    agents = {await an_agent(desk, worker_pool, acme) for _ in range(4)}
    await a_rule(desk)

    opened = await asyncio.gather(*(a_ticket(desk, customer_id) for _ in range(8)))

    assert Counter(owner_of(ticket) for ticket in opened) == dict.fromkeys(agents, 2)


async def test_tickets_reassigned_at_once_never_share_a_turn(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    waiting = [await a_ticket(desk, customer_id) for _ in range(6)]
    agents = {await an_agent(desk, worker_pool, acme) for _ in range(3)}
    await a_rule(desk)

    await asyncio.gather(*(desk.post(f"/tickets/{one['id']}/auto-assign") for one in waiting))

    owners = [(await desk.get(f"/tickets/{one['id']}")).json()["data"] for one in waiting]
    assert Counter(owner_of(one) for one in owners) == dict.fromkeys(agents, 2)


async def test_who_is_away_is_skipped_and_named(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    absent = await an_agent(desk, worker_pool, acme)
    present = await an_agent(desk, worker_pool, acme)
    await desk.post(f"/agents/{absent}/absences", away(days=7))
    await a_rule(desk)

    ticket = await a_ticket(desk, customer_id)

    assert owner_of(ticket) == present
    [skipped] = (await explained(desk, ticket))["skipped"]
    assert (skipped["agent_id"], skipped["why"]) == (str(absent), "absent")


async def test_when_nobody_is_available_the_ticket_waits_and_says_why(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    await an_agent(desk, worker_pool, acme, max_open=1)
    await a_rule(desk, strategy="load")
    await a_ticket(desk, customer_id)

    waiting = await a_ticket(desk, customer_id)

    assert owner_of(waiting) is None
    assert waiting["attributes"]["status"] == "new"
    why = await explained(desk, waiting)
    assert "waits unassigned" in why["reason"]
    assert [one["why"] for one in why["skipped"]] == ["full"]


async def test_load_counts_unfinished_tickets_by_weight(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    busy = await an_agent(desk, worker_pool, acme)
    done = await an_agent(desk, worker_pool, acme)
    for agent, status in ((busy, None), (done, "resolved"), (done, "resolved")):
        path = f"/tickets/{(await a_ticket(desk, customer_id, priority='P1'))['id']}"
        await desk.put(f"{path}/assignee", {"assignee_id": str(agent)})
        if status:
            await desk.put(f"{path}/status", {"status": status})
    await a_rule(desk, strategy="load")

    ticket = await a_ticket(desk, customer_id)

    assert owner_of(ticket) == done
    loads = {one["agent_id"]: one["load"] for one in (await explained(desk, ticket))["considered"]}
    assert loads == {str(busy): 4, str(done): 0}


async def test_skills_decide_before_load(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    await an_agent(desk, worker_pool, acme, skills={"firewall": 2})
    expert = await an_agent(desk, worker_pool, acme, skills={"firewall": 4})
    await a_rule(desk, strategy="skill", required_skills={"firewall": 3})

    tickets = [await a_ticket(desk, customer_id) for _ in range(2)]

    assert [owner_of(one) for one in tickets] == [expert, expert]


async def test_the_lead_technician_gets_the_customers_tickets_while_present(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    lead = await an_agent(desk, worker_pool, acme)
    other = await an_agent(desk, worker_pool, acme)
    named = await desk.put(f"/customer-technicians/{customer_id}", {"agent_id": str(lead)})
    await a_rule(desk, strategy="customer_affinity", otherwise="load")
    theirs = [await a_ticket(desk, customer_id) for _ in range(2)]
    noted = await desk.post(f"/agents/{lead}/absences", away(hours=8))

    while_away = await a_ticket(desk, customer_id)
    absence = noted.json()["data"]["id"]
    assert (await desk.delete(f"/agents/{lead}/absences/{absence}")).status_code == 204
    again = await a_ticket(desk, customer_id)

    assert named.status_code == 200
    assert [owner_of(one) for one in theirs] == [lead, lead]
    assert owner_of(while_away) == other
    assert owner_of(again) == lead


async def test_rules_are_tried_in_order_and_inactive_ones_never(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    await an_agent(desk, worker_pool, acme)
    body = {"name": "Änderungen", "position": 1, "strategy": "manual", "ticket_type": "change"}
    manual = await a_rule(desk, **body)
    await a_rule(desk, name="Rest", position=2)

    change = await a_ticket(desk, customer_id, type="change")
    incident = await a_ticket(desk, customer_id)
    await desk.put(f"/assignment-rules/{manual['id']}", {**body, "active": False})
    later = await a_ticket(desk, customer_id, type="change")

    assert owner_of(change) is None
    assert "people" in (await explained(desk, change))["reason"]
    assert owner_of(incident) is not None
    assert owner_of(later) is not None


async def test_without_rules_nothing_is_decided_or_kept(desk: Api, customer_id: UUID) -> None:
    ticket = await a_ticket(desk, customer_id)

    assert owner_of(ticket) is None
    assert (await desk.get(f"/tickets/{ticket['id']}/assignment")).status_code == 404
    chosen = await desk.post(f"/tickets/{ticket['id']}/auto-assign")
    assert chosen.json()["data"]["attributes"]["reason"].startswith("No assignment rule")


async def test_without_rules_opening_a_ticket_takes_as_many_round_trips_as_before(
    desk: Api, customer_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = 0
    run = Tx._run  # pyright: ignore[reportPrivateUsage]

    async def counting(self: Tx, statement: Any) -> Any:
        nonlocal sent
        sent += 1
        return await run(self, statement)

    monkeypatch.setattr(Tx, "_run", counting)
    await a_ticket(desk, customer_id)

    assert sent == 3


async def test_a_ticket_keeps_its_owner_when_the_rules_choose_nobody(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    ticket = await a_ticket(desk, customer_id)
    owner = await a_user(worker_pool, acme)
    await desk.put(f"/tickets/{ticket['id']}/assignee", {"assignee_id": str(owner)})
    await a_rule(desk)

    await desk.post(f"/tickets/{ticket['id']}/auto-assign")

    assert owner_of((await desk.get(f"/tickets/{ticket['id']}")).json()["data"]) == owner


async def test_the_users_of_other_tenants_are_no_candidates(
    desk: Api, api: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant, beta: Tenant
) -> None:
    stranger = api.as_(beta.person(*EVERYTHING))
    theirs = await an_agent(stranger, worker_pool, beta)
    await a_rule(desk)

    ticket = await a_ticket(desk, customer_id)

    assert owner_of(ticket) is None
    assert (await explained(desk, ticket))["skipped"] == []
    assert (await desk.get(f"/agents/{theirs}")).status_code == 404
    assert (await desk.put(f"/agents/{theirs}", {})).json()["error"]["code"] == "UNKNOWN_USER"


async def test_who_has_left_is_skipped(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    gone = await an_agent(desk, worker_pool, acme)
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await tx.execute("UPDATE users SET active = false WHERE id = %(id)s", id=gone)
    await a_rule(desk)

    ticket = await a_ticket(desk, customer_id)

    assert owner_of(ticket) is None
    assert [one["why"] for one in (await explained(desk, ticket))["skipped"]] == ["inactive"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"strategy": "skill"}, "SKILLS_NOT_NAMED"),
        ({"strategy": "load", "otherwise": "manual"}, "FALLBACK_MISMATCH"),
    ],
)
async def test_rules_that_cannot_work_are_refused(
    desk: Api, body: dict[str, Any], code: str
) -> None:
    response = await desk.post("/assignment-rules", {"name": "X", "position": 1, **body})

    assert (response.status_code, response.json()["error"]["code"]) == (400, code)


async def test_another_tenant_and_customers_people_see_none_of_it(
    api: Api, desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant, beta: Tenant
) -> None:
    agent = await an_agent(desk, worker_pool, acme)
    rule = await a_rule(desk)
    ticket = await a_ticket(desk, customer_id)
    stranger = api.as_(beta.person(*EVERYTHING))
    contact = api.as_(acme.person("ticket:view:own_customer", customer_id=str(customer_id)))

    answers = [
        await stranger.get(f"/agents/{agent}"),
        await stranger.get(f"/agents/{agent}/absences"),
        await stranger.post(f"/agents/{agent}/absences", away(days=1)),
        await stranger.delete(f"/agents/{agent}/absences/{uuid7()}"),
        await stranger.put(f"/customer-technicians/{customer_id}", {"agent_id": str(agent)}),
        await stranger.get(f"/assignment-rules/{rule['id']}"),
        await stranger.put(
            f"/assignment-rules/{rule['id']}", {"name": "x", "position": 1, "strategy": "load"}
        ),
        await stranger.post(f"/tickets/{ticket['id']}/auto-assign"),
        await stranger.get(f"/tickets/{ticket['id']}/assignment"),
    ]

    assert {one.status_code for one in answers} == {404}
    assert (await contact.get(f"/tickets/{ticket['id']}/assignment")).status_code == 403
