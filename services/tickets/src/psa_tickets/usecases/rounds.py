"""What the worker does by the clock, and how often."""

from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psa_common import audit, serve
from psa_common.db import Pool, Tx
from psa_common.tenants import for_every_tenant
from psa_tickets.queries.waiting import Work, tenants_waiting
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

#: What is done for a tenant where some of it is due, and seconds between two rounds.
WHERE_DUE: tuple[tuple[Work, float, Callable[[Tx], Awaitable[object]]], ...] = (
    (Work.SLA, 1.0, sla_watch.look),
    (Work.SLA_REAPPLY, 2.0, sla_reapplying.go_on),
    (Work.AUDIT, 2.0, audit.seal),
    (Work.AUTO_CLOSE, auto_close.EVERY_SECONDS, auto_close.look),
)


def all_of(
    pool: Pool, office: PostOffice, outside: FollowingIndex | None
) -> list[Coroutine[Any, Any, None]]:
    """Return every round, each to run for as long as the worker lives."""
    return [
        *(_where_due(pool, work, seconds, look) for work, seconds, look in WHERE_DUE),
        _where_due(pool, Work.SEARCH, 1.0, search_upkeep.follower(outside)),
        serve.every(60.0, "timers", for_every_tenant(pool, "timers", timing.look)),
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


def _where_due(
    pool: Pool, work: Work, seconds: float, look: Callable[[Tx], Awaitable[object]]
) -> Coroutine[Any, Any, None]:
    def tenants(pool: Pool) -> Awaitable[list[UUID]]:
        return tenants_waiting(pool, work, now=datetime.now(UTC))

    return serve.every(seconds, work, for_every_tenant(pool, work, look, tenants))
