"""Scenario 4.3 and its counter-fixtures through the public API, to the minute."""

from typing import Any
from uuid import UUID

import pytest

from psa_common.testing import Api
from tickets_builders import OFFICE_HOURS, a_ticket
from tickets_sla_api import OPENED, P2, a_calendar, a_named_policy, clock, move, report, say

LUNCH = {day: ["08:00-12:00", "13:00-17:00"] for day in OFFICE_HOURS}


async def _promise(desk: Api, target: dict[str, Any], **calendar: Any) -> None:
    calendar_id = await a_calendar(desk, **calendar)
    await a_named_policy(
        desk, "Standard", calendar_id=calendar_id, is_default=True, targets={"P2": target}
    )


async def _opened(desk: Api, customer_id: UUID, at: str) -> dict[str, Any]:
    return await a_ticket(desk, customer_id, priority="P2", occurred_at=at)


@pytest.mark.parametrize(
    ("calendar", "opened", "minutes", "due"),
    [
        pytest.param({}, OPENED, 480, "2026-06-05T13:30:00Z", id="nw-corpus-christi"),
        pytest.param(
            {"holidays": {"subdivision": "HH"}}, OPENED, 480, "2026-06-04T13:30:00Z", id="hamburg"
        ),
        pytest.param({"week": LUNCH}, OPENED, 480, "2026-06-05T14:30:00Z", id="lunch-break"),
        pytest.param(
            {"special_days": [{"day": "2025-12-24", "hours": ["08:00-12:00"]}]},
            "2025-12-24T10:00:00+01:00",
            240,
            "2025-12-29T09:00:00Z",
            id="half-christmas-eve-of-2025",
        ),
        pytest.param(
            {"special_days": [{"day": "2025-12-31", "hours": ["08:00-12:00"]}]},
            "2025-12-31T11:00:00+01:00",
            120,
            "2026-01-02T08:00:00Z",
            id="half-new-years-eve",
        ),
        pytest.param({}, "2026-06-05T17:00:00+02:00", 60, "2026-06-08T07:00:00Z", id="at-closing"),
        pytest.param(
            {"holidays": {"subdivision": "BY", "categories": ["public", "catholic"]}},
            "2025-08-14T16:00:00+02:00",
            120,
            "2025-08-18T07:00:00Z",
            id="assumption-day-in-catholic-bavaria",
        ),
        pytest.param(
            {"holidays": {"subdivision": "BY"}},
            "2025-08-14T16:00:00+02:00",
            120,
            "2025-08-15T07:00:00Z",
            id="assumption-day-elsewhere-in-bavaria",
        ),
        pytest.param(
            {"removed_holidays": ["2026-06-04"]},
            OPENED,
            480,
            "2026-06-04T13:30:00Z",
            id="holiday-removed",
        ),
        pytest.param(
            {"extra_holidays": ["2026-06-05"]},
            OPENED,
            480,
            "2026-06-08T13:30:00Z",
            id="holiday-added",
        ),
        pytest.param(
            {"week": {"saturday": ["22:00-24:00"], "sunday": ["00:00-06:00"]}},
            "2026-03-28T22:00:00+01:00",
            300,
            "2026-03-29T02:00:00Z",
            id="midnight-window-across-the-spring-change",
        ),
        pytest.param(
            {"week": {"saturday": ["22:00-24:00"], "sunday": ["00:00-06:00"]}},
            "2025-10-25T22:00:00+02:00",
            300,
            "2025-10-26T01:00:00Z",
            id="midnight-window-across-the-autumn-change",
        ),
        pytest.param(
            {}, "2026-03-27T16:30:00+01:00", 60, "2026-03-30T06:30:00Z", id="weekend-of-the-change"
        ),
    ],
)
async def test_the_first_due_date(
    desk: Api,
    customer_id: UUID,
    calendar: dict[str, Any],
    opened: str,
    minutes: int,
    due: str,
) -> None:
    await _promise(desk, {"resolution_minutes": minutes}, **calendar)

    ticket = await _opened(desk, customer_id, opened)

    assert (await clock(desk, ticket["id"]))["last_due_at"] == due


async def _t1001(desk: Api, customer_id: UUID) -> str:
    """Live the story of T-1001 until the customer's answer on Monday."""
    ticket: str = (await _opened(desk, customer_id, OPENED))["id"]
    await say(desk, ticket, "Wir sehen nach.", "2026-06-03T16:40:00+02:00")
    await move(desk, ticket, "waiting_customer", "2026-06-05T09:30:00+02:00")
    await say(desk, ticket, "Bitte weiter.", "2026-06-08T10:00:00+02:00", author_kind="contact")
    return ticket


async def test_after_the_pause_it_is_due_by_what_is_left(desk: Api, customer_id: UUID) -> None:
    await _promise(desk, P2)

    ticket = await _t1001(desk, customer_id)

    resolution = await clock(desk, ticket)
    assert resolution["last_due_at"] == "2026-06-08T14:00:00Z"
    assert resolution["warned_at"] == "2026-06-08T12:00:00Z"
    assert resolution["paused_minutes"] == 570


async def test_a_reply_the_next_day_reopens_and_goes_on_where_it_stopped(
    desk: Api, customer_id: UUID
) -> None:
    await _promise(desk, P2)
    ticket = await _t1001(desk, customer_id)
    await move(desk, ticket, "resolved", "2026-06-08T14:20:00+02:00")
    await say(desk, ticket, "Noch nicht.", "2026-06-09T09:00:00+02:00", author_kind="contact")
    await move(desk, ticket, "resolved", "2026-06-09T09:30:00+02:00")

    resolution = await clock(desk, ticket)

    assert (resolution["consumed_minutes"], resolution["state"]) == (410, "met")
    assert resolution["reopen_count"] == 1


async def test_the_sum_of_all_days_is_what_was_consumed(desk: Api, customer_id: UUID) -> None:
    await _promise(desk, P2)
    ticket = await _t1001(desk, customer_id)
    await move(desk, ticket, "resolved", "2026-06-08T14:20:00+02:00")

    found = await report(desk, ticket)

    for metric, consumed in (("response", 10), ("resolution", 380)):
        running = [one for one in found[metric]["intervals"] if one["kind"] == "running"]
        assert sum(day["minutes"] for one in running for day in one["days"]) == consumed
        assert found[metric]["consumed_minutes"] == consumed
    assert found["policy"]["name"] == "Standard"
    assert (found["policy"]["version"], found["policy"]["calendar_version"]) == (1, 1)
    assert found["policy"]["calendar_name"] == "NRW Büro"
    assert found["reason"] == "policy of the tenant"
