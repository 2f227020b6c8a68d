"""The gateway's own routes, behind everything that is forwarded."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import ExitStack, asynccontextmanager
from typing import Any, cast

from litestar import Litestar

from psa_common import health, problems
from psa_common.asgi import Application
from psa_common.guards import refuse_unguarded_routes
from psa_common.health import Check
from psa_gateway.http import docs, openapi

Loop = Callable[[], Coroutine[Any, Any, None]]


def application(
    release: str,
    checks: dict[str, Check],
    contract: openapi.Contract,
    limits: Any,
    *,
    loops: tuple[Loop, ...],
    close: tuple[Callable[[], None], ...],
) -> Application:
    """Return the routes; *loops* run while they are served, *close* is called at the end."""

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncGenerator[None]:
        with ExitStack() as stack:
            for one in close:
                stack.callback(one)
            running = [asyncio.create_task(loop()) for loop in loops]
            try:
                yield
            finally:
                for task in running:
                    task.cancel()
                await asyncio.gather(*running, return_exceptions=True)

    app = Litestar(
        [
            health.router("gateway", release, checks),
            openapi.handler(contract),
            *docs.handlers(),
            limits,
        ],
        lifespan=[lifespan],
        exception_handlers=problems.HANDLERS,
        openapi_config=None,
        logging_config=None,
    )
    refuse_unguarded_routes(app)
    return cast("Application", app)
