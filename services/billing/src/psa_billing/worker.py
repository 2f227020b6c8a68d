"""The background process: consumers, outbox relay, audit seals, a look at the invoice chain."""

from importlib.metadata import version

from psa_billing.consumers import SUBSCRIPTIONS
from psa_billing.usecases import chain_watch
from psa_common import audit, observability, serve
from psa_common.db import open_pool
from psa_common.settings import ServiceSettings, read_settings
from psa_common.tenants import for_every_tenant
from psa_events import consumer, relay


async def main() -> None:
    """Work until told to stop."""
    settings = read_settings(ServiceSettings)
    observability.configure("billing", "worker", settings)

    async with open_pool(settings.database_dsn, name="billing-worker", size=4) as pool:
        await serve.together(
            serve.worker_health(
                "billing",
                version("psa-billing"),
                settings,
                pool,
                publishing=relay.LINK.check,
                consuming=consumer.LINK.check,
            ),
            relay.run("billing", pool, settings.database_dsn, settings.amqp_url),
            consumer.run("billing", pool, settings.amqp_url, SUBSCRIPTIONS),
            serve.every(2.0, "audit", for_every_tenant(pool, "audit", audit.seal)),
            serve.every(3600.0, "chain", for_every_tenant(pool, "chain", chain_watch.look)),
        )
