"""
The SLA timer: warn before a promise is broken, and say so when it is.

It runs in every worker and after every restart. A level is announced once for each instant at
which it is reached, and only when we were there to see it: an imported or backdated ticket
tells no old news.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from psa_common.db import Tx
from psa_events import outbox
from psa_tickets.domain import sla
from psa_tickets.domain.sla import Clock
from psa_tickets.events import SlaBreached, SlaWarning
from psa_tickets.queries import sla as sla_queries, tickets

BATCH = 200


@dataclass(frozen=True, slots=True)
class _Level:
    """A line that a clock has crossed."""

    name: str
    reached_at: datetime
    event: type[SlaWarning] | type[SlaBreached]


async def look(tx: Tx) -> int:
    """Look at the clocks whose time has come; return how many."""
    now = datetime.now(UTC)
    due = await tickets.list_due(tx, now=now, batch=BATCH)
    for ticket_id in due:
        await _look_at(tx, ticket_id, now=now)
    return len(due)


async def _look_at(tx: Tx, ticket_id: UUID, *, now: datetime) -> None:
    recorded = await sla_queries.read_recorded_log(tx, ticket_id)
    clocks = sla.fold(recorded.events, now=now)
    for clock in (clocks.response, clocks.resolution):
        for level in _levels(clock):
            if level.reached_at >= recorded.last_recorded_at:
                await _announce(tx, ticket_id, recorded.priority, clock, level, now=now)
    tickets.look_again(tx, ticket_id, clocks)


def _levels(clock: Clock) -> Iterator[_Level]:
    if clock.warned_at is not None:
        yield _Level("warning", clock.warned_at, SlaWarning)
    if clock.breached_at is not None:
        yield _Level("breach", clock.breached_at, SlaBreached)


async def _announce(
    tx: Tx, ticket_id: UUID, priority: str, clock: Clock, level: _Level, *, now: datetime
) -> None:
    first = await sla_queries.announce_once(
        tx,
        ticket_id=ticket_id,
        metric=clock.metric,
        level=level.name,
        reached_at=level.reached_at,
        now=now,
    )
    if first and clock.last_due_at is not None:
        outbox.publish(
            tx,
            level.event(
                ticket_id=ticket_id,
                metric=clock.metric,
                priority=priority,
                percent=int(clock.consumed_percent or 0),
                due_at=clock.last_due_at,
                occurred_at=level.reached_at,
            ),
        )
