"""SLA stories through the API: policies, backdated words and moves, and what the clocks say."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psa_common.db import Pool, tenant_transaction
from psa_common.testing import Api, Tenant, a_context
from psa_tickets.usecases import sla_watch
from tickets_builders import OFFICE_HOURS

OPENED = "2026-06-03T16:30:00+02:00"
P2 = {"response_minutes": 60, "resolution_minutes": 480}


async def a_calendar(desk: Api, name: str = "NRW Büro", **fields: Any) -> str:
    """Create a calendar with office hours in North Rhine-Westphalia; return its id."""
    body = {"name": name, "week": OFFICE_HOURS, "holidays": {"subdivision": "NW"}, **fields}
    response = await desk.post("/calendars", body)
    assert response.status_code == 201, response.text
    created: str = response.json()["data"]["id"]
    return created


async def a_named_policy(desk: Api, name: str, **fields: Any) -> str:
    """Create a policy, in a calendar of its own unless one is given; return its id."""
    if "calendar_id" not in fields:
        fields["calendar_id"] = await a_calendar(desk, f"Kalender {name}")
    body = {"name": name, "targets": {"P2": P2}, **fields}
    response = await desk.post("/sla-policies", body)
    assert response.status_code == 201, response.text
    created: str = response.json()["data"]["id"]
    return created


async def give(desk: Api, source: str, subject: UUID | str, policy_id: str | None) -> None:
    """Assign a policy, or explicitly none."""
    response = await desk.put(f"/sla-assignments/{source}/{subject}", {"policy_id": policy_id})
    assert response.status_code == 200, response.text


async def say(desk: Api, ticket: str, body: str, at: str, **fields: Any) -> None:
    """Write down what was said at that time."""
    comment = {"body": body, "occurred_at": at, **fields}
    response = await desk.post(f"/tickets/{ticket}/comments", comment)
    assert response.status_code == 201, response.text


async def move(desk: Api, ticket: str, status: str, at: str) -> None:
    """Move a ticket at that time."""
    response = await desk.put(f"/tickets/{ticket}/status", {"status": status, "occurred_at": at})
    assert response.status_code == 200, response.text


async def report(desk: Api, ticket: str) -> dict[str, Any]:
    """Return all that the API says of a ticket's clocks."""
    response = await desk.get(f"/tickets/{ticket}/sla")
    assert response.status_code == 200, response.text
    attributes: dict[str, Any] = response.json()["data"]["attributes"]
    return attributes


async def clock(desk: Api, ticket: str, metric: str = "resolution") -> dict[str, Any]:
    """Return one clock."""
    found: dict[str, Any] = (await report(desk, ticket))[metric]
    return found


async def at_work(worker_pool: Pool, tenant: Tenant, *, now: datetime) -> int:
    """Let the timer come round at *now*; return how many clocks it looked at."""
    async with tenant_transaction(worker_pool, tenant.id, a_context()) as tx:
        return await sla_watch.look_at(tx, now=now)


async def an_always_open_policy(desk: Api, **target: Any) -> str:
    """Promise P2 a solution in 100 minutes around the clock, by default."""
    calendar_id = await a_calendar(desk, "24x7", always_open=True)
    targets = {"P2": {"resolution_minutes": 100, **target}, "P1": {"resolution_minutes": 50}}
    return await a_named_policy(
        desk, "Rund um die Uhr", calendar_id=calendar_id, is_default=True, targets=targets
    )
