"""What tests of belonging together need: tickets in two, words on them, who waits for a lock."""

from typing import Any
from uuid import UUID

import psycopg

from psa_common.db import Pool, tenant_transaction
from psa_common.testing import Api, Database, Tenant, a_context
from tickets_builders import a_ticket

WAITING_SQL = """
    SELECT count(*)
      FROM pg_locks
     WHERE NOT granted
       AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())
"""


async def two_tickets(desk: Api, customer_id: UUID, **fields: Any) -> tuple[str, str]:
    """Open two tickets of one customer and return their ids."""
    first = await a_ticket(desk, customer_id, title="Drucker druckt nicht", **fields)
    second = await a_ticket(desk, customer_id, title="Drucker immer noch", **fields)
    return first["id"], second["id"]


async def said_on(desk: Api, ticket_id: str, body: str = "Wir kümmern uns.", **more: Any) -> str:
    """Write on a ticket and return the comment's id."""
    response = await desk.post(f"/tickets/{ticket_id}/comments", {"body": body, **more})
    assert response.status_code == 201, response.text
    comment_id: str = response.json()["data"]["id"]
    return comment_id


async def worked_on(desk: Api, ticket_id: str, *, minutes: int = 30) -> str:
    """Log work on a ticket and return the entry's id."""
    body = {"note": "Treiber", "minutes": minutes, "work_date": "2026-06-03"}
    response = await desk.post(f"/tickets/{ticket_id}/time-entries", body)
    assert response.status_code == 201, response.text
    entry_id: str = response.json()["data"]["id"]
    return entry_id


async def read(desk: Api, ticket_id: str) -> dict[str, Any]:
    """Return the attributes of a ticket."""
    attributes: dict[str, Any] = (await desk.get(f"/tickets/{ticket_id}")).json()["data"][
        "attributes"
    ]
    return attributes


async def story_of_clocks(desk: Api, ticket_id: str) -> list[tuple[object, ...]]:
    """Return what both clocks have lived through, without what passes with time."""
    report = (await desk.get(f"/tickets/{ticket_id}/sla")).json()["data"]["attributes"]
    return [
        (
            *(report[metric][name] for name in ("state", "due_at", "satisfied_at", "reopen_count")),
            *((one["since"], one["kind"]) for one in report[metric]["intervals"]),
        )
        for metric in ("response", "resolution")
    ]


async def ids_at(desk: Api, path: str) -> list[str]:
    """Return the ids of what a list holds."""
    response = await desk.get(path)
    assert response.status_code == 200, response.text
    return [one["id"] for one in response.json()["data"]]


async def put_under_contract(
    worker_pool: Pool, tenant: Tenant, ticket_id: str, contract_id: UUID | None
) -> None:
    """Put a ticket under a contract, as the desk's own routes do."""
    async with tenant_transaction(worker_pool, tenant.id, a_context()) as tx:
        await tx.execute(
            "UPDATE tickets SET contract_id = %(contract_id)s WHERE id = %(ticket_id)s",
            contract_id=contract_id,
            ticket_id=ticket_id,
        )


def somebody_waits(database: Database) -> bool:
    """Say whether a connection waits for what another one holds."""
    with psycopg.connect(database.superuser_dsn) as conn:
        row = conn.execute(WAITING_SQL).fetchone()
    return row is not None and row[0] > 0
