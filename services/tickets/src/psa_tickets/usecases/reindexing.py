"""
The errand `python -m psa_tickets reindex`: build Elasticsearch's indices anew.

The old ones answer until a new one is whole. PostgreSQL's own needs no such thing: it changes
within the transaction.
"""

import sys
from typing import TYPE_CHECKING
from uuid import UUID

from psa_common.context import system_context
from psa_common.db import Pool, open_pool, tenant_transaction
from psa_common.settings import SettingsError, read_settings
from psa_common.tenants import all_tenants
from psa_tickets.domain.search import Kind
from psa_tickets.queries import search_documents
from psa_tickets.settings import TicketsSettings

if TYPE_CHECKING:
    from psa_tickets.search.elasticsearch import ElasticsearchIndex

BATCH = 500
FIRST = UUID(int=0)


async def main() -> None:
    """Rebuild and say how far it is."""
    settings = read_settings(TicketsSettings)
    if settings.elasticsearch_url is None:
        raise SettingsError("PSA_ELASTICSEARCH_URL is not set; PostgreSQL needs no reindexing")
    from psa_tickets.search.elasticsearch import open_index  # the other processes need no client

    async with (
        open_pool(settings.database_dsn, name="tickets-reindex", size=2) as pool,
        open_index(settings.elasticsearch_url) as index,
    ):
        await rebuild(pool, index)


async def rebuild(pool: Pool, index: "ElasticsearchIndex") -> None:
    """Fill new indices from the database, switch to them, and tell again what changed since."""
    tenants = await all_tenants(pool)
    since: dict[UUID, int] = {}
    for tenant_id in tenants:
        async with tenant_transaction(pool, tenant_id, system_context("reindex")) as tx:
            since[tenant_id] = await search_documents.latest_version(tx)

    for kind in Kind:
        build = await index.create(kind)
        for number, tenant_id in enumerate(tenants, start=1):
            count = await _fill(pool, index, tenant_id, kind, build)
            sys.stdout.write(f"{kind}: tenant {number} of {len(tenants)}, {count:,} texts\n")
        await index.switch(build, kind)

    for tenant_id in tenants:
        async with tenant_transaction(pool, tenant_id, system_context("reindex")) as tx:
            search_documents.tell_again(tx, since=since[tenant_id])


async def _fill(
    pool: Pool, index: "ElasticsearchIndex", tenant_id: UUID, kind: Kind, build: str
) -> int:
    after, count = (FIRST, FIRST), 0
    while True:
        async with tenant_transaction(pool, tenant_id, system_context("reindex")) as tx:
            places = await search_documents.list_places(tx, kind, after, batch=BATCH)
            if not places:
                return count
            ids, parts = [one.id for one in places], [one.part for one in places]
            documents = await search_documents.read(tx, [kind] * len(places), ids, parts)
        await index.follow(tenant_id, documents, build=build)
        count += len(documents)
        after = (ids[-1], parts[-1])
