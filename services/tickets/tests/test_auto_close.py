"""The timer that closes solved tickets, on a real database."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from psa_common.db import Pool, tenant_transaction
from psa_common.testing import Api, Tenant, a_context
from psa_events.testing import published
from psa_tickets.usecases import auto_close
from tickets_builders import a_ticket
from tickets_desk import a_child, a_workflow, adopt

LATER = timedelta(days=10)


async def _solved(desk: Api, customer_id: UUID) -> str:
    ticket: str = (await a_ticket(desk, customer_id))["id"]
    await desk.put(f"/tickets/{ticket}/status", {"status": "resolved"})
    return ticket


async def _look(worker_pool: Pool, tenant: Tenant, *, now: datetime) -> int:
    async with tenant_transaction(worker_pool, tenant.id, a_context()) as tx:
        return await auto_close.close_due(tx, now=now)


async def _told(worker_pool: Pool, tenant: Tenant) -> list[dict[str, Any]]:
    events = await published(worker_pool, tenant.id)
    return [event.data for event in events if event.type == "ticket.close_announced.v1"]


async def _status(desk: Api, ticket: str) -> str:
    status: str = (await desk.get(f"/tickets/{ticket}")).json()["data"]["attributes"]["status"]
    return status


async def test_a_solved_ticket_is_announced_and_then_closed(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    ticket = await _solved(desk, customer_id)
    now = datetime.now(UTC)

    await _look(worker_pool, acme, now=now)
    early = await _told(worker_pool, acme)
    await _look(worker_pool, acme, now=now + LATER)
    [told] = await _told(worker_pool, acme)
    between = await _status(desk, ticket)
    await _look(worker_pool, acme, now=datetime.fromisoformat(told["closes_at"]))

    assert early == []
    assert datetime.fromisoformat(told["closes_at"]) > now + LATER
    assert (between, await _status(desk, ticket)) == ("resolved", "closed")
    assert await _look(worker_pool, acme, now=now + 10 * LATER) == 0


async def test_whoever_looks_again_or_at_once_announces_once(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    for _ in range(3):
        await _solved(desk, customer_id)
    now = datetime.now(UTC) + LATER
    # What is due first only waits for its day; then it is announced.
    await _look(worker_pool, acme, now=datetime.now(UTC))

    await asyncio.gather(*(_look(worker_pool, acme, now=now) for _ in range(4)))
    await _look(worker_pool, acme, now=now)

    assert len(await _told(worker_pool, acme)) == 3


async def test_a_customers_reply_keeps_the_ticket_open(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    ticket = await _solved(desk, customer_id)
    now = datetime.now(UTC)
    await _look(worker_pool, acme, now=now + LATER)
    reply = {"body": "Geht noch nicht", "author_kind": "contact"}
    await desk.post(f"/tickets/{ticket}/comments", reply)

    looked_at = await _look(worker_pool, acme, now=now + 10 * LATER)

    assert (looked_at, await _status(desk, ticket)) == (0, "in_progress")


async def test_what_is_solved_again_is_announced_again(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    ticket = await _solved(desk, customer_id)
    now = datetime.now(UTC)
    await _look(worker_pool, acme, now=now + LATER)
    await desk.post(f"/tickets/{ticket}/reopen")
    await desk.put(f"/tickets/{ticket}/status", {"status": "resolved"})

    await _look(worker_pool, acme, now=now + 3 * LATER)

    assert len(await _told(worker_pool, acme)) == 2
    assert await _status(desk, ticket) == "resolved"


async def test_a_parent_is_neither_announced_nor_closed_over_an_open_child(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    parent = await _solved(desk, customer_id)
    child = (await a_ticket(desk, customer_id))["id"]
    await a_child(worker_pool, acme, child, parent)
    now = datetime.now(UTC)

    for days in range(5, 30):
        await _look(worker_pool, acme, now=now + timedelta(days=days))

    assert await _told(worker_pool, acme) == []
    assert await _status(desk, parent) == "resolved"


@pytest.mark.parametrize(("days", "told"), [(None, 0), (60, 0), (1, 1)])
async def test_the_tenant_says_after_how_many_days(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant, days: int | None, told: int
) -> None:
    await adopt(desk, {**a_workflow(), "auto_close_days": days})
    ticket = (await a_ticket(desk, customer_id))["id"]
    await desk.put(f"/tickets/{ticket}/status", {"status": "in_review"})
    await desk.put(f"/tickets/{ticket}/status", {"status": "fixed"})

    await _look(worker_pool, acme, now=datetime.now(UTC) + LATER)

    assert len(await _told(worker_pool, acme)) == told


async def test_another_tenants_tickets_are_left_alone(
    desk: Api, customer_id: UUID, worker_pool: Pool, beta: Tenant
) -> None:
    await _solved(desk, customer_id)

    assert await _look(worker_pool, beta, now=datetime.now(UTC) + LATER) == 0
