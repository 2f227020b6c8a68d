"""The documentation page: reads the merged document and lets a person try it out."""

from importlib import resources
from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from psa_common.guards import public

FILES = resources.files("psa_gateway.http") / "static"
#: Nothing inline, nothing from elsewhere, nobody may frame it.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGES = (
    ("/docs", "docs.html", "text/html; charset=utf-8"),
    ("/docs/docs.js", "docs.js", "text/javascript; charset=utf-8"),
    ("/docs/docs.css", "docs.css", "text/css; charset=utf-8"),
)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of the page and its two files."""
    return [_page(path, (FILES / name).read_bytes(), kind) for path, name, kind in PAGES]


def _page(path: str, content: bytes, kind: str) -> Any:
    @get(path, guards=[public], include_in_schema=False)
    async def page() -> Response[bytes]:
        """Give one file."""
        return Response(
            content,
            media_type=kind,
            headers={
                "content-security-policy": POLICY,
                "referrer-policy": "no-referrer",
                "cross-origin-opener-policy": "same-origin",
                "cache-control": "private, max-age=300",
            },
        )

    return page
