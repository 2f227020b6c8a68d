"""The server keeps the watch: one runs for a person, and what it measured becomes drafts."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from psa_common.db import Pool, tenant_transaction
from psa_common.ids import uuid7
from psa_common.testing import Api, Person, Tenant, a_context
from psa_tickets.usecases.time import timing
from tickets_builders import a_task
from tickets_time import TECHNICIAN, refusal, ticket_of

LONG_AGO = datetime(2026, 6, 3, 7, tzinfo=UTC)


@pytest.fixture
def technician(acme: Tenant) -> Person:
    return acme.person(*TECHNICIAN)


async def _start(who: Api, ticket: str, **fields: Any) -> str:
    response = await who.post("/timers", {"ticket_id": ticket, **fields})
    assert response.status_code == 201, response.text
    return str(response.json()["data"]["id"])


async def _started(pool: Pool, tenant: Tenant, person: Person, ticket: str, at: datetime) -> str:
    """Start a timer at *at*, as the route does now."""
    async with tenant_transaction(pool, tenant.id, a_context(person)) as tx:
        row = await timing.start(
            tx,
            person.principal,
            ticket_id=UUID(ticket),
            task_id=None,
            work_type="remote",
            note="Analyse",
            now=at,
        )
    return str(row.id)


async def test_starting_another_timer_pauses_the_one_that_runs(
    desk: Api, customer_id: UUID
) -> None:
    ticket = await ticket_of(desk, customer_id)
    first, second = await _start(desk, ticket), await _start(desk, ticket)

    async def running() -> dict[str, bool]:
        rows = (await desk.get("/timers")).json()["data"]
        return {row["id"]: row["attributes"]["running_since"] is not None for row in rows}

    assert await running() == {first: False, second: True}
    assert (await desk.post(f"/timers/{first}/resume")).status_code == 200
    assert await running() == {first: True, second: False}
    assert refusal(await desk.post(f"/timers/{first}/resume")) == (409, "TIMER_RUNS")
    assert refusal(await desk.post(f"/timers/{second}/pause")) == (409, "TIMER_PAUSED")


async def test_the_database_itself_lets_one_timer_run(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant, technician: Person
) -> None:
    ticket = await ticket_of(desk, customer_id)
    first = await _started(worker_pool, acme, technician, ticket, LONG_AGO)
    await _started(worker_pool, acme, technician, ticket, LONG_AGO + timedelta(hours=1))

    with pytest.raises(psycopg.errors.UniqueViolation):
        async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
            await tx.execute(
                "UPDATE timers SET running_since = now() WHERE id = %(id)s", id=UUID(first)
            )


async def test_what_a_timer_measured_becomes_a_draft(
    api: Api,
    desk: Api,
    customer_id: UUID,
    worker_pool: Pool,
    acme: Tenant,
    technician: Person,
) -> None:
    ticket = await ticket_of(desk, customer_id)
    timer = await _started(worker_pool, acme, technician, ticket, LONG_AGO)
    async with tenant_transaction(worker_pool, acme.id, a_context(technician)) as tx:
        await timing.pause(
            tx, technician.principal, UUID(timer), now=LONG_AGO + timedelta(minutes=20)
        )
    own = api.as_(technician)

    stopped = await own.post(f"/timers/{timer}/stop", {})
    again = await own.post(f"/timers/{timer}/stop", {})

    attributes = stopped.json()["data"]["attributes"]
    assert (attributes["state"], attributes["minutes"]) == ("draft", 20)
    assert (attributes["note"], attributes["work_date"]) == ("Analyse", "2026-06-03")
    assert again.status_code == 404


async def test_a_forgotten_timer_is_stopped_at_twelve_hours_and_once(
    api: Api,
    desk: Api,
    customer_id: UUID,
    worker_pool: Pool,
    acme: Tenant,
    technician: Person,
) -> None:
    ticket = await ticket_of(desk, customer_id)
    await _started(worker_pool, acme, technician, ticket, LONG_AGO)
    counts: list[int] = []

    for hours in (11, 13, 14):
        async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
            now = LONG_AGO + timedelta(hours=hours)
            counts.append(await timing.stop_forgotten(tx, now=now))

    assert counts == [0, 1, 0]
    [entry] = (await api.as_(technician).get("/time-entries")).json()["data"]
    assert (entry["attributes"]["minutes"], entry["attributes"]["state"]) == (720, "draft")
    assert "12 Stunden" in entry["attributes"]["internal_note"]


async def test_a_timer_forgotten_in_a_locked_period_is_paused_and_kept(
    api: Api,
    desk: Api,
    customer_id: UUID,
    worker_pool: Pool,
    acme: Tenant,
    technician: Person,
) -> None:
    ticket = await ticket_of(desk, customer_id)
    timer = await _started(worker_pool, acme, technician, ticket, LONG_AGO)
    await desk.put("/time-lock", {"locked_until": "2026-06-30", "reason": "Abschluss"})

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await timing.stop_forgotten(tx, now=LONG_AGO + timedelta(hours=13))

    own = api.as_(technician)
    [kept] = (await own.get("/timers")).json()["data"]
    assert (kept["id"], kept["attributes"]["elapsed_seconds"]) == (timer, 12 * 3600)
    assert refusal(await own.post(f"/timers/{timer}/stop", {})) == (409, "PERIOD_LOCKED")


async def test_a_timer_under_a_minute_is_let_run_or_thrown_away(
    desk: Api, customer_id: UUID
) -> None:
    timer = await _start(desk, await ticket_of(desk, customer_id))

    short = await desk.post(f"/timers/{timer}/stop", {})
    gone = await desk.delete(f"/timers/{timer}")

    assert refusal(short) == (422, "TIMER_TOO_SHORT")
    assert gone.status_code == 204
    assert (await desk.get("/timers")).json()["data"] == []


async def test_a_timer_is_its_owners_alone(
    api: Api, desk: Api, customer_id: UUID, acme: Tenant, beta: Tenant, technician: Person
) -> None:
    timer = await _start(desk, await ticket_of(desk, customer_id))
    outsiders = [api.as_(technician), api.as_(beta.person(*TECHNICIAN))]

    for outsider in outsiders:
        assert (await outsider.get("/timers")).json()["data"] == []
        for step in ("pause", "resume"):
            assert (await outsider.post(f"/timers/{timer}/{step}")).status_code == 404
        assert (await outsider.post(f"/timers/{timer}/stop", {})).status_code == 404
        assert (await outsider.delete(f"/timers/{timer}")).status_code == 404


async def test_a_timer_measures_one_ticket_or_one_task(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    ticket, task = await ticket_of(desk, customer_id), str(await a_task(worker_pool, acme))

    on_task = await desk.post("/timers", {"task_id": task})
    both = await desk.post("/timers", {"task_id": task, "ticket_id": ticket})
    none = await desk.post("/timers", {})
    unknown = await desk.post("/timers", {"ticket_id": str(uuid7())})
    kind = await desk.post("/timers", {"task_id": task, "work_type": "gardening"})

    assert on_task.status_code == 201
    assert refusal(both) == refusal(none) == (400, "ONE_TARGET")
    assert unknown.status_code == 404
    assert refusal(kind) == (422, "UNKNOWN_WORK_TYPE")
