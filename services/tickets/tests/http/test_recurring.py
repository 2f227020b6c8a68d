"""Recurring tickets: what may recur, and the dates that it shows."""

from typing import Any
from uuid import UUID

import pytest

from psa_common.testing import Api
from tickets_builders import OFFICE_HOURS
from tickets_routines import a_recurring, made, preview

NOBODY = UUID(int=0)


async def test_with_a_calendar_only_business_days_are_previewed(
    desk: Api, customer_id: UUID
) -> None:
    calendar = await made(desk, "/calendars", {"name": "Büro", "week": OFFICE_HOURS})
    recurring = await a_recurring(desk, customer_id, calendar_id=calendar["id"])

    dates = await preview(desk, recurring, 20)

    assert len(dates) == 20
    assert {date.weekday() for date in dates} <= {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    ("terms", "status", "code"),
    [
        ({"recurrence": "FREQ=SECONDLY"}, 400, "BAD_RECURRENCE"),
        ({"recurrence": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"}, 422, "NEVER_RECURS"),
        ({"recurrence": "FREQ=DAILY;UNTIL=20260102"}, 422, "NEVER_RECURS"),
        ({"time_zone": "Europe/Bärlin"}, 400, "UNKNOWN_TIME_ZONE"),
        ({"local_time": "24:00"}, 400, "VALIDATION_ERROR"),
        ({"template_id": str(NOBODY)}, 404, "RESOURCE_NOT_FOUND"),
        ({"calendar_id": str(NOBODY)}, 404, "RESOURCE_NOT_FOUND"),
        ({"customer_id": str(NOBODY)}, 422, "UNKNOWN_REFERENCE"),
    ],
)
async def test_what_cannot_recur_is_refused(
    desk: Api, customer_id: UUID, terms: dict[str, Any], status: int, code: str
) -> None:
    body = (await a_recurring(desk, customer_id))["body"]

    refused = await desk.post("/recurring-tickets", {**body, "name": "Andere", **terms})

    assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)
    assert (await desk.get("/recurring-tickets")).json()["meta"]["total"] == 1


@pytest.mark.parametrize("count", ["0", "101", "viele"])
async def test_a_preview_is_bounded(desk: Api, customer_id: UUID, count: str) -> None:
    recurring = await a_recurring(desk, customer_id)

    response = await desk.get(f"/recurring-tickets/{recurring['id']}/preview?count={count}")

    assert response.status_code == 400
