"""Recurring tickets open by themselves: once each, whatever happens, and nobody else's."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from psa_common.db import Pool, tenant_transaction
from psa_common.testing import Api, Tenant, a_context
from psa_tickets.usecases.routines import recurring_watch
from tickets_builders import EVERYTHING, a_ticket
from tickets_routines import a_recurring, made, preview


async def outcomes(desk: Api, recurring: dict[str, Any]) -> list[str]:
    """Read what became of the dates, in their order."""
    response = await desk.get(f"/recurring-tickets/{recurring['id']}/runs?sort=run_on&limit=100")
    return [run["attributes"]["outcome"] for run in response.json()["data"]]


async def fall_due(worker_pool: Pool, tenant: Tenant, at: datetime) -> None:
    """Say that the tenant's recurring tickets were due *at* some time and not looked at since."""
    async with tenant_transaction(worker_pool, tenant.id, a_context()) as tx:
        await tx.execute(
            "UPDATE recurring_tickets SET next_at = %(at)s, next_on = %(on)s",
            at=at,
            on=at.date(),
        )


async def tickets_of(desk: Api) -> list[dict[str, Any]]:
    """List every ticket."""
    tickets: list[dict[str, Any]] = (await desk.get("/tickets?limit=100")).json()["data"]
    return tickets


async def test_at_its_time_a_ticket_opens_once_in_the_name_of_who_made_the_rule(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    recurring = await a_recurring(desk, customer_id)
    [first, second] = await preview(desk, recurring, 2)

    await recurring_watch.open_due(worker_pool, acme.id, now=first - timedelta(seconds=1))
    early = await tickets_of(desk)
    for _ in range(3):
        await recurring_watch.open_due(worker_pool, acme.id, now=first)

    assert early == []
    [ticket] = await tickets_of(desk)
    assert ticket["attributes"]["title"] == "Backup prüfen"
    made_by = recurring["relationships"]["made_by"]["data"]["id"]
    assert ticket["relationships"]["opened_by"]["data"]["id"] == made_by
    again = (await desk.get(f"/recurring-tickets/{recurring['id']}")).json()["data"]
    assert datetime.fromisoformat(again["attributes"]["next_at"]) == second
    assert again["relationships"]["last_ticket"]["data"]["id"] == ticket["id"]
    assert await outcomes(desk, recurring) == ["opened"]
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        source = await tx.fetch_value("SELECT source FROM tickets")
        actor = await tx.fetch_value(
            "SELECT actor_kind FROM audit_records WHERE action = 'ticket.opened'"
        )
    assert (source, actor) == ("recurring", "system")


async def test_two_workers_at_once_open_one_ticket(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    recurring = await a_recurring(desk, customer_id)
    [due] = await preview(desk, recurring, 1)

    await asyncio.gather(
        *(recurring_watch.open_due(worker_pool, acme.id, now=due) for _ in range(4))
    )

    assert len(await tickets_of(desk)) == 1


async def test_a_date_that_was_done_before_a_crash_is_not_done_again(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    recurring = await a_recurring(desk, customer_id, while_open="open")
    [due] = await preview(desk, recurring, 1)
    await recurring_watch.open_due(worker_pool, acme.id, now=due)
    await fall_due(worker_pool, acme, due)

    await recurring_watch.open_due(worker_pool, acme.id, now=due)

    assert len(await tickets_of(desk)) == 1


@pytest.mark.parametrize(
    ("while_open", "count", "told"),
    [("skip", 1, ["opened", "previous_open"]), ("open", 2, ["opened", "opened"])],
)
async def test_while_the_previous_one_is_open_the_rule_decides(
    desk: Api,
    customer_id: UUID,
    worker_pool: Pool,
    acme: Tenant,
    while_open: str,
    count: int,
    told: list[str],
) -> None:
    recurring = await a_recurring(desk, customer_id, while_open=while_open)

    for due in await preview(desk, recurring, 2):
        await recurring_watch.open_due(worker_pool, acme.id, now=due)

    assert len(await tickets_of(desk)) == count
    assert await outcomes(desk, recurring) == told


async def test_when_the_previous_one_is_done_the_next_opens(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    recurring = await a_recurring(desk, customer_id)
    await fall_due(worker_pool, acme, datetime.now(UTC) - timedelta(days=1))
    await recurring_watch.open_due(worker_pool, acme.id, now=datetime.now(UTC))
    [ticket] = await tickets_of(desk)
    done = await desk.put(f"/tickets/{ticket['id']}/status", {"status": "resolved"})
    [coming] = await preview(desk, recurring, 1)

    await recurring_watch.open_due(worker_pool, acme.id, now=coming)

    assert done.status_code == 200, done.text
    assert len(await tickets_of(desk)) == 2


@pytest.mark.parametrize(
    ("catch_up", "told"),
    [("latest", ["missed"] * 9 + ["opened"]), ("none", ["missed"] * 10)],
)
async def test_after_a_long_pause_at_most_one_ticket_opens(
    desk: Api,
    customer_id: UUID,
    worker_pool: Pool,
    acme: Tenant,
    catch_up: str,
    told: list[str],
) -> None:
    weekly = "FREQ=WEEKLY;BYDAY=MO"
    recurring = await a_recurring(desk, customer_id, recurrence=weekly, catch_up=catch_up)
    dates = await preview(desk, recurring, 11)

    for _ in range(2):
        late = dates[9] + timedelta(days=2)
        await recurring_watch.open_due(worker_pool, acme.id, now=late)

    assert await outcomes(desk, recurring) == told
    again = (await desk.get(f"/recurring-tickets/{recurring['id']}")).json()["data"]
    assert datetime.fromisoformat(again["attributes"]["next_at"]) == dates[10]


async def test_what_fails_says_why_and_is_tried_again_while_others_open(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    broken = await a_recurring(desk, customer_id)
    template = broken["relationships"]["template"]["data"]["id"]
    body = {"name": "Zweite", "title": "Zweite"}
    await a_recurring(desk, customer_id, name="Andere")
    other = await made(desk, "/ticket-templates", body)
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await tx.execute(
            "UPDATE recurring_tickets SET template_id = %(id)s WHERE name = 'Andere'",
            id=UUID(other["id"]),
        )
    backup = {"name": "Backup", "title": "Backup prüfen"}
    await desk.put(f"/ticket-templates/{template}", {**backup, "active": False})
    [due] = await preview(desk, broken, 1)

    await recurring_watch.open_due(worker_pool, acme.id, now=due)
    trouble = (await desk.get(f"/recurring-tickets/{broken['id']}")).json()["data"]["attributes"]
    await desk.put(f"/ticket-templates/{template}", backup)
    await recurring_watch.open_due(worker_pool, acme.id, now=due + recurring_watch.RETRY)

    assert "no ticket template" in trouble["trouble"]
    titles = sorted(one["attributes"]["title"] for one in await tickets_of(desk))
    assert titles == ["Backup prüfen", "Zweite"]
    mended = (await desk.get(f"/recurring-tickets/{broken['id']}")).json()["data"]["attributes"]
    assert mended["trouble"] is None


async def test_an_edit_does_not_lose_a_date_that_is_due_but_not_done(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    recurring = await a_recurring(desk, customer_id)
    await fall_due(worker_pool, acme, datetime.now(UTC) - timedelta(days=1))

    changed = await desk.put(
        f"/recurring-tickets/{recurring['id']}", {**recurring["body"], "name": "Anders"}
    )
    await recurring_watch.open_due(worker_pool, acme.id, now=datetime.now(UTC))

    assert changed.headers["etag"] == '"2"'
    assert len(await tickets_of(desk)) == 1


async def test_what_is_switched_off_opens_nothing(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    recurring = await a_recurring(desk, customer_id)
    path = f"/recurring-tickets/{recurring['id']}"
    [due] = await preview(desk, recurring, 1)
    await desk.put(path, {**recurring["body"], "active": False}, headers={"If-Match": '"1"'})
    stale = await desk.put(path, recurring["body"], headers={"If-Match": '"1"'})

    await recurring_watch.open_due(worker_pool, acme.id, now=due)

    assert stale.status_code == 412
    assert await tickets_of(desk) == []


async def test_others_neither_see_nor_change_it(
    api: Api, desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant, beta: Tenant
) -> None:
    recurring = await a_recurring(desk, customer_id)
    path = f"/recurring-tickets/{recurring['id']}"
    stranger = api.as_(beta.person(*EVERYTHING))
    technician = api.as_(acme.person("ticket:assign:all"))
    [due] = await preview(desk, recurring, 1)

    await recurring_watch.open_due(worker_pool, beta.id, now=due)
    strange = [
        await stranger.get(path),
        await stranger.get(f"{path}/preview"),
        await stranger.get(f"{path}/runs"),
    ]

    assert {one.status_code for one in strange} == {404}
    assert (await technician.get(path)).status_code == 200
    assert (await technician.put(path, recurring["body"])).status_code == 403
    assert (await technician.post("/recurring-tickets", recurring["body"])).status_code == 403
    assert await tickets_of(desk) == []


async def test_a_round_goes_through_every_tenant(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    await a_ticket(desk, customer_id)
    await a_recurring(desk, customer_id)
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await tx.execute(
            "INSERT INTO tenants (slug, name, time_zone, locale, currency, country, company,"
            " sequence) VALUES ('acme', 'Acme', 'Europe/Berlin', 'de', 'EUR', 'DE', '{}', 1)"
        )
    await fall_due(worker_pool, acme, datetime.now(UTC) - timedelta(days=1))

    await recurring_watch.watch(worker_pool)()

    assert len(await tickets_of(desk)) == 2
