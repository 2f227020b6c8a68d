"""Liveness, readiness with the state of each dependency, and metrics."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from litestar import Response, Router, get
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from psycopg import Error as DatabaseError

from psa_common import observability
from psa_common.db import Pool
from psa_common.guards import public

#: A check returns None when all is well, otherwise what is wrong.
Check = Callable[[], Awaitable[str | None]]
CHECK_SECONDS_MAX = 2.0


def router(service: str, version: str, checks: Mapping[str, Check]) -> Router:
    """Return the routes /health/live, /health/ready, /health and /metrics."""

    @get("/health/live", guards=[public], include_in_schema=False)
    async def live() -> dict[str, str]:
        """Say that the process runs its loop; only this may lead to a restart."""
        return {"status": "live", "service": service, "version": version}

    @get(["/health", "/health/ready"], guards=[public], include_in_schema=False)
    async def ready() -> Response[dict[str, Any]]:
        """Say whether requests should be sent here, and what is missing when not."""
        names = list(checks)
        answers = await asyncio.gather(*(_bounded(checks[name]) for name in names))
        well = all(answer is None for answer in answers)
        states = {
            name: {"status": "up"} if answer is None else {"status": "down", "reason": answer}
            for name, answer in zip(names, answers, strict=True)
        }
        body = {
            "status": "ready" if well else "unavailable",
            "service": service,
            "version": version,
            "dependencies": states,
        }
        return Response(body, status_code=200 if well else 503)

    @get("/metrics", guards=[public], include_in_schema=False)
    async def metrics() -> Response[bytes]:
        """Give Prometheus its figures; the gateway does not pass this route on."""
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    return Router("/", route_handlers=[live, ready, metrics])


def database_check(pool: Pool) -> Check:
    """Return the check that a connection can be had and answers; it also sets the metrics."""

    async def check() -> str | None:
        stats = pool.get_stats()
        observability.CONNECTIONS.set(stats.get("pool_size", 0) - stats.get("pool_available", 0))
        observability.CONNECTIONS_MAX.set(pool.max_size)
        try:
            async with pool.connection(timeout=1.0) as conn:
                await conn.execute("SELECT 1")
        except (DatabaseError, TimeoutError, OSError) as error:
            return f"no connection to the database: {type(error).__name__}"
        return None

    return check


async def _bounded(check: Check) -> str | None:
    try:
        return await asyncio.wait_for(check(), CHECK_SECONDS_MAX)
    except TimeoutError:
        return f"no answer within {CHECK_SECONDS_MAX:.0f} seconds"
