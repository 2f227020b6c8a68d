"""The background process: consumers, outbox relay, audit seals."""

from importlib.metadata import version

from psa_common import audit, observability, serve
from psa_common.db import open_pool
from psa_common.settings import ServiceSettings, read_settings
from psa_common.tenants import for_every_tenant
from psa_events import consumer, housekeeping, relay
from psa_projects.consumers import SUBSCRIPTIONS


async def main() -> None:
    """Work until told to stop."""
    settings = read_settings(ServiceSettings)
    observability.configure("projects", "worker", settings)

    async with open_pool(settings.database_dsn, name="projects-worker", size=4) as pool:
        await serve.together(
            serve.worker_health(
                "projects",
                version("psa-projects"),
                settings,
                pool,
                publishing=relay.LINK.check,
                consuming=consumer.LINK.check,
            ),
            housekeeping.run(pool),
            relay.run("projects", pool, settings.database_dsn, settings.amqp_url),
            consumer.run("projects", pool, settings.amqp_url, SUBSCRIPTIONS),
            serve.every(2.0, "audit", for_every_tenant(pool, "audit", audit.seal)),
        )
