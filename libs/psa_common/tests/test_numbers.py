"""Human numbers have neither gaps nor doubles, whoever draws and whoever gives up."""

import asyncio
import random

from psa_common import numbers
from psa_common.db import Pool, tenant_transaction
from psa_common.testing import Tenant, a_context


class GaveUp(Exception):
    """A transaction that is rolled back after it has drawn."""


async def test_parallel_drawers_with_rollbacks_leave_no_gap(pool: Pool, acme: Tenant) -> None:
    chance = random.Random(7)
    kept: list[int] = []

    async def draw(give_up: bool) -> None:
        async with tenant_transaction(pool, acme.id, a_context()) as tx:
            number = await numbers.draw(tx, "invoice")
            if give_up:
                raise GaveUp
        kept.append(number)

    await asyncio.gather(*(draw(chance.random() < 0.3) for _ in range(60)), return_exceptions=True)

    assert sorted(kept) == [*range(1, len(kept) + 1)]
    assert len(kept) < 60


async def test_tenants_and_series_count_for_themselves(
    pool: Pool, acme: Tenant, beta: Tenant
) -> None:
    async with tenant_transaction(pool, acme.id, a_context()) as tx:
        assert await numbers.draw(tx, "ticket", first=1001) == 1001
        assert await numbers.draw(tx, "RE-2026") == 1
        assert await numbers.draw(tx, "ticket", first=1001) == 1002
    async with tenant_transaction(pool, beta.id, a_context()) as tx:
        assert await numbers.draw(tx, "ticket", first=1001) == 1001
