"""Work, people who write it down and people who vouch for it, for tests of the ledger."""

from typing import Any
from uuid import UUID

from psa_common.testing import Api, Tenant
from tickets_builders import a_ticket

#: What a technician may do: their own work on any ticket.
TECHNICIAN = ("ticket:view:all", "time_entry:view:own", "time_entry:create:own")
#: What a team lead may do besides.
APPROVER = ("ticket:view:all", "time_entry:view:all", "time_entry:approve:all")


def a_technician(api: Api, tenant: Tenant, *more: str) -> Api:
    """Sign somebody in who writes down their own work."""
    return api.as_(tenant.person(*TECHNICIAN, *more, name="Tanja Technik"))


def an_approver(api: Api, tenant: Tenant) -> Api:
    """Sign somebody in who vouches for the work of others."""
    return api.as_(tenant.person(*APPROVER, name="Anton Freigabe"))


async def some_work(who: Api, ticket: str, **fields: Any) -> dict[str, Any]:
    """Write down twenty minutes, unless said otherwise; return the entry."""
    when = {} if {"started_at", "work_date"} & set(fields) else {"work_date": "2026-06-03"}
    minutes = {} if "ended_at" in fields else {"minutes": 20}
    body = {"note": "Arbeit", **when, **minutes, **fields}
    response = await who.post(f"/tickets/{ticket}/time-entries", body)
    assert response.status_code == 201, response.text
    entry: dict[str, Any] = response.json()["data"]
    return entry


async def ticket_of(desk: Api, customer_id: UUID) -> str:
    """Open a ticket and return its id."""
    return str((await a_ticket(desk, customer_id))["id"])


async def time_rules(desk: Api, **changes: Any) -> None:
    """Decide how time is kept."""
    rules = {"overlap": "forbid", "approval_tiers": 1, "own_approval": True, **changes}
    response = await desk.put("/time-rules", rules)
    assert response.status_code == 200, response.text


def refusal(response: Any) -> tuple[int, str]:
    """Return status and code of a refusal."""
    return response.status_code, response.json()["error"]["code"]
