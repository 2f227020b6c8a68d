"""Work is written down once, vouched for, and then told to who bills it."""

from typing import Any
from uuid import UUID

import pytest

from psa_common.db import Pool
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant
from psa_events.testing import published
from tickets_builders import a_task, a_ticket


async def _log(desk: Api, ticket: str, **fields: Any) -> dict[str, Any]:
    response = await desk.post(f"/tickets/{ticket}/time-entries", {"note": "Arbeit", **fields})
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


async def test_approved_work_is_told_with_its_customer_and_ticket(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    entry = (await _log(desk, ticket, minutes=20, work_date="2026-06-03"))["data"]["id"]

    approved = await desk.post(f"/time-entries/{entry}/approve")

    assert approved.json()["data"]["attributes"]["state"] == "approved"
    event = (await published(worker_pool, acme.id))[-1]
    assert event.type == "time_entry.approved.v1"
    assert event.data["minutes"] == 20
    assert event.data["ticket_number"] == "T-1001"
    assert event.data["customer_id"] == str(customer_id)


async def test_work_on_a_task_has_no_customer_and_may_be_internal(
    desk: Api, worker_pool: Pool, acme: Tenant
) -> None:
    task = await a_task(worker_pool, acme)
    body = {
        "task_id": str(task),
        "note": "intern",
        "minutes": 30,
        "work_date": "2026-06-05",
        "billable": "non_billable",
    }

    response = await desk.post("/time-entries", body)

    assert response.status_code == 201
    links = response.json()["data"]["relationships"]
    assert links["task"]["data"]["id"] == str(task)
    assert links["customer"]["data"] is None


async def test_work_across_midnight_is_one_entry_a_day(desk: Api, customer_id: UUID) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]

    body = await _log(
        desk, ticket, started_at="2026-06-30T23:50:00+02:00", ended_at="2026-07-01T00:20:00+02:00"
    )

    entries = [body["data"], *body["included"]]
    assert [(one["attributes"]["work_date"], one["attributes"]["minutes"]) for one in entries] == [
        ("2026-06-30", 10),
        ("2026-07-01", 20),
    ]


async def test_nobody_works_twice_at_the_same_time(desk: Api, customer_id: UUID) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    await _log(desk, ticket, started_at="2026-06-03T08:00:00Z", minutes=60)

    response = await desk.post(
        f"/tickets/{ticket}/time-entries",
        {"note": "x", "started_at": "2026-06-03T08:30:00Z", "minutes": 60},
    )

    assert (response.status_code, response.json()["error"]["code"]) == (409, "OVERLAPPING_WORK")


async def test_approved_work_stays_approved(desk: Api, customer_id: UUID) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    entry = (await _log(desk, ticket, minutes=20, work_date="2026-06-03"))["data"]["id"]
    await desk.post(f"/time-entries/{entry}/approve")

    again = await desk.post(f"/time-entries/{entry}/approve")
    back = await desk.post(f"/time-entries/{entry}/reject")

    assert {again.status_code, back.status_code} == {422}
    assert again.json()["error"]["code"] == "ILLEGAL_APPROVAL_STEP"


@pytest.mark.parametrize(
    "work",
    [
        {"minutes": 0, "work_date": "2026-06-03"},
        {"minutes": -5, "work_date": "2026-06-03"},
        {"minutes": 1441, "work_date": "2026-06-03"},
        {"minutes": 1.5, "work_date": "2026-06-03"},
        {"minutes": "20", "work_date": "2026-06-03"},
        {"minutes": True, "work_date": "2026-06-03"},
        {"minutes": 20, "work_date": "2026-02-30"},
        {"minutes": 20},
        {"work_date": "2026-06-03"},
        {"started_at": "2026-06-03T08:00:00", "minutes": 5},
        {"started_at": "2026-06-03T09:00:00Z", "ended_at": "2026-06-03T08:00:00Z"},
        {"started_at": "2026-06-03T09:00:00Z", "ended_at": "2026-06-05T08:00:00Z"},
        {"minutes": 20, "work_date": "2099-06-03"},
        {"minutes": 20, "work_date": "2026-06-03", "billable": "maybe"},
        {"minutes": 20, "work_date": "2026-06-03", "work_type": "Remote Work!"},
    ],
)
async def test_impossible_work_is_refused_and_nothing_is_stored(
    desk: Api, customer_id: UUID, work: dict[str, Any]
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]

    response = await desk.post(f"/tickets/{ticket}/time-entries", {"note": "x", **work})

    assert response.status_code in {400, 422}, response.text
    assert (await desk.get("/time-entries")).json()["meta"]["total"] == 0


async def test_work_on_an_unknown_task_is_refused(desk: Api) -> None:
    body = {"task_id": str(uuid7()), "note": "x", "minutes": 5, "work_date": "2026-06-03"}

    response = await desk.post("/time-entries", body)

    assert (response.status_code, response.json()["error"]["code"]) == (422, "UNKNOWN_TASK")
