"""The process that takes requests: settings, routes, and the loops beside them."""

from importlib.metadata import version

from psa_common import observability
from psa_common.asgi import Application
from psa_common.identity import SigningKeys, TokenVerifier
from psa_common.settings import read_settings
from psa_gateway.domain.rates import tiers
from psa_gateway.http import limits, openapi, own
from psa_gateway.http.callers import Callers
from psa_gateway.http.courier import Courier
from psa_gateway.http.forward import Gateway
from psa_gateway.http.journal import Journal
from psa_gateway.http.server import serve_http
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
    contract = openapi.Contract(routes, release, openapi.document_of([own_limits], release))

    return Gateway(
        own.application(
            release,
            {
                "signing_keys": keys.check,
                **({} if settings.redis_away_admits else {"redis": redis_check(redis)}),
            },
            contract,
            own_limits,
            loops=(
                keys.keep_fresh,
                lambda: contract.keep_fresh(pools),
                lambda: signing_keys.follow(redis, keys, callers.forget),
            ),
            close=(pools.close, redis.close),
        ),
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
    await serve_http(app, settings)
