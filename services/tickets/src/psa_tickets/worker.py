"""The background process: consumers, outbox relay, timers, audit seals."""

from importlib.metadata import version

from psa_common import audit, observability, serve
from psa_common.db import open_pool
from psa_common.settings import read_settings
from psa_common.tenants import for_every_tenant
from psa_events import consumer, housekeeping, relay
from psa_tickets.consumers import SUBSCRIPTIONS
from psa_tickets.settings import TicketsSettings
from psa_tickets.storage import open_cabinet
from psa_tickets.usecases import (
    attachment_care,
    auto_close,
    figures,
    sla_check,
    sla_escalations,
    sla_reapplying,
    sla_watch,
)


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
            serve.every(1.0, "sla", for_every_tenant(pool, "sla", sla_watch.look)),
            serve.every(
                auto_close.EVERY_SECONDS,
                "auto_close",
                for_every_tenant(pool, "auto_close", auto_close.look),
            ),
            serve.every(1.0, "sla_escalations", lambda: sla_escalations.go_round(pool)),
            serve.every(2.0, "sla_reapply", for_every_tenant(pool, "sla", sla_reapplying.go_on)),
            serve.every(sla_check.EVERY_SECONDS, "sla_check", sla_check.Round(pool).go_on),
            serve.every(figures.EVERY_SECONDS, "figures", lambda: figures.count(pool)),
            serve.every(
                attachment_care.EVERY_SECONDS,
                "attachments",
                lambda: attachment_care.look_after(pool, cabinet),
            ),
            serve.every(2.0, "audit", for_every_tenant(pool, "audit", audit.seal)),
        )
