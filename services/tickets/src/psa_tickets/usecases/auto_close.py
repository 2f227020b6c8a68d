"""
The timer that closes solved tickets, after telling everybody.

It runs in every worker; what one works on, another skips, and what was done is not done twice.
"""

from dataclasses import replace
from datetime import UTC, datetime

from psa_common import audit
from psa_common.db import Tx
from psa_events import outbox
from psa_tickets.domain import ticket as rules
from psa_tickets.domain.auto_close import WEEKDAYS, Announce, Close, Solved, Wait, next_step
from psa_tickets.domain.calendar import WorkingCalendar
from psa_tickets.events import TicketCloseAnnounced
from psa_tickets.queries import auto_close, workflows
from psa_tickets.queries.auto_close import SolvedTicket
from psa_tickets.usecases.ticket_lifecycle import settle

EVERY_SECONDS = 60.0
BATCH = 100


async def look(tx: Tx) -> int:
    """Look at the solved tickets whose time has come; return how many."""
    return await close_due(tx, now=datetime.now(UTC))


async def close_due(tx: Tx, *, now: datetime) -> int:
    """Announce and close what is due at *now*; return how many tickets were looked at."""
    process = workflows.ask(tx)
    due = await auto_close.list_due(tx, now=now, batch=BATCH)
    if not due:
        return 0
    calendar = await auto_close.find_calendar(tx) or WEEKDAYS
    workflow = workflows.of_answer(process)
    for ticket in due:
        await _take_step(tx, replace(ticket, workflow=workflow), calendar, now=now)
    return len(due)


async def _take_step(
    tx: Tx, ticket: SolvedTicket, calendar: WorkingCalendar, *, now: datetime
) -> None:
    solved = Solved(
        resolved_at=ticket.resolved_at or now,
        announced_for=ticket.close_announced_for,
        open_children=ticket.open_children,
    )
    days = ticket.workflow.auto_close_days
    match next_step(solved, after_days=days, calendar=calendar, now=now):
        case Wait(until):
            auto_close.look_again(tx, ticket.id, at=until)
        case Announce(closes_at):
            _announce(tx, ticket, closes_at, now=now)
        case Close():
            await settle(tx, ticket, rules.close(ticket, now=now), at=now, now=now)


def _announce(tx: Tx, ticket: SolvedTicket, closes_at: datetime, *, now: datetime) -> None:
    auto_close.keep_announcement(tx, ticket.id, closes_at=closes_at)
    outbox.publish(
        tx,
        TicketCloseAnnounced(
            ticket_id=ticket.id,
            number=ticket.number,
            customer_id=ticket.customer_id,
            closes_at=closes_at,
            announced_at=now,
        ),
    )
    note = {"closes_at": closes_at}
    audit.record(tx, "ticket.close_announced", "ticket", ticket.id, after=note)
