"""Which engine searches: the settings decide, and nothing else."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from psa_tickets.search.index import FollowingIndex


@asynccontextmanager
async def open_outside(url: str | None) -> AsyncGenerator[FollowingIndex | None, None]:
    """Open Elasticsearch at *url*; without one, PostgreSQL searches and nothing is opened."""
    if url is None:
        yield None
        return
    from psa_tickets.search.elasticsearch import open_index  # its client is large

    async with open_index(url) as index:
        yield index
