"""Policies and calendars change in versions, and clocks that run keep theirs until told."""

from typing import Any
from uuid import UUID

import pytest

from psa_common.db import Pool, tenant_transaction
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant, a_context
from psa_tickets.usecases import sla_reapplying
from tickets_builders import EVERYTHING, a_ticket, a_user
from tickets_sla_api import P2, a_calendar, a_named_policy, clock, give, report

HALF = {"P2": {"response_minutes": 30, "resolution_minutes": 240}}


async def _apply(worker_pool: Pool, tenant: Tenant) -> None:
    """Let the worker go on until nothing is left."""
    while True:
        async with tenant_transaction(worker_pool, tenant.id, a_context()) as tx:
            if not await sla_reapplying.go_on(tx):
                return


async def test_a_changed_policy_is_a_new_version_and_the_old_one_is_kept(desk: Api) -> None:
    policy = await a_named_policy(desk, "Gold")

    changed = await desk.patch(f"/sla-policies/{policy}", {"targets": HALF})
    listed = (await desk.get(f"/sla-policies/{policy}/versions")).json()["data"]

    assert changed.headers["etag"] == '"2"'
    assert [one["attributes"]["version"] for one in listed] == [2, 1]
    minutes = [one["attributes"]["targets"]["P2"]["resolution_minutes"] for one in listed]
    assert minutes == [240, 480]


async def test_yielding_the_default_is_a_version_too(desk: Api) -> None:
    first = await a_named_policy(desk, "Standard", is_default=True)

    second = await a_named_policy(desk, "Neuer Standard", is_default=True)

    versions = (await desk.get(f"/sla-policies/{first}/versions")).json()["data"]
    assert [one["attributes"]["is_default"] for one in versions] == [False, True]
    read = await desk.get(f"/sla-policies/{second}")
    assert read.json()["data"]["attributes"]["is_default"] is True


async def test_running_clocks_keep_their_version_also_when_the_priority_changes(
    desk: Api, customer_id: UUID
) -> None:
    policy = await a_named_policy(
        desk, "Standard", is_default=True, targets={"P1": {"resolution_minutes": 60}, "P2": P2}
    )
    old = (await a_ticket(desk, customer_id, priority="P2"))["id"]
    await desk.patch(
        f"/sla-policies/{policy}", {"targets": {**HALF, "P1": {"resolution_minutes": 6}}}
    )
    new = (await a_ticket(desk, customer_id, priority="P2"))["id"]

    await desk.patch(f"/tickets/{old}", {"priority": "P1"})

    assert (await clock(desk, old))["budget_minutes"] == 60
    assert (await clock(desk, new))["budget_minutes"] == 240
    assert (await report(desk, old))["policy"]["version"] == 1
    assert (await report(desk, new))["policy"]["version"] == 2


async def test_a_changed_calendar_moves_no_running_clock(desk: Api, customer_id: UUID) -> None:
    calendar = await a_calendar(desk)
    await a_named_policy(desk, "Standard", is_default=True, calendar_id=calendar)
    old = (await a_ticket(desk, customer_id, priority="P2"))["id"]
    before = await clock(desk, old)

    changed = await desk.patch(f"/calendars/{calendar}", {"always_open": True})
    new = (await a_ticket(desk, customer_id, priority="P2"))["id"]

    assert changed.json()["data"]["attributes"]["always_open"] is True
    assert changed.json()["data"]["attributes"]["holidays"]["subdivision"] == "NW"
    assert (await clock(desk, old))["due_at"] == before["due_at"]
    assert (await report(desk, old))["policy"]["calendar_version"] == 1
    assert (await report(desk, new))["policy"]["calendar_version"] == 2
    versions = (await desk.get(f"/calendars/{calendar}/versions")).json()["data"]
    assert [one["attributes"]["definition"]["always_open"] for one in versions] == [True, False]


async def test_a_policy_applied_again_gives_running_clocks_its_newest_version(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    policy = await a_named_policy(desk, "Standard", is_default=True)
    running = (await a_ticket(desk, customer_id, priority="P2"))["id"]
    closed = (await a_ticket(desk, customer_id, priority="P2"))["id"]
    await desk.put(f"/tickets/{closed}/status", {"status": "resolved"})
    await desk.put(f"/tickets/{closed}/status", {"status": "closed"})
    await desk.patch(f"/sla-policies/{policy}", {"targets": HALF})
    new = (await a_ticket(desk, customer_id, priority="P2"))["id"]

    wanted = await desk.post(f"/sla-policies/{policy}/re-apply", {"reason": "neuer Vertrag"})
    await _apply(worker_pool, acme)

    path = f"/sla-policies/{policy}/re-applications/{wanted.json()['data']['id']}"
    done = (await desk.get(path)).json()["data"]["attributes"]
    assert (wanted.status_code, done["changed"], done["unchanged"]) == (202, 1, 1)
    assert done["finished_at"] is not None
    assert (await clock(desk, running))["budget_minutes"] == 240
    assert (await report(desk, running))["reason"] == "applied again: neuer Vertrag"
    assert (await report(desk, closed))["policy"]["version"] == 1
    assert (await report(desk, new))["policy"]["version"] == 2


async def test_a_policy_is_applied_again_slice_by_slice(
    desk: Api,
    customer_id: UUID,
    worker_pool: Pool,
    acme: Tenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sla_reapplying, "SLICE", 2)
    policy = await a_named_policy(desk, "Standard", is_default=True)
    for _ in range(5):
        await a_ticket(desk, customer_id, priority="P2")
    await desk.patch(f"/sla-policies/{policy}", {"targets": HALF})

    wanted = await desk.post(f"/sla-policies/{policy}/re-apply", {"reason": "x"})
    await _apply(worker_pool, acme)

    path = f"/sla-policies/{policy}/re-applications/{wanted.json()['data']['id']}"
    done = (await desk.get(path)).json()["data"]["attributes"]
    assert (done["changed"], done["unchanged"], done["refused"]) == (5, 0, 0)


async def test_a_policy_is_not_applied_twice_at_once(
    desk: Api, worker_pool: Pool, acme: Tenant
) -> None:
    policy = await a_named_policy(desk, "Standard", is_default=True)
    path = f"/sla-policies/{policy}/re-apply"
    first = await desk.post(path, {"reason": "x"})

    second = await desk.post(path, {"reason": "x"})
    await _apply(worker_pool, acme)
    third = await desk.post(path, {"reason": "x"})

    assert [one.status_code for one in (first, second, third)] == [202, 409, 202]
    assert second.json()["error"]["code"] == "ALREADY_APPLYING"


async def test_a_policy_that_somebody_has_cannot_rest(desk: Api, customer_id: UUID) -> None:
    default = await a_named_policy(desk, "Standard", is_default=True)
    gold = await a_named_policy(desk, "Gold")
    await give(desk, "customer", customer_id, gold)

    for policy in (default, gold):
        response = await desk.patch(f"/sla-policies/{policy}", {"active": False})

        assert response.status_code == 409
        assert response.json()["error"]["code"] == "POLICY_IN_USE"


async def test_a_policy_that_rests_is_given_to_nobody_and_may_come_back(
    desk: Api, customer_id: UUID
) -> None:
    gold = await a_named_policy(desk, "Gold")
    path = f"/sla-assignments/customer/{customer_id}"

    rests = await desk.patch(f"/sla-policies/{gold}", {"active": False})
    refused = await desk.put(path, {"policy_id": gold})
    listed = (await desk.get("/sla-policies?active=false")).json()["data"]
    await desk.patch(f"/sla-policies/{gold}", {"active": True})
    given = await desk.put(path, {"policy_id": gold})

    assert rests.json()["data"]["attributes"]["active"] is False
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "INACTIVE_POLICY")
    assert [one["id"] for one in listed] == [gold]
    assert given.status_code == 200


async def test_a_calendar_that_a_policy_counts_in_cannot_rest(desk: Api) -> None:
    calendar = await a_calendar(desk)
    policy = await a_named_policy(desk, "Gold", calendar_id=calendar)

    refused = await desk.patch(f"/calendars/{calendar}", {"active": False})
    await desk.patch(f"/sla-policies/{policy}", {"active": False})
    rests = await desk.patch(f"/calendars/{calendar}", {"active": False})
    again = await desk.patch(f"/sla-policies/{policy}", {"active": True})

    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "CALENDAR_IN_USE")
    assert rests.status_code == 200
    assert (again.status_code, again.json()["error"]["code"]) == (422, "INACTIVE_CALENDAR")


async def test_who_has_read_another_version_changes_nothing(desk: Api) -> None:
    calendar = await a_calendar(desk)
    policy = await a_named_policy(desk, "Gold", calendar_id=calendar)
    stale = {"if-match": '"7"'}

    answers = [
        await desk.patch(f"/sla-policies/{policy}", {"name": "x"}, headers=stale),
        await desk.patch(f"/calendars/{calendar}", {"name": "x"}, headers=stale),
    ]

    assert [one.status_code for one in answers] == [412, 412]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"week": {"monday": ["17:00-08:00"]}}, "BAD_WINDOW"),
        ({"time_zone": "Europe/Köln"}, "UNKNOWN_TIME_ZONE"),
        ({"week": {}, "special_days": []}, "CALENDAR_NEVER_OPENS"),
        ({"holidays": {"subdivision": "XX"}}, "UNKNOWN_HOLIDAY_REGION"),
    ],
)
async def test_an_impossible_calendar_is_refused_and_no_version(
    desk: Api, change: dict[str, Any], code: str
) -> None:
    calendar = await a_calendar(desk)

    response = await desk.patch(f"/calendars/{calendar}", change)

    assert (response.status_code, response.json()["error"]["code"]) == (400, code)
    assert (await desk.get(f"/calendars/{calendar}")).headers["etag"] == '"1"'


async def test_an_opening_by_an_agent_counts_as_the_answer_where_that_was_agreed(
    desk: Api, customer_id: UUID, api: Api, acme: Tenant
) -> None:
    await a_named_policy(desk, "Standard", is_default=True, agent_opening_responds=True)
    contact = api.as_(
        acme.person("ticket:create:own_customer", customer_id=str(customer_id), name="Einkauf")
    )
    body = {"title": "Drucker", "impact": "high", "urgency": "medium"}

    by_agent = (await a_ticket(desk, customer_id, priority="P2"))["id"]
    by_contact = (await contact.post("/tickets", body)).json()["data"]["id"]
    by_machine = (await a_ticket(desk, customer_id, priority="P2", source="rmm"))["id"]

    assert (await clock(desk, by_agent, "response"))["state"] == "met"
    assert (await clock(desk, by_contact, "response"))["state"] == "running"
    assert (await clock(desk, by_machine, "response"))["state"] == "running"
    read = (await desk.get(f"/tickets/{by_agent}")).json()["data"]["attributes"]
    assert read["first_response_at"] == read["opened_at"]


async def test_another_tenants_versions_are_not_there(
    desk: Api, api: Api, beta: Tenant, acme: Tenant, worker_pool: Pool
) -> None:
    calendar = await a_calendar(desk)
    policy = await a_named_policy(desk, "Gold", calendar_id=calendar)
    wanted = await desk.post(f"/sla-policies/{policy}/re-apply", {"reason": "x"})
    stranger = api.as_(beta.person(*EVERYTHING))
    theirs = await a_user(worker_pool, acme)

    answers = [
        await stranger.get(f"/sla-policies/{policy}"),
        await stranger.patch(f"/sla-policies/{policy}", {"name": "x"}),
        await stranger.get(f"/sla-policies/{policy}/versions"),
        await stranger.post(f"/sla-policies/{policy}/re-apply", {"reason": "x"}),
        await stranger.get(f"/sla-policies/{policy}/re-applications/{wanted.json()['data']['id']}"),
        await stranger.get(f"/calendars/{calendar}"),
        await stranger.patch(f"/calendars/{calendar}", {"name": "x"}),
        await stranger.get(f"/calendars/{calendar}/versions"),
    ]
    mixed = await stranger.post(
        "/sla-policies",
        {
            "name": "x",
            "calendar_id": await a_calendar(stranger),
            "targets": {"P2": {"escalations": [{"percent": 9, "assign_to": str(theirs)}]}},
        },
    )

    assert [one.status_code for one in answers] == [404] * len(answers)
    assert mixed.status_code == 422


async def test_without_the_permission_nobody_reads_or_changes_promises(
    api: Api, acme: Tenant
) -> None:
    nobody = api.as_(acme.person("ticket:view:all"))
    policy, calendar = f"/sla-policies/{uuid7()}", f"/calendars/{uuid7()}"

    answers = [
        await nobody.get(policy),
        await nobody.patch(policy, {"name": "x"}),
        await nobody.get(f"{policy}/versions"),
        await nobody.post(f"{policy}/re-apply", {"reason": "x"}),
        await nobody.get(f"{policy}/re-applications/{uuid7()}"),
        await nobody.get(calendar),
        await nobody.patch(calendar, {"name": "x"}),
        await nobody.get(f"{calendar}/versions"),
        await nobody.get("/sla-assignments"),
    ]

    assert [one.status_code for one in answers] == [403] * len(answers)
