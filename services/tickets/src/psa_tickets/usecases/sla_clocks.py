"""Carry a ticket's clocks forward: append to the log, fold it, tell what was decided."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.identity import Principal
from psa_events import outbox
from psa_tickets.domain import sla
from psa_tickets.domain.sla import Clock, Clocks, ExplainedInterval, State
from psa_tickets.domain.sla_log import Event, Started
from psa_tickets.domain.ticket import Ticket
from psa_tickets.events import SlaMeasured
from psa_tickets.queries import sla as sla_queries, tickets

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


async def advance(
    tx: Tx,
    before: Ticket,
    after: Ticket,
    happened: Sequence[Event],
    *,
    now: datetime,
) -> Clocks:
    """
    Append what *happened* to the ticket's log and return where its clocks stand now.

    A ticket that was opened without a policy has no log, and nothing is counted for it.
    Raises ImpossibleOrder when a backdated event does not fit between the others.
    """
    log = await sla_queries.read_log(tx, before.id)
    if not log or not isinstance(log[0], Started):
        return sla.fold((), now=now)
    earlier = sla.fold(log, now=now)
    clocks = sla.fold((*log, *happened), now=now)

    sla_queries.append(tx, before.id, happened, now=now)
    for was, is_ in ((earlier.response, clocks.response), (earlier.resolution, clocks.resolution)):
        if is_.state in DECIDED and was.state not in DECIDED:
            _announce_verdict(tx, after, is_)
    return clocks


async def explain(tx: Tx, principal: Principal, ticket_id: UUID, *, now: datetime) -> Explanation:
    """Return every minute of both clocks of a ticket that the caller may see."""
    view = await tickets.get(tx, ticket_id, principal)
    clocks = sla.fold(await sla_queries.read_log(tx, ticket_id), now=now)
    return Explanation(
        ticket_id=view.id,
        number=view.number,
        response=ExplainedClock(clocks.response, sla.explain(clocks.response)),
        resolution=ExplainedClock(clocks.resolution, sla.explain(clocks.resolution)),
    )


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
