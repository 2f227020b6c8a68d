"""The tickets table: read as views, locked and saved as the domain's tickets."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.identity import Principal
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.sla import Clocks
from psa_tickets.domain.ticket import Status, Ticket
from psa_tickets.domain.ticket_type import TicketType

#: What a caller may see of the tickets, by the scope of `ticket:view`.
VISIBLE: LiteralString = """
    CASE %(scope)s
        WHEN 'all'          THEN true
        WHEN 'team'         THEN t.assignee_id IS NULL OR t.assignee_id = %(user_id)s
        WHEN 'assigned'     THEN t.assignee_id = %(user_id)s
        WHEN 'own'          THEN t.opened_by = %(user_id)s
        WHEN 'own_customer' THEN t.customer_id = %(own_customer_id)s::uuid
        ELSE false
    END
"""

COLUMNS: LiteralString = """
    SELECT t.id, t.number, t.type, t.title, t.description, t.customer_id, t.priority, t.status,
           t.assignee_id, t.opened_by, t.opened_at, t.created_at, t.updated_at,
           t.first_response_at, t.resolved_at, t.closed_at, t.reopen_count, t.version,
           t.response_state, t.response_due_at, t.resolution_state, t.resolution_due_at
      FROM tickets AS t
"""

GET_SQL = COLUMNS + " WHERE t.id = %(ticket_id)s AND " + VISIBLE

GET_FOR_UPDATE_SQL = (
    """
    SELECT t.id, t.number, t.type, t.title, t.description, t.customer_id, t.priority, t.status,
           t.assignee_id, t.opened_by, t.opened_at, t.created_at, t.first_response_at,
           t.resolved_at, t.closed_at, t.reopen_count, t.version
      FROM tickets AS t
     WHERE t.id = %(ticket_id)s
       AND """
    + VISIBLE
    + """
       FOR UPDATE
"""
)

INSERT_SQL = """
    INSERT INTO tickets
           (id, number, type, title, description, customer_id, priority, status, assignee_id,
            opened_by, opened_at, created_at, updated_at, response_state, response_due_at,
            resolution_state, resolution_due_at, sla_look_again_at)
    VALUES (%(id)s, %(number)s, %(type)s, %(title)s, %(description)s, %(customer_id)s,
            %(priority)s, %(status)s, %(assignee_id)s, %(opened_by)s, %(opened_at)s,
            %(created_at)s, %(created_at)s, %(response_state)s, %(response_due_at)s,
            %(resolution_state)s, %(resolution_due_at)s, %(sla_look_again_at)s)
"""

SAVE_SQL = """
    UPDATE tickets
       SET title = %(title)s,
           description = %(description)s,
           priority = %(priority)s,
           status = %(status)s,
           assignee_id = %(assignee_id)s,
           first_response_at = %(first_response_at)s,
           resolved_at = %(resolved_at)s,
           closed_at = %(closed_at)s,
           reopen_count = %(reopen_count)s,
           response_state = %(response_state)s,
           response_due_at = %(response_due_at)s,
           resolution_state = %(resolution_state)s,
           resolution_due_at = %(resolution_due_at)s,
           sla_look_again_at = %(sla_look_again_at)s,
           updated_at = %(now)s,
           version = version + 1
     WHERE id = %(id)s
"""

LINK_ASSET_SQL = """
    INSERT INTO ticket_assets (ticket_id, asset_id)
    VALUES (%(ticket_id)s, %(asset_id)s)
        ON CONFLICT DO NOTHING
"""

# Skips what another worker holds; a clock is looked at by one of them.
DUE_SQL = """
    SELECT id, priority
      FROM tickets
     WHERE sla_look_again_at <= %(now)s
     ORDER BY sla_look_again_at
     LIMIT %(batch)s
       FOR UPDATE SKIP LOCKED
"""

LOOK_AGAIN_SQL = """
    UPDATE tickets
       SET sla_look_again_at = %(at)s,
           response_state = %(response_state)s,
           resolution_state = %(resolution_state)s
     WHERE id = %(ticket_id)s
"""


class TicketView(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket as readers see it."""

    id: UUID
    number: str
    type: TicketType
    title: str
    description: str
    customer_id: UUID
    priority: Priority
    status: Status
    assignee_id: UUID | None
    opened_by: UUID
    opened_at: datetime
    created_at: datetime
    updated_at: datetime
    first_response_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    reopen_count: int
    version: int
    response_state: str
    response_due_at: datetime | None
    resolution_state: str
    resolution_due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTicket(Ticket):
    """The domain's ticket with what only storage knows."""

    type: TicketType
    description: str
    opened_by: UUID
    created_at: datetime
    version: int


class DueTicket(msgspec.Struct, frozen=True):
    """A ticket whose clocks want a look."""

    id: UUID
    priority: Priority


LISTING = Listing(
    row=TicketView,
    select=COLUMNS,
    id_column="t.id",
    conditions=(VISIBLE,),
    filters={
        "status": Filter("t.status = %(status)s", Status),
        "priority": Filter("t.priority = %(priority)s", Priority),
        "type": Filter("t.type = %(type)s", TicketType),
        "customer_id": Filter("t.customer_id = %(customer_id)s", UUID),
        "assignee_id": Filter("t.assignee_id = %(assignee_id)s", UUID),
        "number": Filter("t.number = %(number)s"),
        "created_after": Filter("t.created_at > %(created_after)s", datetime),
        "updated_since": Filter("t.updated_at >= %(updated_since)s", datetime),
    },
    sorts={
        "created_at": Sort("t.created_at", datetime),
        "updated_at": Sort("t.updated_at", datetime),
        "opened_at": Sort("t.opened_at", datetime),
    },
    default_sort="-created_at",
)


def visible_to(principal: Principal, permission: str = "ticket:view") -> dict[str, object]:
    """Return the parameters of `VISIBLE` for this caller."""
    return {
        "scope": principal.scope(permission),
        "user_id": principal.user_id,
        "own_customer_id": principal.customer_id,
    }


async def get(tx: Tx, ticket_id: UUID, principal: Principal) -> TicketView:
    """Return the ticket; raises NotFound for what the caller may not see."""
    view = await tx.fetch_optional(
        TicketView, GET_SQL, ticket_id=ticket_id, **visible_to(principal)
    )
    if view is None:
        raise no_such(ticket_id)
    return view


async def get_for_update(
    tx: Tx, ticket_id: UUID, principal: Principal, permission: str
) -> StoredTicket:
    """Lock and return the ticket; raises NotFound for what the caller may not touch."""
    ticket = await tx.fetch_optional(
        StoredTicket, GET_FOR_UPDATE_SQL, ticket_id=ticket_id, **visible_to(principal, permission)
    )
    if ticket is None:
        raise no_such(ticket_id)
    return ticket


def no_such(ticket_id: UUID) -> NotFound:
    """Return the refusal for a ticket that is not there, for this caller."""
    return NotFound(f"There is no ticket {ticket_id}.")


def insert(tx: Tx, ticket: StoredTicket, clocks: Clocks) -> None:
    """Store a new ticket."""
    tx.defer(
        INSERT_SQL,
        id=ticket.id,
        number=ticket.number,
        type=ticket.type,
        title=ticket.title,
        description=ticket.description,
        customer_id=ticket.customer_id,
        priority=ticket.priority,
        status=ticket.status,
        assignee_id=ticket.assignee_id,
        opened_by=ticket.opened_by,
        opened_at=ticket.opened_at,
        created_at=ticket.created_at,
        **_sla_columns(clocks),
    )


def save(tx: Tx, ticket: StoredTicket, clocks: Clocks, *, now: datetime) -> None:
    """Store what changed, and a new version."""
    tx.defer(
        SAVE_SQL,
        id=ticket.id,
        title=ticket.title,
        description=ticket.description,
        priority=ticket.priority,
        status=ticket.status,
        assignee_id=ticket.assignee_id,
        first_response_at=ticket.first_response_at,
        resolved_at=ticket.resolved_at,
        closed_at=ticket.closed_at,
        reopen_count=ticket.reopen_count,
        now=now,
        **_sla_columns(clocks),
    )


def link_asset(tx: Tx, ticket_id: UUID, asset_id: UUID) -> None:
    """Say that the ticket is about the asset."""
    tx.defer(LINK_ASSET_SQL, ticket_id=ticket_id, asset_id=asset_id)


async def list_due(tx: Tx, *, now: datetime, batch: int) -> list[DueTicket]:
    """Lock and return the tickets whose clocks want a look."""
    return await tx.fetch_all(DueTicket, DUE_SQL, now=now, batch=batch)


def look_again(tx: Tx, ticket_id: UUID, clocks: Clocks) -> None:
    """Remember when the clocks of the ticket want the next look."""
    tx.defer(
        LOOK_AGAIN_SQL,
        ticket_id=ticket_id,
        at=clocks.next_timer_at,
        response_state=clocks.response.state,
        resolution_state=clocks.resolution.state,
    )


def view_of(ticket: StoredTicket, clocks: Clocks, *, now: datetime) -> TicketView:
    """Return what a reader would see once *ticket* is stored."""
    return TicketView(
        **{
            name: getattr(ticket, name)
            for name in TicketView.__struct_fields__
            if hasattr(ticket, name)
        },
        updated_at=now,
        response_state=clocks.response.state,
        response_due_at=clocks.response.due_at,
        resolution_state=clocks.resolution.state,
        resolution_due_at=clocks.resolution.due_at,
    )


def _sla_columns(clocks: Clocks) -> dict[str, object]:
    return {
        "response_state": clocks.response.state,
        "response_due_at": clocks.response.due_at,
        "resolution_state": clocks.resolution.state,
        "resolution_due_at": clocks.resolution.due_at,
        "sla_look_again_at": clocks.next_timer_at,
    }
