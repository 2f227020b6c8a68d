"""The cached columns are the fold of the log: over random stories through storage, and checked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from prometheus_client import REGISTRY

from psa_common.db import Pool, Tx, tenant_transaction
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant, a_context
from psa_tickets.domain import sla
from psa_tickets.domain.sla_log import Event
from psa_tickets.queries import sla_check, sla_log, stored_tickets
from psa_tickets.usecases import sla_check as check, sla_clocks, sla_watch
from psa_tickets.usecases.automatic import automatic
from tickets_builders import a_ticket
from tickets_sla import GAPS, logs
from tickets_sla_api import an_always_open_policy, at_work

KEEP_TENANT = (
    "INSERT INTO tenants (slug, name, time_zone, locale, currency, country, company, sequence)"
    " VALUES ('acme', 'Acme', 'Europe/Berlin', 'de', 'EUR', 'DE', '{}', 1)"
)


async def _a_blank_ticket(tx: Tx, like: UUID) -> UUID:
    """Store a ticket to which nothing has happened yet."""
    someone = automatic(tx.tenant_id, "story", "ticket:update")
    template = await stored_tickets.get_for_update(tx, like, someone, "ticket:update")
    ticket_id = uuid7()
    blank = replace(template, id=ticket_id, number=f"T-{ticket_id}")
    stored_tickets.insert(tx, blank, sla.fold((), now=template.opened_at))
    return ticket_id


async def _live(tx: Tx, ticket_id: UUID, log: tuple[Event, ...]) -> None:
    """Append a story as use cases do, each event when it happened, the timer coming round."""
    someone = automatic(tx.tenant_id, "story", "ticket:update")
    for event in log:
        await sla_watch.look_at(tx, now=event.at)
        ticket = await stored_tickets.get_for_update(tx, ticket_id, someone, "ticket:update")
        recorded = await sla_log.read_log(tx, ticket_id)
        clocks = await sla_clocks.record(tx, ticket, recorded, (event,), now=event.at)
        stored_tickets.save(tx, ticket, clocks, now=event.at)


@settings(
    max_examples=30,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(log=logs(), more=GAPS)
async def test_the_columns_are_the_fold_of_what_was_stored_whatever_happened(
    desk: Api,
    customer_id: UUID,
    worker_pool: Pool,
    acme: Tenant,
    log: tuple[Event, ...],
    more: timedelta,
) -> None:
    like = UUID((await a_ticket(desk, customer_id))["id"])
    now = log[-1].at + more

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        ticket_id = await _a_blank_ticket(tx, like)
        await _live(tx, ticket_id, log)
        await sla_watch.look_at(tx, now=now)
        stored = await sla_log.read_log(tx, ticket_id)
        cached = await sla_check.list_unchanging(tx, [ticket_id])
        differences = await check.compare(tx, cached, clock=lambda: now)

    assert stored.events == log
    assert differences == {}
    expected = stored_tickets.sla_columns(sla.fold(log, now=now))
    assert {name: getattr(cached[0], name) for name in expected} == expected


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("response_state", "met"),
        ("resolution_state", "missed"),
        ("resolution_due_at", datetime(2030, 1, 1, tzinfo=UTC)),
        ("sla_look_again_at", None),
        ("sla_policy_version", 7),
        ("sla_excluded", True),
    ],
)
async def test_a_column_that_says_otherwise_is_found_and_not_mended(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant, column: str, value: Any
) -> None:
    await an_always_open_policy(desk)
    ticket = UUID((await a_ticket(desk, customer_id, priority="P2"))["id"])
    await a_ticket(desk, customer_id, priority="P2")
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await tx.execute(
            f"UPDATE tickets SET {column} = %(value)s WHERE id = %(id)s",  # type: ignore[arg-type]
            value=value,
            id=ticket,
        )

        for _ in range(2):
            tickets = await sla_check.list_slice(tx, after=sla_check.FIRST, batch=10)
            found = await check.compare(tx, tickets, clock=lambda: datetime.now(UTC))

            assert list(found) == [ticket]
            assert list(found[ticket]) == [column]
            assert found[ticket][column][0] == value


async def test_what_the_timer_has_yet_to_look_at_is_no_difference(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    await an_always_open_policy(desk)
    await a_ticket(desk, customer_id, priority="P2")
    later = datetime.now(UTC) + timedelta(minutes=90)

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        tickets = await sla_check.list_slice(tx, after=sla_check.FIRST, batch=10)
        before = await check.compare(tx, tickets, clock=lambda: later)
    await at_work(worker_pool, acme, now=later)
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        tickets = await sla_check.list_slice(tx, after=sla_check.FIRST, batch=10)
        after = await check.compare(tx, tickets, clock=lambda: later)

    assert (before, after) == ({}, {})


async def test_the_round_counts_differences_for_prometheus_until_they_are_gone(
    desk: Api,
    customer_id: UUID,
    worker_pool: Pool,
    acme: Tenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(check, "SLICE", 2)

    async def only_acme(_pool: Pool) -> list[UUID]:
        return [acme.id]

    # Other tests leave tenants behind whose tickets they have written by hand.
    monkeypatch.setattr(check, "all_tenants", only_acme)
    await an_always_open_policy(desk)
    tickets = [(await a_ticket(desk, customer_id, priority="P2"))["id"] for _ in range(5)]
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await tx.execute(KEEP_TENANT)
        await tx.execute("UPDATE tickets SET sla_excluded = true WHERE id = %(id)s", id=tickets[3])
    counted: list[float | None] = []
    going = check.Round(worker_pool)

    for step in range(6):
        await going.go_on()
        counted.append(REGISTRY.get_sample_value("sla_cache_mismatches"))
        if step == 2:
            async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
                await tx.execute("UPDATE tickets SET sla_excluded = false")

    assert counted == [0, 1, 1, 1, 0, 0]
