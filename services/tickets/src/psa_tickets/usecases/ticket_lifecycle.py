"""Open a ticket, move it, give it to somebody: load, decide, save, announce."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from psa_common import audit, numbers
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.identity import Principal
from psa_events import outbox
from psa_tickets.domain import sla, ticket as rules
from psa_tickets.domain.sla_log import Escalated, TermsChanged
from psa_tickets.domain.workflow import Transition
from psa_tickets.events import (
    TicketAssigned,
    TicketCreated,
    TicketStatusChanged,
)
from psa_tickets.queries import (
    copies,
    sla_assignments,
    sla_log,
    stored_tickets,
    surroundings,
    tickets,
    workflows,
)
from psa_tickets.queries.tickets import StoredTicket, TicketView, facts_of
from psa_tickets.usecases import closing, openings, sla_agreement, sla_clocks
from psa_tickets.usecases.assignment import choosing
from psa_tickets.usecases.moments import moment_of
from psa_tickets.usecases.openings import Opening
from psa_tickets.usecases.refusals import StepForbidden, UnknownUser, refuse_customers

FIRST_NUMBER = 1001


async def open_ticket(
    tx: Tx, principal: Principal, opening: Opening, *, now: datetime
) -> TicketView:
    """Open a ticket and start its clocks; what it names must exist and fit together."""
    opening = openings.as_asked_by(principal, opening)
    opened_at = moment_of(principal, opening.occurred_at, now=now)
    return await open_since(tx, principal, opening, opened_at=opened_at, now=now)


async def open_since(
    tx: Tx, principal: Principal, opening: Opening, *, opened_at: datetime, now: datetime
) -> TicketView:
    """Open a ticket whose clocks run from an instant that we know ourselves."""
    process, asked = workflows.ask(tx), choosing.ask(tx)
    looked = openings.look(tx, principal, opening)
    said = await sla_assignments.read_said(tx, openings.circumstances_of(opening))
    known = surroundings.of_answer(looked)
    openings.check(opening, known)

    workflow = workflows.of_answer(process)
    ticket = openings.new_ticket(principal, opening, known, workflow, opened_at=opened_at, now=now)
    ticket, chosen = await choosing.assigned(tx, ticket, asked, now=now)
    log = sla_agreement.begin(tx, principal, ticket, said, evaluated=opening.sla_evaluated)
    clocks = sla.fold(log, now=now)

    # Last, because whoever opens the next ticket waits for this number's commit.
    number = await numbers.draw(tx, "ticket", first=FIRST_NUMBER)
    ticket = replace(ticket, number=f"T-{number}", first_response_at=clocks.response.satisfied_at)
    stored_tickets.insert(tx, ticket, clocks)
    for asset_id in opening.asset_ids:
        stored_tickets.link_asset(tx, ticket.id, asset_id)
    sla_log.append(tx, ticket.id, log, now=now)

    _announce_opening(tx, ticket, opening.asset_ids)
    choosing.keep_of_opening(tx, ticket, chosen, now=now)
    audit.record(tx, "ticket.opened", "ticket", ticket.id, after=facts_of(ticket))
    return tickets.view_of(ticket, clocks, now=now)


async def change_status(
    tx: Tx,
    principal: Principal,
    ticket_id: UUID,
    wanted: str,
    *,
    occurred_at: datetime | None,
    override_reason: str | None = None,
    expected_version: int | None,
    now: datetime,
) -> TicketView:
    """Move a ticket to another status; what counts as solved must meet the close rules."""
    refuse_customers(principal)
    at = moment_of(principal, occurred_at, now=now)
    before = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:update")
    check_version(before.version, expected_version)
    _check_permission(principal, rules.step(before, wanted))
    after = rules.move(before, wanted, now=at)
    await closing.check(tx, principal, before, after, override_reason=override_reason)

    return await settle(tx, before, after, at=at, now=now)


async def assign(
    tx: Tx,
    principal: Principal,
    ticket_id: UUID,
    assignee_id: UUID | None,
    *,
    expected_version: int | None,
    now: datetime,
) -> TicketView:
    """Give a ticket to somebody, or back to the queue."""
    refuse_customers(principal)
    before = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:assign")
    check_version(before.version, expected_version)
    if assignee_id is not None:
        user = await copies.find_user(tx, assignee_id)
        if user is None or not user.active:
            raise UnknownUser(assignee_id)
    after = rules.assign(before, assignee_id)

    if after.assignee_id != before.assignee_id:
        outbox.publish(
            tx,
            TicketAssigned(
                ticket_id=after.id,
                previous=before.assignee_id,
                assignee_id=after.assignee_id,
                assigned_at=now,
            ),
        )
    return await settle(tx, before, after, at=now, now=now)


async def close(
    tx: Tx, principal: Principal, ticket_id: UUID, *, expected_version: int | None, now: datetime
) -> TicketView:
    """Close a ticket, solved by that if it was not; the customer may do so, too."""
    before = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:close")
    check_version(before.version, expected_version)
    after = rules.close(before, now=now)
    await closing.check(tx, principal, before, after, override_reason=None)

    return await settle(tx, before, after, at=now, now=now)


async def reopen(
    tx: Tx, principal: Principal, ticket_id: UUID, *, expected_version: int | None, now: datetime
) -> TicketView:
    """Bring a solved ticket back to work, as long as the reopen window lasts."""
    before = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:close")
    check_version(before.version, expected_version)
    after = rules.reopen(before, at=now)

    return await settle(tx, before, after, at=now, now=now)


async def settle(
    tx: Tx,
    before: StoredTicket,
    after: StoredTicket,
    *,
    at: datetime,
    now: datetime,
    terms_change: type[TermsChanged] | type[Escalated] = TermsChanged,
) -> TicketView:
    """
    Save a decided step with what it means to the clocks, and tell of a new status.

    A new priority, customer, location, contract or queue brings its SLA terms by itself.
    """
    happened = rules.sla_events(before, after, at=at)
    clocks = await sla_clocks.advance(
        tx, before, after, happened, now=now, terms_change=terms_change
    )

    stored_tickets.save(tx, after, clocks, now=now)
    if after.status != before.status:
        outbox.publish(
            tx,
            TicketStatusChanged(
                ticket_id=after.id,
                previous=before.status,
                current=after.status,
                category=after.stage,
                changed_at=at,
            ),
        )
    view = tickets.view_of(replace(after, version=before.version + 1), clocks, now=now)
    audit.record(
        tx, "ticket.changed", "ticket", after.id, before=facts_of(before), after=facts_of(after)
    )
    return view


def _announce_opening(tx: Tx, ticket: StoredTicket, asset_ids: Sequence[UUID]) -> None:
    outbox.publish(
        tx,
        TicketCreated(
            ticket_id=ticket.id,
            number=ticket.number,
            title=ticket.title,
            customer_id=ticket.customer_id,
            priority=ticket.priority,
            status=ticket.status,
            status_category=ticket.stage,
            type=ticket.type,
            created_at=ticket.opened_at,
            opened_by=ticket.opened_by,
            asset_ids=list(asset_ids),
        ),
    )


def _check_permission(principal: Principal, step: Transition) -> None:
    if step.permission is not None and principal.scope(step.permission) is None:
        raise StepForbidden(step.target, step.permission)
