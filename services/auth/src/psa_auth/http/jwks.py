"""/.well-known/jwks.json: the keys that everybody verifies our tokens with."""

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from psa_auth.usecases.key_ring import KeyRing
from psa_common.guards import public

#: How long verifiers may keep the set; a new key stands in it for twice as long unused.
MAX_AGE_SECONDS = 300


def handler(ring: KeyRing) -> HTTPRouteHandler:
    """Return the route that shows the keys of *ring*."""

    @get("/.well-known/jwks.json", guards=[public], include_in_schema=False)
    async def jwks() -> Response[bytes]:
        """Show the key set (RFC 7517)."""
        return Response(
            ring.document,
            media_type="application/json",
            headers={"cache-control": f"max-age={MAX_AGE_SECONDS}"},
        )

    return jwks
