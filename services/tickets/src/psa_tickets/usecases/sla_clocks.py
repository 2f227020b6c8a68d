"""Carry a ticket's clocks forward: append to the log, fold it, tell what was decided."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.identity import Principal
from psa_events import outbox
from psa_tickets.domain import sla
from psa_tickets.domain.sla import ExplainedInterval
from psa_tickets.domain.sla_clock import Clock, Clocks, State
from psa_tickets.domain.sla_log import Escalated, Event, TermsChanged, reason_of, without_reasons
from psa_tickets.domain.sla_terms import Metric
from psa_tickets.domain.ticket import Ticket
from psa_tickets.events import SlaMeasured
from psa_tickets.queries import sla_escalations, sla_log, tickets
from psa_tickets.queries.sla_escalations import Outcome
from psa_tickets.queries.sla_log import RecordedLog
from psa_tickets.queries.tickets import StoredTicket
from psa_tickets.usecases import sla_agreement, sla_levels
from psa_tickets.usecases.sla_levels import Watched

DECIDED = frozenset({State.MET, State.MISSED})


class ExplainedClock(msgspec.Struct, frozen=True):
    """A clock and every stretch that it is made of."""

    clock: Clock
    intervals: tuple[ExplainedInterval, ...]


class Explanation(msgspec.Struct, frozen=True):
    """Both clocks of a ticket, minute by minute."""

    ticket_id: UUID
    number: str
    reason: str
    clocks: Clocks
    response: ExplainedClock
    resolution: ExplainedClock
    escalations: list[Outcome]


async def advance(
    tx: Tx,
    before: StoredTicket,
    after: StoredTicket,
    happened: Sequence[Event],
    *,
    now: datetime,
    terms_change: type[TermsChanged] | type[Escalated] = TermsChanged,
) -> Clocks:
    """
    Append what *happened* to the ticket's log and return where its clocks stand now.

    Other circumstances bring other terms by themselves. A ticket older than the log has none,
    and nothing is counted for it.
    Raises ImpossibleOrder when a backdated event does not fit between the others.
    """
    log = await sla_log.read_log(tx, after.id)
    if not log.events:
        return sla.fold((), now=now)
    earlier = sla.fold(log.events, now=now)
    changed = await sla_agreement.events_of_change(
        tx, before, after, earlier.terms, as_=terms_change, now=now
    )
    return await record(tx, after, log, (*happened, *changed), now=now)


async def record(
    tx: Tx, ticket: StoredTicket, log: RecordedLog, happened: Sequence[Event], *, now: datetime
) -> Clocks:
    """Append *happened* to *log* and tell what that decided; return where the clocks stand."""
    earlier = sla.fold(log.events, now=now)
    clocks = sla.fold((*log.events, *happened), now=now)

    # A line crossed before the timer came round is told now: afterwards it may have moved.
    await sla_levels.announce(tx, [Watched.of(ticket, log, earlier)], now=now)
    sla_log.append(tx, ticket.id, happened, now=now)
    for metric in Metric:
        was, is_ = earlier.of(metric), clocks.of(metric)
        if is_.state in DECIDED and (
            _verdict(was) != _verdict(is_) or earlier.excluded != clocks.excluded
        ):
            _announce_verdict(tx, ticket, is_, excluded=clocks.excluded is not None)
    return clocks


async def explain(tx: Tx, principal: Principal, ticket_id: UUID, *, now: datetime) -> Explanation:
    """
    Return every minute of both clocks of a ticket that the caller may see.

    A customer's people see the same minutes, without what we tell each other about them.
    """
    view = await tickets.get(tx, ticket_id, principal)
    log = await sla_log.read_log(tx, ticket_id)
    inside = principal.customer_id is None
    escalations = await sla_escalations.list_of_ticket(tx, ticket_id) if inside else []
    clocks = sla.fold(log.events if inside else without_reasons(log.events), now=now)
    return Explanation(
        ticket_id=view.id,
        number=view.number,
        reason=reason_of(log.events) if inside else "",
        clocks=clocks,
        response=ExplainedClock(clocks.response, sla.explain(clocks.response)),
        resolution=ExplainedClock(clocks.resolution, sla.explain(clocks.resolution)),
        escalations=escalations,
    )


def _verdict(clock: Clock) -> tuple[State, int, datetime | None]:
    return clock.state, clock.consumed_minutes, clock.satisfied_at


def _announce_verdict(tx: Tx, ticket: Ticket, clock: Clock, *, excluded: bool) -> None:
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
            excluded=excluded,
        ),
    )
