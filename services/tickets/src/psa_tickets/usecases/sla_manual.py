"""What people decide about a ticket's clocks by hand: a deadline, and what reports count."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from psa_common import audit
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.errors import Invalid, Refused
from psa_common.identity import Principal
from psa_tickets.domain import sla
from psa_tickets.domain.sla_clock import Clocks, State
from psa_tickets.domain.sla_log import DeadlineCleared, DeadlineSet, Event, Excluded, Included
from psa_tickets.domain.sla_terms import Metric
from psa_tickets.queries import sla_log, stored_tickets, tickets
from psa_tickets.queries.tickets import TicketView
from psa_tickets.usecases import sla_clocks


class NoClocks(Refused):
    """A ticket older than the SLA log has no clocks to decide about."""

    code = "no_sla_clocks"

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} was opened without SLA clocks; open a new ticket.")


class ClockStands(Refused):
    """A deadline is for a promise that can still be kept."""

    code = "sla_clock_stands"

    def __init__(self, metric: Metric, state: State) -> None:
        super().__init__(
            f"The {metric} clock is {state}; a deadline can be set while it runs or rests."
        )


class DeadlineOver(Invalid):
    """A deadline lies ahead."""

    code = "deadline_over"

    def __init__(self, due_at: datetime) -> None:
        super().__init__(f"{due_at.isoformat()} is over; give a later one.", field="due_at")


class NothingToChange(Refused):
    """It is so already."""

    code = "nothing_to_change"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} already; there is nothing to change.")


async def set_deadline(
    tx: Tx,
    principal: Principal,
    ticket_id: UUID,
    metric: Metric,
    *,
    due_at: datetime | None,
    reason: str,
    expected_version: int | None,
    now: datetime,
) -> TicketView:
    """
    Let *due_at* replace the computed due date of one clock; None brings that back.

    A promise that is broken stays broken. Raises DeadlineOver, ClockStands, NothingToChange.
    """

    def decide(clocks: Clocks) -> Event:
        clock = clocks.of(metric)
        if clock.state not in {State.RUNNING, State.PAUSED}:
            raise ClockStands(metric, clock.state)
        if due_at is None:
            if clock.deadline_at is None:
                raise NothingToChange(f"The {metric} clock has its computed due date")
            return DeadlineCleared(at=now, metric=metric, reason=reason)
        if due_at <= now:
            raise DeadlineOver(due_at)
        return DeadlineSet(at=now, metric=metric, due_at=due_at, reason=reason)

    return await _decide(
        tx, principal, ticket_id, decide, expected_version=expected_version, now=now
    )


async def exclude(
    tx: Tx,
    principal: Principal,
    ticket_id: UUID,
    *,
    reason: str,
    expected_version: int | None,
    now: datetime,
) -> TicketView:
    """Leave the ticket out of SLA reports; its clocks go on."""

    def decide(clocks: Clocks) -> Event:
        if clocks.excluded is not None:
            raise NothingToChange("The ticket is left out")
        return Excluded(at=now, reason=reason)

    return await _decide(
        tx, principal, ticket_id, decide, expected_version=expected_version, now=now
    )


async def include(
    tx: Tx,
    principal: Principal,
    ticket_id: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> TicketView:
    """Count the ticket in SLA reports again."""

    def decide(clocks: Clocks) -> Event:
        if clocks.excluded is None:
            raise NothingToChange("The ticket is counted")
        return Included(at=now, reason="counted again")

    return await _decide(
        tx, principal, ticket_id, decide, expected_version=expected_version, now=now
    )


async def _decide(
    tx: Tx,
    principal: Principal,
    ticket_id: UUID,
    decide: Callable[[Clocks], Event],
    *,
    expected_version: int | None,
    now: datetime,
) -> TicketView:
    """Load, let *decide* judge where the clocks stand, and write down what it decided."""
    ticket = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:update")
    check_version(ticket.version, expected_version)
    log = await sla_log.read_log(tx, ticket_id)
    if not log.events:
        raise NoClocks(ticket.number)
    decided = decide(sla.fold(log.events, now=now))

    clocks = await sla_clocks.record(tx, ticket, log, (decided,), now=now)
    stored_tickets.save(tx, ticket, clocks, now=now)
    audit.record(tx, f"ticket.sla_{decided.kind}", "ticket", ticket_id, after=decided)
    return tickets.saved_view_of(ticket, clocks, now=now)
