"""The background process: consumers, outbox relay, and what is done by the clock."""

from importlib.metadata import version

from psa_common import observability, serve
from psa_common.db import open_pool
from psa_common.settings import read_settings
from psa_events import consumer, housekeeping, relay
from psa_tickets.consumers import SUBSCRIPTIONS
from psa_tickets.settings import TicketsSettings
from psa_tickets.storage import open_cabinet
from psa_tickets.usecases import rounds


async def main() -> None:
    """Work until told to stop."""
    settings = read_settings(TicketsSettings)
    observability.configure("tickets", "worker", settings)
    cabinet = open_cabinet(settings)

    async with open_pool(settings.database_dsn, name="tickets-worker", size=4) as pool:
        await serve.together(
            serve.worker_health(
                "tickets",
                version("psa-tickets"),
                settings,
                pool,
                publishing=relay.LINK.check,
                consuming=consumer.LINK.check,
            ),
            housekeeping.run(pool),
            relay.run("tickets", pool, settings.database_dsn, settings.amqp_url),
            consumer.run("tickets", pool, settings.amqp_url, SUBSCRIPTIONS),
            *rounds.all_of(pool, cabinet),
        )
