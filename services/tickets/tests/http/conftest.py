"""Search on each engine that there is."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from psa_common.db import Pool, tenant_transaction
from psa_common.identity import TokenVerifier
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant, a_context
from psa_tickets.app import Means, build
from psa_tickets.search.elasticsearch import ElasticsearchIndex
from psa_tickets.usecases import search_upkeep
from tickets_search import FINDING, Searching, elasticsearch_client


@pytest.fixture(scope="session")
async def elasticsearch() -> AsyncIterator[ElasticsearchIndex]:
    """Give Elasticsearch with indices of this session, dropped at the end."""
    url = os.environ.get("PSA_ELASTICSEARCH_URL")
    if url is None:
        pytest.skip("PSA_ELASTICSEARCH_URL names no Elasticsearch; only PostgreSQL is tested")
    prefix = f"test-{uuid7().hex}-"
    async with elasticsearch_client(url) as client:
        index = ElasticsearchIndex(client, prefix=prefix)
        await index.prepare()
        yield index
        names = list(await client.indices.get(index=f"{prefix}*"))
        await client.indices.delete(index=",".join(names))


@pytest.fixture(params=["postgresql", "elasticsearch"])
def searching(
    request: pytest.FixtureRequest,
    asgi: Any,
    pool: Pool,
    worker_pool: Pool,
    verifier: TokenVerifier,
    means: Means,
    acme: Tenant,
) -> Searching:
    """Give somebody who may see everything and searches it."""
    index: ElasticsearchIndex | None = None
    if request.param == "elasticsearch":
        engine: ElasticsearchIndex = request.getfixturevalue("elasticsearch")
        asgi = build(pool, verifier, replace(means, index=engine))
        index = engine
    follow = search_upkeep.follower(index)

    async def catch_up() -> None:
        async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
            while await follow(tx):
                pass
        if index is not None:
            await index.refresh()

    return Searching(Api(asgi).as_(acme.person(*FINDING)), request.param, catch_up)
