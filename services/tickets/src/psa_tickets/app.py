"""The HTTP process: settings, pool, routes."""

from dataclasses import dataclass
from importlib.metadata import version

from litestar import Router
from litestar.di import Provide

from psa_common import health, observability, serve
from psa_common.application import build_application
from psa_common.db import Pool, open_pool
from psa_common.edge import Edge
from psa_common.identity import SigningKeys, TokenVerifier
from psa_common.settings import read_settings
from psa_tickets.http import ROUTES, mail, search
from psa_tickets.search.engines import open_outside
from psa_tickets.search.index import SearchIndex
from psa_tickets.search.postgres import POSTGRES
from psa_tickets.settings import TicketsSettings
from psa_tickets.storage import Cabinet, open_cabinet
from psa_tickets.usecases.mail.office import PostOffice, open_office


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the routes work with besides the database."""

    cabinet: Cabinet
    office: PostOffice
    index: SearchIndex = POSTGRES


def build(
    pool: Pool,
    verifier: TokenVerifier,
    means: Means,
    *checks: tuple[str, health.Check],
) -> Edge:
    """Put the routes together behind the edge."""
    routes = [*ROUTES, search.router(means.index), *mail.routes(means.office)]
    given = {"cabinet": Provide(lambda: means.cabinet, sync_to_thread=False)}
    return build_application(
        service="tickets",
        version=version("psa-tickets"),
        title="Tickets",
        routes=[Router("/", route_handlers=routes, dependencies=given)],
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

    async with (
        open_pool(
            settings.database_dsn, name="tickets-app", size=settings.database_pool_size
        ) as pool,
        open_outside(settings.elasticsearch_url) as outside,
    ):
        cabinet = open_cabinet(settings)
        office = open_office(settings, cabinet)
        means = Means(cabinet=cabinet, office=office, index=outside or POSTGRES)
        application = build(pool, verifier, means, ("signing_keys", keys.check))
        await serve.http(application, settings, background=(keys.keep_fresh(),))
