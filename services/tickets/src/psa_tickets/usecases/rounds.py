"""What the worker does by the clock, and how often."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from psa_common import audit, serve
from psa_common.db import Pool, Tx
from psa_common.tenants import for_every_tenant
from psa_tickets.search.index import FollowingIndex
from psa_tickets.usecases import (
    attachment_care,
    auto_close,
    figures,
    search_upkeep,
    sla_check,
    sla_escalations,
    sla_reapplying,
    sla_watch,
)
from psa_tickets.usecases.mail import polling, raw_care, sending
from psa_tickets.usecases.mail.office import PostOffice
from psa_tickets.usecases.routines import recurring_watch
from psa_tickets.usecases.time import timing

#: Name, seconds between two rounds, and what is done in a transaction of each tenant.
OF_EACH_TENANT: tuple[tuple[str, float, Callable[[Tx], Awaitable[object]]], ...] = (
    ("sla", 1.0, sla_watch.look),
    ("sla_reapply", 2.0, sla_reapplying.go_on),
    ("audit", 2.0, audit.seal),
    ("timers", 60.0, timing.look),
    ("auto_close", auto_close.EVERY_SECONDS, auto_close.look),
)


def all_of(
    pool: Pool, office: PostOffice, outside: FollowingIndex | None
) -> list[Coroutine[Any, Any, None]]:
    """Return every round, each to run for as long as the worker lives."""
    return [
        *(
            serve.every(seconds, name, for_every_tenant(pool, name, work))
            for name, seconds, work in OF_EACH_TENANT
        ),
        serve.every(
            1.0, "search", for_every_tenant(pool, "search", search_upkeep.follower(outside))
        ),
        serve.every(1.0, "sla_escalations", lambda: sla_escalations.go_round(pool)),
        serve.every(sla_check.EVERY_SECONDS, "sla_check", sla_check.Round(pool).go_on),
        serve.every(polling.EVERY_SECONDS, "mailboxes", polling.rounds(pool, office)),
        serve.every(sending.EVERY_SECONDS, "mails", sending.rounds(pool, office)),
        serve.every(recurring_watch.EVERY_SECONDS, "recurring", recurring_watch.watch(pool)),
        serve.every(figures.EVERY_SECONDS, "figures", lambda: figures.count(pool)),
        serve.every(
            attachment_care.EVERY_SECONDS,
            "attachments",
            lambda: attachment_care.look_after(pool, office.cabinet),
        ),
        serve.every(
            raw_care.EVERY_SECONDS, "raw_mails", lambda: raw_care.look_after(pool, office.cabinet)
        ),
    ]
