"""The SLA figures of scenario 4.3, through the API."""

from typing import Any
from uuid import UUID

from psa_common.db import Pool
from psa_common.testing import Api, Tenant
from psa_events.testing import published
from tickets_builders import a_policy, a_ticket

OPENED = "2026-06-03T16:30:00+02:00"


async def _say(desk: Api, ticket: str, body: str, at: str, **fields: Any) -> None:
    comment = {"body": body, "occurred_at": at, **fields}
    response = await desk.post(f"/tickets/{ticket}/comments", comment)
    assert response.status_code == 201, response.text


async def _move(desk: Api, ticket: str, status: str, at: str) -> None:
    change = {"status": status, "occurred_at": at}
    response = await desk.put(f"/tickets/{ticket}/status", change)
    assert response.status_code == 200, response.text


async def _clock(desk: Api, ticket: str, metric: str) -> dict[str, Any]:
    response = await desk.get(f"/tickets/{ticket}/sla")
    clock: dict[str, Any] = response.json()["data"]["attributes"][metric]
    return clock


async def test_the_clocks_of_t_1001_come_out_to_the_minute(desk: Api, customer_id: UUID) -> None:
    await a_policy(desk)
    opened = await a_ticket(desk, customer_id, priority="P2", occurred_at=OPENED)
    ticket = opened["id"]
    assert opened["attributes"]["response_due_at"] == "2026-06-05T06:30:00Z"
    assert opened["attributes"]["resolution_due_at"] == "2026-06-05T13:30:00Z"

    await _say(desk, ticket, "Wir sehen nach.", "2026-06-03T16:40:00+02:00")
    response = await _clock(desk, ticket, "response")
    assert (response["state"], response["consumed_minutes"]) == ("met", 10)

    await _move(desk, ticket, "waiting_customer", "2026-06-05T09:30:00+02:00")
    paused = await _clock(desk, ticket, "resolution")
    assert (paused["state"], paused["consumed_minutes"], paused["due_at"]) == ("paused", 120, None)
    assert paused["remaining_minutes"] == 360

    await _say(desk, ticket, "Bitte weiter.", "2026-06-08T10:00:00+02:00", author_kind="contact")
    await _move(desk, ticket, "resolved", "2026-06-08T14:20:00+02:00")
    clock = await _clock(desk, ticket, "resolution")
    assert (clock["state"], clock["consumed_minutes"]) == ("met", 380)
    assert clock["consumed_percent"] == "79.2"
    assert clock["paused_minutes"] == 570
    assert clock["last_due_at"] == "2026-06-08T14:00:00Z"
    assert clock["warned_at"] == "2026-06-08T12:00:00Z"


async def test_every_minute_is_explained_day_by_day_with_the_holiday_by_name(
    desk: Api, customer_id: UUID
) -> None:
    await a_policy(desk)
    ticket = (await a_ticket(desk, customer_id, priority="P2", occurred_at=OPENED))["id"]
    await _move(desk, ticket, "resolved", "2026-06-05T09:30:00+02:00")

    clock = await _clock(desk, ticket, "resolution")

    [interval] = clock["intervals"]
    assert interval["days"] == [
        {"day": "2026-06-03", "minutes": 30, "note": ""},
        {"day": "2026-06-04", "minutes": 0, "note": "Fronleichnam"},
        {"day": "2026-06-05", "minutes": 90, "note": ""},
    ]


async def test_a_backdated_ticket_tells_no_old_news_but_its_verdict(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    await a_policy(desk)
    ticket = (await a_ticket(desk, customer_id, priority="P2", occurred_at=OPENED))["id"]
    await _move(desk, ticket, "resolved", "2026-06-30T09:30:00+02:00")

    events = await published(worker_pool, acme.id)

    assert not {"sla.warning.v1", "sla.breached.v1"} & {event.type for event in events}
    verdicts = {
        event.data["metric"]: event.data["verdict"]
        for event in events
        if event.type == "sla.measured.v1"
    }
    assert verdicts == {"response": "missed", "resolution": "missed"}


async def test_without_a_policy_nothing_is_promised(desk: Api, customer_id: UUID) -> None:
    ticket = await a_ticket(desk, customer_id, priority="P2")

    clock = await _clock(desk, ticket["id"], "resolution")

    assert (clock["state"], clock["budget_minutes"], clock["intervals"]) == ("idle", None, [])
