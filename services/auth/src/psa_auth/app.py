"""The HTTP process: settings, pool, keys, routes."""

from importlib.metadata import version

from psa_auth.http import jwks, routes
from psa_auth.settings import AuthSettings
from psa_auth.usecases.hashing import Hasher
from psa_auth.usecases.key_ring import KeyRing
from psa_auth.usecases.keys import care_of
from psa_auth.usecases.sign_in import Door
from psa_auth.usecases.tokens import TokenDesk
from psa_common import health, observability, serve
from psa_common.application import build_application
from psa_common.db import Pool, open_pool
from psa_common.edge import Edge
from psa_common.identity import TokenVerifier
from psa_common.settings import read_settings


def build(
    pool: Pool, verifier: TokenVerifier, door: Door, *checks: tuple[str, health.Check]
) -> Edge:
    """Put the routes together behind the edge; the key set stands outside of the API."""
    return build_application(
        service="auth",
        version=version("psa-auth"),
        title="Auth",
        routes=[routes.router(door)],
        root_routes=[jwks.handler(door.desk.ring)],
        pool=pool,
        verifier=verifier,
        checks={"database": health.database_check(pool), **dict(checks)},
    )


async def main() -> None:
    """Serve until told to stop."""
    settings = read_settings(AuthSettings)
    observability.configure("auth", "app", settings)
    issuer, audience = settings.token_issuer, settings.token_audience
    hasher = Hasher(settings.hashing_threads)

    async with open_pool(
        settings.database_dsn, name="auth-app", size=settings.database_pool_size
    ) as pool:
        ring = KeyRing(care_of(pool, settings))
        verifier = TokenVerifier(ring.verifying, issuer=issuer, audience=audience)
        desk = TokenDesk(ring=ring, issuer=issuer, audience=audience, lifetimes=settings.lifetimes)
        door = Door(pool=pool, desk=desk, hasher=hasher)
        application = build(pool, verifier, door, ("signing_keys", ring.check))
        await serve.http(application, settings, background=(ring.keep_fresh(),))
    hasher.close()
