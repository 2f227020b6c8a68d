"""Search on each engine that there is."""

from typing import Any

import pytest

from psa_common.db import Pool, tenant_transaction
from psa_common.testing import Api, Tenant, a_context
from psa_tickets.usecases import search_upkeep
from tickets_search import FINDING, Searching


@pytest.fixture(params=["postgresql"])
async def searching(
    request: pytest.FixtureRequest, asgi: Any, worker_pool: Pool, acme: Tenant
) -> Searching:
    """Give somebody who may see everything and searches it."""

    async def catch_up() -> None:
        async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
            while await search_upkeep.follow(tx):
                pass

    return Searching(Api(asgi).as_(acme.person(*FINDING)), catch_up)
