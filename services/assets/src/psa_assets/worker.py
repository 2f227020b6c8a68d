"""The background process: consumers, outbox relay, audit seals."""

from importlib.metadata import version

from psa_assets.consumers import SUBSCRIPTIONS
from psa_common import audit, observability, serve
from psa_common.db import open_pool
from psa_common.settings import ServiceSettings, read_settings
from psa_common.tenants import for_every_tenant
from psa_events import consumer, relay


async def main() -> None:
    """Work until told to stop."""
    settings = read_settings(ServiceSettings)
    observability.configure("assets", "worker", settings)

    async with open_pool(settings.database_dsn, name="assets-worker", size=4) as pool:
        await serve.together(
            serve.worker_health(
                "assets",
                version("psa-assets"),
                settings,
                pool,
                publishing=relay.LINK.check,
                consuming=consumer.LINK.check,
            ),
            relay.run("assets", pool, settings.database_dsn, settings.amqp_url),
            consumer.run("assets", pool, settings.amqp_url, SUBSCRIPTIONS),
            serve.every(2.0, "audit", for_every_tenant(pool, "audit", audit.seal)),
        )
