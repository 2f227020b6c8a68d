"""Sums of the ledger, a person's day with its gaps, and what a tenant decides about time."""

from typing import Any
from uuid import UUID

import pytest

from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant
from tickets_time import a_technician, refusal, some_work, ticket_of

JUNE = "from=2026-06-01&until=2026-07-01"


async def test_a_month_is_added_up_by_day_person_and_ticket(
    desk: Api, api: Api, customer_id: UUID, acme: Tenant
) -> None:
    first, second = await ticket_of(desk, customer_id), await ticket_of(desk, customer_id)
    technician = a_technician(api, acme)
    approved = await some_work(desk, first, minutes=20)
    await some_work(technician, first, minutes=75, work_date="2026-06-05")
    await some_work(technician, second, minutes=5, work_date="2026-06-05", billable="goodwill")
    await some_work(desk, second, minutes=60, work_date="2026-07-01")
    await desk.post(f"/time-entries/{approved['id']}/approve")

    async def rows(who: Api, group: str) -> list[tuple[str, int, int, int]]:
        response = await who.get(f"/time-entries/summary?group={group}&{JUNE}")
        return [
            (row["key"], row["minutes"], row["billable_minutes"], row["open_minutes"])
            for row in response.json()["data"]["attributes"]["rows"]
        ]

    assert await rows(desk, "day") == [("2026-06-03", 20, 20, 0), ("2026-06-05", 80, 75, 80)]
    assert await rows(desk, "ticket") == [(first, 95, 95, 75), (second, 5, 0, 5)]
    assert sorted(row[1] for row in await rows(desk, "user")) == [20, 80]
    assert await rows(technician, "day") == [("2026-06-05", 80, 75, 80)]


async def test_a_summary_is_of_one_person_and_one_customer_when_asked(
    desk: Api, customer_id: UUID
) -> None:
    entry = await some_work(desk, await ticket_of(desk, customer_id))
    worker = entry["relationships"]["user"]["data"]["id"]

    async def minutes(**asked: object) -> int:
        more = "".join(f"&{name}={value}" for name, value in asked.items())
        response = await desk.get(f"/time-entries/summary?group=day&{JUNE}{more}")
        return int(response.json()["data"]["attributes"]["minutes"])

    assert await minutes(worker_id=worker, customer_id=customer_id) == 20
    assert await minutes(worker_id=uuid7()) == 0
    assert await minutes(customer_id=uuid7()) == 0


@pytest.mark.parametrize("query", ["", "group=moon", "group=day", f"group=day&{JUNE}&x=1"])
async def test_a_summary_of_nothing_in_particular_is_refused(desk: Api, query: str) -> None:
    assert (await desk.get(f"/time-entries/summary?{query}")).status_code == 400


async def test_a_day_sheet_shows_the_gaps(
    desk: Api, api: Api, customer_id: UUID, acme: Tenant
) -> None:
    ticket = await ticket_of(desk, customer_id)
    await some_work(desk, ticket, started_at="2026-06-03T08:00:00Z", minutes=60)
    late = await some_work(desk, ticket, started_at="2026-06-03T10:00:00Z", minutes=30)
    worker = late["relationships"]["user"]["data"]["id"]
    path = f"/time-entries/day-sheet?day=2026-06-03&worker_id={worker}"

    own = (await desk.get("/time-entries/day-sheet?day=2026-06-03")).json()
    others = (await a_technician(api, acme).get(path)).json()

    attributes = own["data"]["attributes"]
    assert attributes["minutes"] == 90
    assert attributes["gaps"] == [
        {"since": "2026-06-03T09:00:00Z", "until": "2026-06-03T10:00:00Z"}
    ]
    assert len(own["included"]) == 2
    assert others["data"]["attributes"]["minutes"] == 0


@pytest.mark.parametrize(
    ("query", "minutes"),
    [
        ("", 105),
        ("?scope=entry", 120),
        ("?scope=ticket_day&increment=30", 150),
        ("?mode=down", 90),
        ("?increment=60&grace=45", 60),
        ("?minimum=120", 120),
    ],
)
async def test_a_ticket_shows_what_would_be_billed(
    desk: Api, customer_id: UUID, query: str, minutes: int
) -> None:
    ticket = await ticket_of(desk, customer_id)
    for day, worked in (("03", 20), ("05", 75), ("08", 5)):
        await some_work(desk, ticket, minutes=worked, work_date=f"2026-06-{day}")
    await some_work(desk, ticket, minutes=30, billable="goodwill")

    response = await desk.get(f"/tickets/{ticket}/time-summary{query}")

    attributes = response.json()["data"]["attributes"]
    assert (attributes["minutes"], attributes["billable_minutes"]) == (130, 100)
    assert attributes["rounded_minutes"] == minutes


async def test_a_ticket_of_another_tenant_has_no_minutes(
    api: Api, desk: Api, customer_id: UUID, beta: Tenant
) -> None:
    ticket = await ticket_of(desk, customer_id)

    stranger = await a_technician(api, beta).get(f"/tickets/{ticket}/time-summary")
    odd = await desk.get(f"/tickets/{ticket}/time-summary?increment=7")

    assert stranger.status_code == 404
    assert refusal(odd) == (400, "UNKNOWN_INCREMENT")


# Kinds of work


async def _types(who: Api) -> dict[str, Any]:
    rows = (await who.get("/work-types")).json()["data"]
    return {row["attributes"]["key"]: row for row in rows}


async def test_a_tenant_starts_with_kinds_of_work_and_makes_them_its_own(
    desk: Api, customer_id: UUID
) -> None:
    before = await _types(desk)
    internal = before["internal"]

    retired = await desk.patch(f"/work-types/{internal['id']}", {"active": False})
    await desk.post("/work-types", {"key": "garden", "label": "Garten", "billable": "no_charge"})

    assert retired.json()["data"]["attributes"]["active"] is False
    assert set(await _types(desk)) == {*before, "garden"}
    ticket = await ticket_of(desk, customer_id)
    done = await some_work(desk, ticket, work_type="garden")
    assert done["attributes"]["billable"] == "no_charge"
    body = {"note": "x", "minutes": 5, "work_date": "2026-06-03", "work_type": "internal"}
    refused = await desk.post(f"/tickets/{ticket}/time-entries", body)
    assert refusal(refused) == (422, "UNKNOWN_WORK_TYPE")


async def test_a_kind_of_work_has_one_key(desk: Api) -> None:
    response = await desk.post("/work-types", {"key": "remote", "label": "Noch einmal"})

    assert refusal(response) == (409, "WORK_TYPE_EXISTS")


async def test_kinds_of_work_and_rules_are_for_who_manages_the_desk(
    api: Api, desk: Api, acme: Tenant, beta: Tenant
) -> None:
    technician, other = a_technician(api, acme), api.as_(beta.person("desk:manage:all"))
    added = await desk.post("/work-types", {"key": "garden", "label": "Garten"})
    path = f"/work-types/{added.json()['data']['id']}"
    rules = {"overlap": "warn", "approval_tiers": 2, "own_approval": False}

    assert (await technician.post("/work-types", {"key": "x", "label": "x"})).status_code == 403
    assert (await technician.put("/time-rules", rules)).status_code == 403
    assert (await other.patch(path, {"label": "x"})).status_code == 404
    stale = await desk.patch(path, {"label": "x"}, headers={"if-match": '"9"'})
    assert stale.status_code == 412


@pytest.mark.parametrize("wrong", [{"overlap": "maybe"}, {"approval_tiers": 3}, {"x": 1}])
async def test_impossible_rules_are_refused(desk: Api, wrong: dict[str, Any]) -> None:
    rules = {"overlap": "warn", "approval_tiers": 2, "own_approval": False, **wrong}

    assert (await desk.put("/time-rules", rules)).status_code in {400, 422}
