"""The HTTP server before the gateway."""

import gc
from typing import TYPE_CHECKING, cast

import uvicorn

from psa_common import serve
from psa_common.asgi import Application
from psa_common.joining import JoiningProtocol
from psa_gateway.settings import GatewaySettings

if TYPE_CHECKING:
    from uvicorn._types import ASGIApplication


async def serve_http(app: Application, settings: GatewaySettings) -> None:
    """
    Serve until SIGTERM or SIGINT; requests in flight are finished first.

    Unlike behind the other services' server, X-Forwarded-For is read by the gateway alone.
    """
    gc.collect()
    gc.freeze()  # what exists by now stays; looking through it for garbage would cost each request
    config = uvicorn.Config(
        cast("ASGIApplication", app),
        host=settings.http_host,
        port=settings.http_port,
        http=JoiningProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=serve.KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=serve.GRACE_SECONDS,
    )
    await uvicorn.Server(config).serve()
