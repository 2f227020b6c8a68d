"""Put a service's routes behind the edge, with what every service has."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from litestar import Litestar, Router, get
from litestar.di import Provide
from litestar.handlers.base import BaseRouteHandler

from psa_common import health, openapi
from psa_common.asgi import Application
from psa_common.db import Pool
from psa_common.edge import Edge
from psa_common.exchange import provide_principal, provide_tx
from psa_common.guards import public, refuse_unguarded_routes
from psa_common.identity import TokenVerifier
from psa_common.problems import HANDLERS
from psa_common.requests import BODY_BYTES_MAX, StrictRequest


def build_application(
    *,
    service: str,
    version: str,
    title: str,
    routes: Sequence[Router],
    root_routes: Sequence[BaseRouteHandler] = (),
    pool: Pool,
    verifier: TokenVerifier,
    checks: Mapping[str, health.Check],
) -> Edge:
    """
    Return the ASGI application: *routes* under /api/v1, *root_routes* beside it.

    Raises RuntimeError when a route has no guard.
    """

    def document() -> dict[str, Any]:
        return openapi.document_of(app, service=service, title=title, version=version)

    @get("/openapi.json", guards=[public], include_in_schema=False)
    async def contract() -> dict[str, Any]:
        """Give the gateway this service's part of the API document."""
        return document()

    api = Router("/api/v1", route_handlers=routes)
    app = Litestar(
        [api, health.router(service, version, checks), contract, *root_routes],
        dependencies={"tx": Provide(provide_tx), "principal": Provide(provide_principal)},
        exception_handlers=HANDLERS,
        request_class=StrictRequest,
        request_max_body_size=BODY_BYTES_MAX,
        openapi_config=None,
        logging_config=None,
    )
    refuse_unguarded_routes(app)
    return Edge(cast("Application", app), pool, verifier, document)
