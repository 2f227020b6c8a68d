"""The HTTP process: settings, pool, routes."""

from importlib.metadata import version

from psa_billing.http import billing_runs, contracts, invoices, time_reversals
from psa_billing.paperwork import PAPERWORK
from psa_common import health, observability, serve
from psa_common.application import build_application
from psa_common.asgi import Application
from psa_common.db import Pool, open_pool
from psa_common.identity import SigningKeys, TokenVerifier
from psa_common.settings import ServiceSettings, read_settings

ROUTES = (contracts.ROUTER, billing_runs.ROUTER, invoices.ROUTER, time_reversals.ROUTER)


def build(pool: Pool, verifier: TokenVerifier, *checks: tuple[str, health.Check]) -> Application:
    """Put the routes together behind the edge."""
    return build_application(
        service="billing",
        version=version("psa-billing"),
        title="Billing",
        routes=ROUTES,
        pool=pool,
        verifier=verifier,
        checks={"database": health.database_check(pool), **dict(checks)},
    )


async def main() -> None:
    """Serve until told to stop."""
    settings = read_settings(ServiceSettings)
    observability.configure("billing", "app", settings)
    keys = SigningKeys(settings.jwks_url)
    verifier = TokenVerifier(keys, issuer=settings.token_issuer, audience=settings.token_audience)

    try:
        async with open_pool(
            settings.database_dsn, name="billing-app", size=settings.database_pool_size
        ) as pool:
            application = build(pool, verifier, ("signing_keys", keys.check))
            await serve.http(application, settings, background=(keys.keep_fresh(),))
    finally:
        PAPERWORK.close()
