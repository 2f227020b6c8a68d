"""The background process: consumers, outbox relay, SLA timer, recurring tickets, audit seals."""

from importlib.metadata import version

from psa_common import audit, observability, serve
from psa_common.db import open_pool
from psa_common.settings import read_settings
from psa_common.tenants import for_every_tenant
from psa_events import consumer, housekeeping, relay
from psa_tickets.consumers import SUBSCRIPTIONS
from psa_tickets.settings import TicketsSettings
from psa_tickets.usecases import figures, sla_watch
from psa_tickets.usecases.routines import recurring_watch


async def main() -> None:
    """Work until told to stop."""
    settings = read_settings(TicketsSettings)
    observability.configure("tickets", "worker", settings)

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
            serve.every(1.0, "sla", for_every_tenant(pool, "sla", sla_watch.look)),
            serve.every(recurring_watch.EVERY_SECONDS, "recurring", recurring_watch.watch(pool)),
            serve.every(figures.EVERY_SECONDS, "figures", lambda: figures.count(pool)),
            serve.every(2.0, "audit", for_every_tenant(pool, "audit", audit.seal)),
        )
