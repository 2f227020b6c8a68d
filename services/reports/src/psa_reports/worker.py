"""The background process: consumers, housekeeping."""

from importlib.metadata import version

from psa_common import observability, serve
from psa_common.db import open_pool
from psa_common.settings import ServiceSettings, read_settings
from psa_events import consumer, housekeeping
from psa_reports.consumers import SUBSCRIPTIONS


async def main() -> None:
    """Work until told to stop."""
    settings = read_settings(ServiceSettings)
    observability.configure("reports", "worker", settings)

    async with open_pool(settings.database_dsn, name="reports-worker", size=4) as pool:
        await serve.together(
            serve.worker_health(
                "reports", version("psa-reports"), settings, pool, consuming=consumer.LINK.check
            ),
            housekeeping.run(pool),
            consumer.run("reports", pool, settings.amqp_url, SUBSCRIPTIONS),
        )
