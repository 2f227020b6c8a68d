"""The process that takes requests: settings, routes, and the loops beside them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import cast

from litestar import Litestar

from psa_common import health, observability, problems, serve
from psa_common.asgi import Application
from psa_common.guards import refuse_unguarded_routes
from psa_common.identity import SigningKeys, TokenVerifier
from psa_common.settings import read_settings
from psa_gateway.domain.rates import tiers
from psa_gateway.http import docs, limits, openapi
from psa_gateway.http.callers import Callers
from psa_gateway.http.courier import Courier
from psa_gateway.http.forward import Gateway
from psa_gateway.http.journal import Journal
from psa_gateway.http.upstream_pool import UpstreamPools
from psa_gateway.queries import signing_keys
from psa_gateway.queries.admission import Admission
from psa_gateway.queries.redis_line import RedisLine, redis_check
from psa_gateway.settings import GatewaySettings
from psa_gateway.upstreams import Routes


def compose(settings: GatewaySettings, keys: SigningKeys) -> Application:
    """Put the gateway together; needs a running loop."""
    release = version("psa-gateway")
    routes = Routes(settings)
    known_tiers = tiers(settings.rate_tiers, settings.rate_tenants, settings.rate_default_tier)
    verifier = TokenVerifier(keys, issuer=settings.token_issuer, audience=settings.token_audience)
    callers = Callers(verifier, known_tiers)
    redis = RedisLine(settings.redis_url, timeout_seconds=settings.redis_timeout_seconds)
    pools = UpstreamPools(connect_seconds=settings.connect_seconds)
    own_limits = limits.handler(known_tiers)
    contract = openapi.Contract(routes, release, openapi.document_of([own_limits]))

    @asynccontextmanager
    async def loops(_app: Litestar) -> AsyncGenerator[None]:
        running = [
            asyncio.create_task(keys.keep_fresh()),
            asyncio.create_task(contract.keep_fresh(pools)),
            asyncio.create_task(signing_keys.follow(redis, keys, callers.forget)),
        ]
        try:
            yield
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            pools.close()
            redis.close()

    checks = {
        "signing_keys": keys.check,
        **({} if settings.redis_away_admits else {"redis": redis_check(redis)}),
    }
    own = Litestar(
        [
            health.router("gateway", release, checks),
            openapi.handler(contract),
            *docs.handlers(),
            own_limits,
        ],
        lifespan=[loops],
        exception_handlers=problems.HANDLERS,
        openapi_config=None,
        logging_config=None,
    )
    refuse_unguarded_routes(own)
    return Gateway(
        cast("Application", own),
        settings,
        routes,
        callers,
        Admission(redis, rest_seconds=settings.redis_rest_seconds),
        Courier(pools),
        Journal(traced=settings.otlp_endpoint is not None),
    )


async def main() -> None:
    """Serve until told to stop."""
    settings = read_settings(GatewaySettings)
    observability.configure("gateway", "app", settings)
    app = compose(settings, SigningKeys(settings.jwks_url))
    await serve.http(app, settings)
