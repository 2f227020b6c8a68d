"""Inbox row and effect are one: delivered again, an event changes nothing."""

import asyncio

import msgspec
import pytest

from psa_common.db import Pool, tenant_transaction
from psa_common.testing import Tenant, a_context
from psa_events.consumer import deliver
from psa_events.testing import an_envelope
from psa_events_builders import BOOKING, notes


async def _ledger(pool: Pool, tenant: Tenant) -> list[str]:
    async with tenant_transaction(pool, tenant.id, a_context()) as tx:
        return await notes(tx)


async def test_an_event_that_is_delivered_twice_has_its_effect_once(
    worker_pool: Pool, acme: Tenant
) -> None:
    envelope = an_envelope(acme.id, "ledger.booked.v1", {"account_id": str(acme.id), "note": "a"})

    assert await deliver(worker_pool, BOOKING, envelope)
    assert not await deliver(worker_pool, BOOKING, envelope)
    assert await _ledger(worker_pool, acme) == ["a"]


async def test_two_workers_with_the_same_event_leave_one_effect(
    worker_pool: Pool, acme: Tenant
) -> None:
    envelope = an_envelope(acme.id, "ledger.booked.v1", {"account_id": str(acme.id), "note": "a"})

    done = await asyncio.gather(*(deliver(worker_pool, BOOKING, envelope) for _ in range(4)))

    assert sorted(done) == [False, False, False, True]
    assert await _ledger(worker_pool, acme) == ["a"]


async def test_a_failed_handler_leaves_nothing_and_the_event_is_still_to_come(
    worker_pool: Pool, acme: Tenant
) -> None:
    data = {"account_id": str(acme.id), "note": "broken"}
    envelope = an_envelope(acme.id, "ledger.booked.v1", data)

    for _ in range(2):
        with pytest.raises(ValueError, match="has a bug"):
            await deliver(worker_pool, BOOKING, envelope)

    assert await _ledger(worker_pool, acme) == []


async def test_an_event_has_its_effect_in_its_own_tenant_only(
    worker_pool: Pool, acme: Tenant, beta: Tenant
) -> None:
    data = {"account_id": str(acme.id), "note": "acme's"}

    await deliver(worker_pool, BOOKING, an_envelope(acme.id, "ledger.booked.v1", data))

    assert await _ledger(worker_pool, acme) == ["acme's"]
    assert await _ledger(worker_pool, beta) == []


async def test_data_that_breaks_the_contract_is_refused_before_anything_is_stored(
    worker_pool: Pool, acme: Tenant
) -> None:
    envelope = an_envelope(acme.id, "ledger.booked.v1", {"note": 7})

    with pytest.raises(msgspec.ValidationError):
        await deliver(worker_pool, BOOKING, envelope)

    assert await _ledger(worker_pool, acme) == []
