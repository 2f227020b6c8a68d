"""The documents of all services as one, fetched in the background; the last good are kept."""

import asyncio
from typing import Any

import msgspec
import structlog
from litestar import Litestar, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig

from psa_common.guards import public
from psa_gateway.domain.merging import Document, merge
from psa_gateway.http.upstream_client import UpstreamError
from psa_gateway.http.upstream_pool import UpstreamPools, fetch
from psa_gateway.upstreams import WITHOUT_TOKEN, Routes

log = structlog.get_logger()

SOURCE = b"/openapi.json"
SOURCE_BYTES_MAX = 8 * 1024 * 1024
FETCH_SECONDS_MAX = 5.0
REFRESH_SECONDS = 60.0
#: While a service's document is missing.
RETRY_SECONDS = 3.0


class _Shape(msgspec.Struct):
    """What merging relies on; a document of another shape is as good as none."""

    paths: dict[str, dict[str, Any]]
    components: dict[str, dict[str, Any]] = {}


class Contract:
    """The merged document, ready to send."""

    def __init__(self, routes: Routes, version: str, own: Document) -> None:
        self._routes = routes
        self._version = version
        self._own = own
        self._documents: dict[str, Document] = {}
        self.body = b""
        self._merge()

    async def keep_fresh(self, pools: UpstreamPools) -> None:
        """Fetch the documents now and then, for as long as the process runs."""
        while True:
            await self.refresh(pools)
            complete = len(self._documents) == len(self._routes.upstreams)
            await asyncio.sleep(REFRESH_SECONDS if complete else RETRY_SECONDS)

    async def refresh(self, pools: UpstreamPools) -> None:
        """Fetch every document once; what cannot be had now stays as it was."""
        names = list(self._routes.upstreams)
        found = await asyncio.gather(*(self._fetch(pools, name) for name in names))
        for name, document in zip(names, found, strict=True):
            if document is not None:
                self._documents[name] = document
        self._merge()

    def _merge(self) -> None:
        merged = merge(
            {"gateway": self._own, **self._documents},
            version=self._version,
            unavailable=self._routes.upstreams.keys() - self._documents.keys(),
            owner=self._owner,
            is_open=lambda method, path: (method, path.encode()) in WITHOUT_TOKEN,
        )
        self.body = msgspec.json.encode(merged)

    def _owner(self, path: str) -> str | None:
        if path in self._own["paths"]:
            return "gateway"
        route = self._routes.find("GET", path.encode())
        return route.upstream.name if route else None

    async def _fetch(self, pools: UpstreamPools, name: str) -> Document | None:
        address = self._routes.upstreams[name].addresses[0].base
        try:
            async with asyncio.timeout(FETCH_SECONDS_MAX):
                body = await fetch(
                    pools.of(address),
                    SOURCE,
                    seconds=FETCH_SECONDS_MAX,
                    bytes_max=SOURCE_BYTES_MAX,
                )
            msgspec.json.decode(body, type=_Shape)
            return msgspec.json.decode(body, type=dict[str, Any])
        except (UpstreamError, TimeoutError, msgspec.MsgspecError) as error:
            log.debug("openapi_not_fetched", upstream=name, error=type(error).__name__)
            return None


def handler(contract: Contract) -> HTTPRouteHandler:
    """Return the route of the merged document."""

    @get("/openapi.json", guards=[public], include_in_schema=False)
    async def openapi() -> Response[bytes]:
        """Give the merged document."""
        return Response(
            contract.body,
            media_type="application/json",
            headers={"cache-control": "private, max-age=30"},
        )

    return openapi


def document_of(handlers: list[Any], release: str) -> Document:
    """Return the OpenAPI document of the gateway's own routes."""
    config = OpenAPIConfig(title="Gateway", version=release)
    app = Litestar(handlers, openapi_config=config, logging_config=None)
    return msgspec.json.decode(msgspec.json.encode(app.openapi_schema.to_schema()))
