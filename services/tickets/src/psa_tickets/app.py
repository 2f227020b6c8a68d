"""The HTTP process: settings, pool, routes."""

from importlib.metadata import version

from litestar import Router
from litestar.di import Provide

from psa_common import health, observability, serve
from psa_common.application import build_application
from psa_common.db import Pool, open_pool
from psa_common.edge import Edge
from psa_common.identity import SigningKeys, TokenVerifier
from psa_common.settings import read_settings
from psa_tickets.http import ROUTES
from psa_tickets.settings import TicketsSettings
from psa_tickets.storage import Cabinet, open_cabinet


def build(
    pool: Pool, verifier: TokenVerifier, cabinet: Cabinet, *checks: tuple[str, health.Check]
) -> Edge:
    """Put the routes together behind the edge."""
    given = {"cabinet": Provide(lambda: cabinet, sync_to_thread=False)}
    return build_application(
        service="tickets",
        version=version("psa-tickets"),
        title="Tickets",
        routes=[Router("/", route_handlers=ROUTES, dependencies=given)],
        pool=pool,
        verifier=verifier,
        checks={"database": health.database_check(pool), **dict(checks)},
    )


async def main() -> None:
    """Serve until told to stop."""
    settings = read_settings(TicketsSettings)
    observability.configure("tickets", "app", settings)
    keys = SigningKeys(settings.jwks_url)
    verifier = TokenVerifier(keys, issuer=settings.token_issuer, audience=settings.token_audience)

    async with open_pool(
        settings.database_dsn, name="tickets-app", size=settings.database_pool_size
    ) as pool:
        application = build(pool, verifier, open_cabinet(settings), ("signing_keys", keys.check))
        await serve.http(application, settings, background=(keys.keep_fresh(),))
