"""Agents, rules and routines that several tests of the service desk need."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psa_common.db import Pool
from psa_common.testing import Api, Tenant
from tickets_builders import a_user

NOW = datetime.now(UTC)
TASKS = [{"text": "Backup prüfen", "required": True}, {"text": "Kaffee"}]


async def an_agent(desk: Api, worker_pool: Pool, tenant: Tenant, **terms: Any) -> UUID:
    """Let a colleague take tickets."""
    user_id = await a_user(worker_pool, tenant)
    response = await desk.put(f"/agents/{user_id}", terms)
    assert response.status_code == 200, response.text
    return user_id


async def a_rule(desk: Api, **terms: Any) -> dict[str, Any]:
    """Let tickets find their agents."""
    body = {"name": "Alle", "position": 1, "strategy": "round_robin", **terms}
    return await made(desk, "/assignment-rules", body)


async def made(desk: Api, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """POST and return the resource."""
    response = await desk.post(path, body)
    assert response.status_code == 201, response.text
    resource: dict[str, Any] = response.json()["data"]
    return resource


def owner_of(ticket: dict[str, Any]) -> UUID | None:
    """Return the assignee of a ticket's resource."""
    link = ticket["relationships"]["assignee"]["data"]
    return UUID(link["id"]) if link else None


def away(**length: float) -> dict[str, str]:
    """Write an absence that began an hour ago and ends so much after this module was read."""
    return {
        "from_at": (NOW - timedelta(hours=1)).isoformat(),
        "until_at": (NOW + timedelta(**length)).isoformat(),
        "reason": "Urlaub",
    }


async def a_checklist(desk: Api, **fields: Any) -> str:
    """Write down tasks and return their id."""
    body = {"name": "Server neu", "tasks": TASKS, **fields}
    return str((await made(desk, "/checklist-templates", body))["id"])


async def a_macro(desk: Api, *actions: tuple[str, str], name: str = "Makro") -> str:
    """Write down a macro and return its id."""
    body = {"name": name, "actions": [{"do": do, "value": value} for do, value in actions]}
    return str((await made(desk, "/macros", body))["id"])


async def items_of(desk: Api, ticket: dict[str, Any]) -> list[dict[str, Any]]:
    """Read a ticket's checklist."""
    response = await desk.get(f"/tickets/{ticket['id']}/checklist")
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["data"]["attributes"]["items"]
    return items


async def a_recurring(desk: Api, customer_id: UUID, **terms: Any) -> dict[str, Any]:
    """Let a ticket open every day at eight."""
    found = (await desk.get("/ticket-templates")).json()["data"]
    body = {"name": "Backup", "title": "Backup prüfen", "priority": "P3"}
    template = found[0] if found else await made(desk, "/ticket-templates", body)
    wanted = {
        "name": "Täglich",
        "template_id": template["id"],
        "customer_id": str(customer_id),
        "recurrence": "FREQ=DAILY",
        "starts_on": "2026-01-01",
        **terms,
    }
    return {**await made(desk, "/recurring-tickets", wanted), "body": wanted}


async def preview(desk: Api, recurring: dict[str, Any], count: int = 5) -> list[datetime]:
    """Read when the next tickets open."""
    response = await desk.get(f"/recurring-tickets/{recurring['id']}/preview?count={count}")
    assert response.status_code == 200, response.text
    dates = response.json()["data"]["attributes"]["dates"]
    return [datetime.fromisoformat(one["at"]) for one in dates]
