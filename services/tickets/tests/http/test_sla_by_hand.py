"""Deadlines and exclusions that people decide on, and who may."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from psa_common.db import Pool
from psa_common.testing import Api, Tenant
from psa_events.testing import published
from tickets_builders import EVERYTHING, a_ticket
from tickets_sla_api import OPENED, a_named_policy, an_always_open_policy, clock, report


def _in(hours: int) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


async def _deadline(desk: Api, ticket: str, due_at: str | None) -> Any:
    return await desk.put(
        f"/tickets/{ticket}/sla/deadlines/resolution", {"due_at": due_at, "reason": "Zusage"}
    )


async def test_a_deadline_by_hand_holds_until_it_is_cleared(desk: Api, customer_id: UUID) -> None:
    await an_always_open_policy(desk)
    ticket = (await a_ticket(desk, customer_id, priority="P2"))["id"]
    computed = (await clock(desk, ticket))["due_at"]
    wanted = "2099-01-04T12:00:00Z"

    given = await _deadline(desk, ticket, wanted)
    held = await clock(desk, ticket)
    cleared = await _deadline(desk, ticket, None)

    assert given.json()["data"]["attributes"]["resolution_due_at"] == wanted
    assert (held["due_at"], held["deadline_at"], held["budget_minutes"]) == (wanted, wanted, 100)
    assert cleared.json()["data"]["attributes"]["resolution_due_at"] == computed
    assert (await clock(desk, ticket))["deadline_at"] is None


async def test_nothing_is_cleared_that_was_not_set(desk: Api, customer_id: UUID) -> None:
    await an_always_open_policy(desk)
    ticket = (await a_ticket(desk, customer_id, priority="P2"))["id"]

    response = await _deadline(desk, ticket, None)

    assert (response.status_code, response.json()["error"]["code"]) == (422, "NOTHING_TO_CHANGE")


async def test_a_deadline_in_the_past_is_refused(desk: Api, customer_id: UUID) -> None:
    await an_always_open_policy(desk)
    ticket = (await a_ticket(desk, customer_id, priority="P2"))["id"]

    response = await _deadline(desk, ticket, _in(hours=-1))

    assert (response.status_code, response.json()["error"]["code"]) == (400, "DEADLINE_OVER")


@pytest.mark.parametrize("state", ["met", "idle"])
async def test_a_deadline_needs_a_promise_that_can_still_be_kept(
    desk: Api, customer_id: UUID, state: str
) -> None:
    if state == "met":
        await an_always_open_policy(desk)
    ticket = (await a_ticket(desk, customer_id, priority="P2"))["id"]
    await desk.put(f"/tickets/{ticket}/status", {"status": "resolved"})

    response = await _deadline(desk, ticket, _in(hours=1))

    assert (response.status_code, response.json()["error"]["code"]) == (422, "SLA_CLOCK_STANDS")
    assert state in response.json()["error"]["message"]


async def test_a_deadline_launders_no_breach(desk: Api, customer_id: UUID) -> None:
    await a_named_policy(desk, "Standard", is_default=True)
    ticket = (await a_ticket(desk, customer_id, priority="P2", occurred_at=OPENED))["id"]

    await _deadline(desk, ticket, _in(hours=100))
    await desk.put(f"/tickets/{ticket}/status", {"status": "resolved"})

    assert (await clock(desk, ticket))["state"] == "missed"


async def test_an_unknown_metric_is_refused(desk: Api, customer_id: UUID) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]

    response = await desk.put(
        f"/tickets/{ticket}/sla/deadlines/lunch", {"due_at": None, "reason": "x"}
    )

    assert response.status_code in {400, 404}


async def test_an_excluded_ticket_is_measured_as_such_and_again_when_it_is_included(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    await an_always_open_policy(desk)
    ticket = (await a_ticket(desk, customer_id, priority="P2"))["id"]
    path = f"/tickets/{ticket}/sla/exclusion"
    await desk.put(f"/tickets/{ticket}/status", {"status": "resolved"})

    excluded = await desk.put(path, {"reason": "Stromausfall beim Kunden"})
    shown = await report(desk, ticket)
    twice = await desk.put(path, {"reason": "noch einmal"})
    included = await desk.delete(path)
    gone = await desk.delete(path)

    assert [one.status_code for one in (excluded, twice, included, gone)] == [200, 422, 200, 422]
    assert shown["excluded"] is True
    assert shown["resolution"]["state"] == "met"
    events = await published(worker_pool, acme.id)
    measured = [event.data["excluded"] for event in events if event.type == "sla.measured.v1"]
    assert measured == [False, True, False]


async def test_only_who_may_override_decides_by_hand_and_only_in_reach(
    desk: Api, api: Api, acme: Tenant, beta: Tenant, customer_id: UUID
) -> None:
    ticket = (await a_ticket(desk, customer_id, priority="P2"))["id"]
    people = {
        403: api.as_(acme.person("ticket:update:all", "sla:manage:all")),
        404: api.as_(acme.person("ticket:update:assigned", "sla:override:all")),
        -404: api.as_(beta.person(*EVERYTHING)),
    }

    for status, person in people.items():
        answers = [
            await _deadline(person, ticket, _in(hours=1)),
            await person.put(f"/tickets/{ticket}/sla/exclusion", {"reason": "x"}),
            await person.delete(f"/tickets/{ticket}/sla/exclusion"),
        ]

        assert [one.status_code for one in answers] == [abs(status)] * len(answers)


async def test_nobody_decides_without_a_reason(desk: Api, customer_id: UUID) -> None:
    await an_always_open_policy(desk)
    ticket = (await a_ticket(desk, customer_id, priority="P2"))["id"]

    answers = [
        await desk.put(
            f"/tickets/{ticket}/sla/deadlines/resolution", {"due_at": _in(hours=1), "reason": " "}
        ),
        await desk.put(f"/tickets/{ticket}/sla/exclusion", {}),
        await desk.put(f"/tickets/{ticket}/sla-policy", {"policy_id": None}),
    ]

    assert [one.status_code for one in answers] == [400, 400, 400]


async def test_who_has_read_another_version_decides_nothing(desk: Api, customer_id: UUID) -> None:
    await an_always_open_policy(desk)
    ticket = (await a_ticket(desk, customer_id, priority="P2"))["id"]
    stale = {"if-match": '"7"'}

    answers = [
        await desk.put(f"/tickets/{ticket}/sla/exclusion", {"reason": "x"}, headers=stale),
        await desk.put(
            f"/tickets/{ticket}/sla-policy", {"policy_id": None, "reason": "x"}, headers=stale
        ),
        await desk.delete(f"/tickets/{ticket}/sla-policy", headers=stale),
    ]

    assert [one.status_code for one in answers] == [412, 412, 412]


async def test_a_customer_sees_every_minute_and_nothing_that_we_say_about_it(
    desk: Api, api: Api, acme: Tenant, customer_id: UUID
) -> None:
    gold = await a_named_policy(desk, "Gold")
    ticket = (await a_ticket(desk, customer_id, priority="P2", occurred_at=OPENED))["id"]
    reason = {"reason": "schwieriger Kunde"}
    await desk.put(f"/tickets/{ticket}/sla-policy", {"policy_id": gold, **reason})
    await desk.put(f"/tickets/{ticket}/sla/exclusion", reason)
    person = acme.person(
        "ticket:view:own_customer", "sla:view:own_customer", customer_id=str(customer_id)
    )

    ours = await desk.get(f"/tickets/{ticket}/sla")
    theirs = await api.as_(person).get(f"/tickets/{ticket}/sla")

    assert "schwieriger Kunde" in ours.text
    assert "schwieriger Kunde" not in theirs.text
    ours_minutes, theirs_minutes = (
        [one["minutes"] for one in answer.json()["data"]["attributes"]["resolution"]["intervals"]]
        for answer in (ours, theirs)
    )
    assert ours_minutes == theirs_minutes
