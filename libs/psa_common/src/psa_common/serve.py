"""Run one process of a service: an HTTP server, or a worker with its loops."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable
from typing import TYPE_CHECKING, Any, Literal, cast

import structlog
import uvicorn
import uvloop
from litestar import Litestar

from psa_common import health
from psa_common.asgi import Application
from psa_common.db import Pool
from psa_common.joining import JoiningProtocol
from psa_common.settings import ServiceSettings

if TYPE_CHECKING:
    from uvicorn._types import ASGIApplication

log = structlog.get_logger()

KEEP_ALIVE_SECONDS = 75  # longer than the gateway keeps an idle connection
GRACE_SECONDS = 25
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run *main* on uvloop until it ends or the process is told to stop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())


async def http(
    app: Application,
    settings: ServiceSettings,
    *,
    background: Iterable[Coroutine[Any, Any, None]] = (),
) -> None:
    """
    Serve *app* until SIGTERM or SIGINT; requests in flight are finished first.

    *background* are endless loops that the requests rely on, such as fetching signing keys.
    """
    tasks = [asyncio.ensure_future(loop) for loop in background]
    gc.collect()
    gc.freeze()  # what exists by now stays; looking through it for garbage would cost each request
    try:
        await _server(app, settings, settings.http_port).serve()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _server(
    app: Application, settings: ServiceSettings, port: int, lifespan: Literal["on", "off"] = "on"
) -> uvicorn.Server:
    config = uvicorn.Config(
        cast("ASGIApplication", app),
        host=settings.http_host,
        port=port,
        http=JoiningProtocol,
        lifespan=lifespan,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return _Server(config)


class _Server(uvicorn.Server):
    """
    A server that ends by returning.

    Uvicorn would send itself the signal once more, and nothing behind it would be closed.
    """

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Stop at a signal; within `together` the worker does that itself."""
        if self.config.lifespan == "off":
            yield
            return
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in STOP_SIGNALS:
                loop.remove_signal_handler(number)


async def worker_health(
    service: str, version: str, settings: ServiceSettings, pool: Pool, **others: health.Check
) -> None:
    """Answer health and metrics for a worker, on a port of its own."""
    checks = {"database": health.database_check(pool), **others}
    routes = [health.router(service, version, checks)]
    app = cast("Application", Litestar(routes, openapi_config=None, logging_config=None))
    await _server(app, settings, settings.worker_port, "off").serve()


async def together(*loops: Coroutine[Any, Any, None]) -> None:
    """Run endless loops side by side until the process is told to stop, or one fails."""
    stop = asyncio.Event()
    running = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        running.add_signal_handler(number, stop.set)
    tasks = [asyncio.ensure_future(loop) for loop in loops]
    stopper = asyncio.ensure_future(stop.wait())
    try:
        done, _ = await asyncio.wait([*tasks, stopper], return_when=asyncio.FIRST_COMPLETED)
        for task in done - {stopper}:
            await task  # a loop that ended has failed; let its error end the process
    finally:
        for task in (*tasks, stopper):
            task.cancel()
        await asyncio.wait([*tasks, stopper])


def is_being_stopped() -> bool:
    """
    Say whether the running task was cancelled.

    Some libraries turn a cancellation into an error of their own; an endless loop that goes on
    after errors asks here first, or it would never end.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def every(seconds: float, name: str, work: Callable[[], Awaitable[object]]) -> None:
    """Do *work* again and again; a failure is logged and does not end the loop."""
    while True:
        try:
            await work()
        except Exception as error:
            if is_being_stopped():
                raise
            log.warning("timer_failed", timer=name, error=repr(error))
        await asyncio.sleep(seconds)
