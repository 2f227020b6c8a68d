"""Open a ticket, move it, give it to somebody: load, decide, save, announce."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from psa_common import audit, numbers
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_events import outbox
from psa_tickets.domain import sla, ticket as rules
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.sla_log import Event, Started, TermsChanged
from psa_tickets.domain.ticket import Status, category_of
from psa_tickets.domain.ticket_type import TicketType
from psa_tickets.events import (
    FieldChange,
    TicketAssigned,
    TicketCreated,
    TicketStatusChanged,
    TicketUpdated,
)
from psa_tickets.queries import copies, sla as sla_queries, stored_tickets, tickets
from psa_tickets.queries.tickets import StoredTicket, TicketView
from psa_tickets.usecases import sla_clocks
from psa_tickets.usecases.assignment import choosing
from psa_tickets.usecases.moments import moment_of
from psa_tickets.usecases.refusals import UnknownUser

FIRST_NUMBER = 1001


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What somebody asks for."""

    type: TicketType
    title: str
    description: str
    customer_id: UUID
    priority: Priority
    asset_ids: Sequence[UUID]
    occurred_at: datetime | None = None
    queue_id: UUID | None = None
    category_id: UUID | None = None
    contact_id: UUID | None = None
    source: str = "api"
    tags: tuple[str, ...] = ()
    estimated_minutes: int | None = None


async def open_ticket(
    tx: Tx, principal: Principal, opening: Opening, *, now: datetime
) -> TicketView:
    """
    Open a ticket and start its clocks.

    An unknown customer or asset is refused by the database's own references.
    """
    opened_at = moment_of(principal, opening.occurred_at, now=now)
    assignment_rules = choosing.ask(tx)
    policy = await sla_queries.find_default_policy(tx)
    # Late, because whoever opens the next ticket waits for this number's commit.
    number = await numbers.draw(tx, "ticket", first=FIRST_NUMBER)
    ticket = _new_ticket(principal, opening, f"T-{number}", opened_at=opened_at, now=now)
    chosen = await choosing.decide(tx, ticket, assignment_rules, now=now)
    if chosen.agent_id is not None:
        ticket = rules.assign(ticket, chosen.agent_id)
    log: tuple[Event, ...] = ()
    if policy is not None:
        log = (Started(at=opened_at, terms=policy.terms_for(ticket.priority)),)
    clocks = sla.fold(log, now=now)

    stored_tickets.insert(tx, ticket, clocks)
    for asset_id in opening.asset_ids:
        stored_tickets.link_asset(tx, ticket.id, asset_id)
    sla_queries.append(tx, ticket.id, log, now=now)

    _announce_opening(tx, ticket, opening.asset_ids)
    choosing.keep_of_opening(tx, ticket, chosen, now=now)
    view = tickets.view_of(ticket, clocks, now=now)
    audit.record(tx, "ticket.opened", "ticket", ticket.id, after=view)
    return view


async def change_status(
    tx: Tx,
    principal: Principal,
    ticket_id: UUID,
    wanted: Status,
    *,
    occurred_at: datetime | None,
    expected_version: int | None,
    now: datetime,
) -> TicketView:
    """Move a ticket to another status."""
    at = moment_of(principal, occurred_at, now=now)
    before = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:update")
    check_version(before.version, expected_version)
    after = rules.move(before, wanted, now=at)

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


async def edit(
    tx: Tx,
    principal: Principal,
    ticket_id: UUID,
    *,
    title: str | None,
    description: str | None,
    priority: Priority | None,
    expected_version: int | None,
    now: datetime,
) -> TicketView:
    """Change a ticket's words or its priority; another priority means other SLA terms."""
    before = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:update")
    check_version(before.version, expected_version)
    after = replace(
        before,
        title=title or before.title,
        description=description or before.description,
        priority=priority or before.priority,
    )

    extra: tuple[Event, ...] = ()
    if after.priority is not before.priority:
        policy = await sla_queries.find_default_policy(tx)
        if policy is not None:
            terms = policy.terms_for(after.priority)
            extra = (TermsChanged(at=now, terms=terms, reason=f"priority {after.priority}"),)
    _announce_edit(tx, before, after, now=now)
    return await settle(tx, before, after, at=now, now=now, extra=extra)


async def settle(
    tx: Tx,
    before: StoredTicket,
    after: StoredTicket,
    *,
    at: datetime,
    now: datetime,
    extra: Sequence[Event] = (),
) -> TicketView:
    """Save a decided step with what it means to the clocks, and tell of a new status."""
    happened = (*rules.sla_events(before, after, at=at), *extra)
    clocks = await sla_clocks.advance(tx, after, happened, now=now)

    stored_tickets.save(tx, after, clocks, now=now)
    if after.status is not before.status:
        outbox.publish(
            tx,
            TicketStatusChanged(
                ticket_id=after.id,
                previous=before.status,
                current=after.status,
                category=category_of(after.status),
                changed_at=at,
            ),
        )
    view = tickets.view_of(replace(after, version=before.version + 1), clocks, now=now)
    audit.record(tx, "ticket.changed", "ticket", after.id, before=before, after=after)
    return view


def _new_ticket(
    principal: Principal, opening: Opening, number: str, *, opened_at: datetime, now: datetime
) -> StoredTicket:
    return StoredTicket(
        id=uuid7(),
        number=number,
        type=opening.type,
        title=opening.title,
        description=opening.description,
        customer_id=opening.customer_id,
        priority=opening.priority,
        status=Status.NEW,
        assignee_id=None,
        opened_by=principal.user_id,
        opened_at=opened_at,
        created_at=now,
        first_response_at=None,
        resolved_at=None,
        closed_at=None,
        reopen_count=0,
        version=1,
        queue_id=opening.queue_id,
        category_id=opening.category_id,
        contact_id=opening.contact_id,
        source=opening.source,
        tags=opening.tags,
        estimated_minutes=opening.estimated_minutes,
    )


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
            status_category=category_of(ticket.status),
            type=ticket.type,
            created_at=ticket.opened_at,
            opened_by=ticket.opened_by,
            asset_ids=list(asset_ids),
        ),
    )


def _announce_edit(tx: Tx, before: StoredTicket, after: StoredTicket, *, now: datetime) -> None:
    changes = [
        FieldChange(field=name, previous=getattr(before, name), current=getattr(after, name))
        for name in ("title", "description", "priority")
        if getattr(before, name) != getattr(after, name)
    ]
    if changes:
        outbox.publish(tx, TicketUpdated(ticket_id=after.id, changes=changes, updated_at=now))
