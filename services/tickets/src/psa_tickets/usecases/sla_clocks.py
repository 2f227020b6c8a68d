"""Carry a ticket's clocks forward: append to the log, fold it, tell what was decided."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.identity import Principal
from psa_events import outbox
from psa_tickets.domain import sla, ticket as ticket_rules
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.sla import Clock, Clocks, ExplainedInterval, State
from psa_tickets.domain.sla_log import Recorded, Withdrawn
from psa_tickets.domain.ticket import Ticket
from psa_tickets.events import SlaBreached, SlaMeasured, SlaWarning
from psa_tickets.queries import sla as sla_queries, tickets
from psa_tickets.queries.sla import RecordedLog

DECIDED = frozenset({State.MET, State.MISSED})


class ExplainedClock(msgspec.Struct, frozen=True):
    """A clock and every stretch that it is made of."""

    clock: Clock
    intervals: tuple[ExplainedInterval, ...]


class Explanation(msgspec.Struct, frozen=True):
    """Both clocks of a ticket, minute by minute."""

    ticket_id: UUID
    number: str
    response: ExplainedClock
    resolution: ExplainedClock


async def advance(tx: Tx, after: Ticket, happened: Sequence[Recorded], *, now: datetime) -> Clocks:
    """
    Append what *happened* to the ticket's log and return where its clocks stand now.

    A ticket that was opened without a policy has no log, and nothing is counted for it.
    Raises ImpossibleOrder when a backdated event does not fit between the others.
    """
    log = await sla_queries.read_log(tx, after.id)
    if not log.events:
        return sla.fold((), now=now)
    earlier = sla.fold(log.events, now=now)
    clocks = sla.fold((*log.events, *happened), now=now)

    # A line crossed before the timer came round is told now: afterwards it may have moved.
    await announce_crossings(tx, after.id, after.priority, log, earlier, now=now)
    sla_queries.append(tx, after.id, happened, now=now)
    for was, is_ in ((earlier.response, clocks.response), (earlier.resolution, clocks.resolution)):
        if is_.state in DECIDED and _verdict(was) != _verdict(is_):
            _announce_verdict(tx, after, is_)
    return clocks


async def stop_unjudged(
    tx: Tx, before: Ticket, after: Ticket, *, now: datetime
) -> tuple[Clocks, bool]:
    """
    Stop the clocks of a ticket that another one takes in; say also whether they were running.

    No verdict is told: the promise is kept or broken by the ticket that goes on.
    """
    log = await sla_queries.read_log(tx, after.id)
    stopped = ticket_rules.sla_events(before, after, at=now) if log.events else ()
    clocks = sla.fold((*log.events, *stopped), now=now)

    earlier = sla.fold(log.events, now=now)
    await announce_crossings(tx, after.id, after.priority, log, earlier, now=now)
    sla_queries.append(tx, after.id, stopped, now=now)
    return clocks, bool(stopped)


async def run_on(tx: Tx, ticket: Ticket, *, stopped_at: datetime, now: datetime) -> Clocks:
    """Let the clocks count as if they had not been stopped at *stopped_at*."""
    return await advance(tx, ticket, (Withdrawn(at=stopped_at),), now=now)


async def announce_crossings(
    tx: Tx,
    ticket_id: UUID,
    priority: Priority,
    log: RecordedLog,
    clocks: Clocks,
    *,
    now: datetime,
) -> None:
    """
    Tell of every line that a clock has crossed, once for each instant at which it did.

    Only what we were there to see: an imported or backdated ticket tells no old news.
    """
    for clock in (clocks.response, clocks.resolution):
        for name, reached_at, event in _crossed(clock):
            if log.was_watched(reached_at) and await sla_queries.announce_once(
                tx,
                ticket_id=ticket_id,
                metric=clock.metric,
                level=name,
                reached_at=reached_at,
                now=now,
            ):
                outbox.publish(
                    tx,
                    event(
                        ticket_id=ticket_id,
                        metric=clock.metric,
                        priority=priority,
                        percent=int(clock.consumed_percent or 0),
                        due_at=clock.last_due_at or reached_at,
                        occurred_at=reached_at,
                    ),
                )


async def explain(tx: Tx, principal: Principal, ticket_id: UUID, *, now: datetime) -> Explanation:
    """Return every minute of both clocks of a ticket that the caller may see."""
    view = await tickets.get(tx, ticket_id, principal)
    log = await sla_queries.read_log(tx, ticket_id)
    clocks = sla.fold(log.events, now=now)
    return Explanation(
        ticket_id=view.id,
        number=view.number,
        response=ExplainedClock(clocks.response, sla.explain(clocks.response)),
        resolution=ExplainedClock(clocks.resolution, sla.explain(clocks.resolution)),
    )


def _crossed(
    clock: Clock,
) -> Iterator[tuple[str, datetime, type[SlaWarning] | type[SlaBreached]]]:
    if clock.warned_at is not None:
        yield "warning", clock.warned_at, SlaWarning
    if clock.breached_at is not None:
        yield "breach", clock.breached_at, SlaBreached


def _verdict(clock: Clock) -> tuple[State, int, datetime | None]:
    return clock.state, clock.consumed_minutes, clock.satisfied_at


def _announce_verdict(tx: Tx, ticket: Ticket, clock: Clock) -> None:
    if clock.budget_minutes is None or clock.satisfied_at is None:
        return
    outbox.publish(
        tx,
        SlaMeasured(
            ticket_id=ticket.id,
            number=ticket.number,
            customer_id=ticket.customer_id,
            metric=clock.metric,
            priority=ticket.priority,
            budget_minutes=clock.budget_minutes,
            consumed_minutes=clock.consumed_minutes,
            verdict=clock.state,
            measured_at=clock.satisfied_at,
            reopen_count=clock.reopen_count,
        ),
    )
