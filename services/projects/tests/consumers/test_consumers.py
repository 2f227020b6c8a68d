"""What arrives is kept once, in whatever order."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import msgspec
import pytest

from projects_builders import (
    Scene,
    a_customer,
    a_project,
    a_reversal,
    a_task,
    a_user,
    an_entry,
    arrive,
)
from psa_common.db import Pool, tenant_transaction
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant, a_context
from psa_events.envelope import Envelope
from psa_events.testing import an_envelope


class Kept(msgspec.Struct, frozen=True):
    """What a copy says."""

    name: str | None
    state: str


async def kept_customer(pool: Pool, tenant: Tenant) -> list[Kept]:
    """Read the copies of customers."""
    async with tenant_transaction(pool, tenant.id, a_context()) as tx:
        return await tx.fetch_all(Kept, "SELECT name, status AS state FROM customers")


async def kept_user(pool: Pool, tenant: Tenant) -> list[Kept]:
    """Read the copies of users."""
    async with tenant_transaction(pool, tenant.id, a_context()) as tx:
        return await tx.fetch_all(Kept, "SELECT name, active::text AS state FROM users")


async def test_an_entry_delivered_twice_counts_once(
    managed: Api, acme: Tenant, worker_pool: Pool
) -> None:
    project = await a_project(managed)
    task = await a_task(managed, project["id"])
    entry = an_entry(task["id"])
    envelope = an_envelope(acme.id, "time_entry.approved.v1", entry)
    rebuilt = an_envelope(acme.id, "time_entry.approved.v1", entry)

    handled = [await arrive(worker_pool, one) for one in (envelope, envelope, rebuilt)]

    read = await managed.get(f"/tasks/{task['id']}")
    assert handled == [True, False, True]
    assert read.json()["data"]["attributes"]["booked_minutes"] == 30


async def test_time_on_a_ticket_is_not_ours(acme: Tenant, worker_pool: Pool) -> None:
    entry = an_entry(None, ticket_id=uuid7())

    await arrive(worker_pool, an_envelope(acme.id, "time_entry.approved.v1", entry))

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        assert await tx.fetch_value("SELECT count(*) FROM booked_time") == 0


async def test_time_of_another_tenant_does_not_count(
    managed: Api, beta: Tenant, worker_pool: Pool
) -> None:
    project = await a_project(managed)
    task = await a_task(managed, project["id"])

    await arrive(worker_pool, an_envelope(beta.id, "time_entry.approved.v1", an_entry(task["id"])))

    read = await managed.get(f"/tasks/{task['id']}")
    assert read.json()["data"]["attributes"]["booked_minutes"] == 0


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_minutes_that_were_taken_back_count_on_no_task_in_any_order(
    managed: Api, acme: Tenant, worker_pool: Pool, order: tuple[int, ...]
) -> None:
    project = await a_project(managed)
    task = await a_task(managed, project["id"])
    wrong = an_entry(task["id"], billable="billable")
    envelopes = [
        an_envelope(acme.id, "time_entry.approved.v1", wrong),
        an_envelope(acme.id, "time_entry.reversed.v1", a_reversal(wrong), sequence=2),
        an_envelope(acme.id, "time_entry.approved.v1", an_entry(task["id"], minutes=20)),
    ]

    await _arrive_all(worker_pool, [envelopes[at] for at in order])

    read = (await managed.get(f"/tasks/{task['id']}")).json()["data"]["attributes"]
    whole = (await managed.get(f"/projects/{project['id']}")).json()["data"]["attributes"]
    listed = (await managed.get(f"/projects/{project['id']}/tasks")).json()["data"]
    assert (read["booked_minutes"], read["booked_billable_minutes"]) == (20, 0)
    assert whole["booked_minutes"] == 20
    assert [each["attributes"]["booked_minutes"] for each in listed] == [20]


async def test_what_another_tenant_takes_back_still_counts_here(
    managed: Api, acme: Tenant, beta: Tenant, worker_pool: Pool
) -> None:
    task = await a_task(managed, (await a_project(managed))["id"])
    entry = an_entry(task["id"])
    await arrive(worker_pool, an_envelope(acme.id, "time_entry.approved.v1", entry))

    await arrive(worker_pool, an_envelope(beta.id, "time_entry.reversed.v1", a_reversal(entry)))

    read = await managed.get(f"/tasks/{task['id']}")
    assert read.json()["data"]["attributes"]["booked_minutes"] == 30


async def test_time_on_a_ticket_that_is_taken_back_is_not_ours_either(
    acme: Tenant, worker_pool: Pool
) -> None:
    reversal = a_reversal(an_entry(None, ticket_id=uuid7()))

    await arrive(worker_pool, an_envelope(acme.id, "time_entry.reversed.v1", reversal))

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        assert await tx.fetch_value("SELECT count(*) FROM reversed_time") == 0


async def _arrive_all(worker_pool: Pool, envelopes: Sequence[Envelope]) -> None:
    for envelope in (*envelopes, *envelopes):
        await arrive(worker_pool, envelope)


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_the_newest_state_of_a_customer_stands_in_any_order(
    acme: Tenant, worker_pool: Pool, order: tuple[int, ...]
) -> None:
    customer_id = uuid7()
    data: list[dict[str, Any]] = [
        a_customer(customer_id),
        a_customer(customer_id, name="Müller SE"),
        a_customer(customer_id, name="Müller SE", status="on_hold"),
    ]
    types = ("customer.created.v1", "customer.updated.v1", "customer.updated.v1")
    envelopes = [an_envelope(acme.id, types[at], data[at], sequence=at + 1) for at in order]

    await _arrive_all(worker_pool, envelopes)

    assert await kept_customer(worker_pool, acme) == [Kept("Müller SE", "on_hold")]


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_who_has_left_stays_away_in_any_order(
    acme: Tenant, worker_pool: Pool, order: tuple[int, ...]
) -> None:
    user_id = uuid7()
    data: list[dict[str, Any]] = [
        a_user(user_id),
        a_user(user_id, name="Technician at large"),
        {"user_id": user_id, "deactivated_at": "2026-06-30T12:00:00Z"},
    ]
    types = ("user.created.v1", "user.updated.v1", "user.deactivated.v1")
    envelopes = [an_envelope(acme.id, types[at], data[at], sequence=at + 1) for at in order]

    await _arrive_all(worker_pool, envelopes)

    [kept] = await kept_user(worker_pool, acme)
    assert kept.state == "false"
    assert kept.name in {"Technician", "Technician at large"}


async def test_a_scene_belongs_to_its_tenant(scene: Scene, beta: Tenant, worker_pool: Pool) -> None:
    assert await kept_customer(worker_pool, beta) == []
