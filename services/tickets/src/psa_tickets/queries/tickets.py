"""The tickets table as readers see it: one ticket, lists of them, and who may see which."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.identity import Principal
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.domain.priority import Impact, Priority, Urgency
from psa_tickets.domain.sla_clock import Clocks
from psa_tickets.domain.status_kind import Kind, Stage
from psa_tickets.domain.ticket import Ticket
from psa_tickets.domain.ticket_type import Source, TicketType

#: What a caller may see of the tickets, by the scope of `ticket:view`.
VISIBLE: LiteralString = """
    CASE %(scope)s
        WHEN 'all'          THEN true
        WHEN 'team'         THEN t.assignee_id IS NULL
                              OR t.assignee_id = %(user_id)s
                              OR t.id IN (SELECT c.ticket_id
                                            FROM ticket_co_assignees AS c
                                           WHERE c.user_id = %(user_id)s)
        WHEN 'assigned'     THEN t.assignee_id = %(user_id)s
                              OR t.id IN (SELECT c.ticket_id
                                            FROM ticket_co_assignees AS c
                                           WHERE c.user_id = %(user_id)s)
        WHEN 'own'          THEN t.opened_by = %(user_id)s
        WHEN 'own_customer' THEN t.customer_id = %(own_customer_id)s::uuid
        ELSE false
    END
"""

#: What both a reader and a decision need to know of a ticket.
FACTS: LiteralString = """
    SELECT t.id, t.number, t.type, t.title, t.description, t.customer_id, t.priority, t.status,
           t.assignee_id, t.opened_by, t.opened_at, t.created_at, t.first_response_at,
           t.resolved_at, t.closed_at, t.reopen_count, t.version, t.contact_id, t.on_behalf_of_id,
           t.location_id, t.contract_id, t.queue_id, t.category_id, t.source, t.impact, t.urgency,
           t.priority_overridden_by, t.tags, t.custom, t.external_refs, t.order_reference,
           t.due_at, t.follow_up_at, t.estimated_minutes, t.parent_id, t.follow_up_of_id,
           t.split_from_id, t.merged_into_id
"""

COLUMNS: LiteralString = (
    FACTS
    + """,
           t.updated_at, t.status_kind, t.response_state, t.response_due_at, t.resolution_state,
           t.resolution_due_at
      FROM tickets AS t
"""
)

#: The kinds of a stage, as equality with each: that uses the index on kinds.
STAGE: LiteralString = """
    t.status_kind = ANY(CASE %(stage)s
                            WHEN 'open'     THEN ARRAY['new', 'open']
                            WHEN 'waiting'  THEN ARRAY['waiting_customer', 'waiting_third_party',
                                                       'scheduled']
                            WHEN 'resolved' THEN ARRAY['resolved']
                            ELSE ARRAY['closed', 'cancelled']
                        END)
"""

SEARCHED_COLUMNS: LiteralString = (
    FACTS
    + """,
           t.updated_at, t.status_kind, t.response_state, t.response_due_at, t.resolution_state,
           t.resolution_due_at, f.relevance
      FROM tickets AS t,
           (SELECT id, rank + exact::integer AS relevance
              FROM find_documents(%(search)s, 'all', '{ticket}', ARRAY[%(scope)s::text],
                                  %(own_customer_id)s::uuid IS NOT NULL, %(user_id)s::uuid,
                                  %(own_customer_id)s::uuid, 1000)) AS f
"""
)

GET_SQL = COLUMNS + " WHERE t.id = %(ticket_id)s AND " + VISIBLE


class ExternalRef(msgspec.Struct, frozen=True):
    """What another system calls the ticket."""

    system: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTicket(Ticket):
    """The domain's ticket with what only people and storage want to know."""

    type: TicketType
    description: str
    opened_by: UUID
    created_at: datetime
    version: int
    contact_id: UUID | None = None
    on_behalf_of_id: UUID | None = None
    location_id: UUID | None = None
    contract_id: UUID | None = None
    queue_id: UUID | None = None
    category_id: UUID | None = None
    source: Source = Source.API
    impact: Impact | None = None
    urgency: Urgency | None = None
    priority_overridden_by: UUID | None = None
    tags: tuple[str, ...] = ()
    custom: Mapping[str, Any] = field(default_factory=dict[str, Any])
    external_refs: tuple[ExternalRef, ...] = ()
    order_reference: str | None = None
    due_at: datetime | None = None
    follow_up_at: datetime | None = None
    estimated_minutes: int | None = None
    parent_id: UUID | None = None
    follow_up_of_id: UUID | None = None
    split_from_id: UUID | None = None
    merged_into_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView(StoredTicket):
    """A ticket as readers see it, with where its clocks stand."""

    updated_at: datetime
    status_kind: Kind
    response_state: str
    response_due_at: datetime | None
    resolution_state: str
    resolution_due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTicket(TicketView):
    """A ticket that says what was looked for; what was named exactly has a relevance above 1."""

    relevance: float


LISTING = Listing(
    row=TicketView,
    select=COLUMNS,
    id_column="t.id",
    conditions=(VISIBLE,),
    filters={
        "status": Filter("t.status = %(status)s"),
        "priority": Filter("t.priority = %(priority)s", Priority),
        "type": Filter("t.type = %(type)s", TicketType),
        "customer_id": Filter("t.customer_id = %(customer_id)s", UUID),
        "assignee_id": Filter("t.assignee_id = %(assignee_id)s", UUID),
        "contact_id": Filter("t.contact_id = %(contact_id)s", UUID),
        "queue_id": Filter("t.queue_id = %(queue_id)s", UUID),
        "parent_id": Filter("t.parent_id = %(parent_id)s", UUID),
        "category_id": Filter("t.category_id = %(category_id)s", UUID),
        "location_id": Filter("t.location_id = %(location_id)s", UUID),
        "source": Filter("t.source = %(source)s", Source),
        "status_kind": Filter("t.status_kind = %(status_kind)s", Kind),
        "stage": Filter(STAGE, Stage),
        "unassigned": Filter("(t.assignee_id IS NULL) = %(unassigned)s", bool),
        "follow_up_before": Filter("t.follow_up_at < %(follow_up_before)s", datetime),
        "due_before": Filter("t.due_at < %(due_before)s", datetime),
        "stale_since": Filter("t.updated_at < %(stale_since)s", datetime),
        "tag": Filter("t.id IN (SELECT ticket_id FROM ticket_tags WHERE tag = %(tag)s)"),
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

#: Of common words the newest 1,000 texts are ranked; a cursor follows their relevance.
SEARCHED = replace(
    LISTING,
    row=FoundTicket,
    select=SEARCHED_COLUMNS,
    filters={**LISTING.filters, "search": Filter("f.id = t.id")},
    sorts={**LISTING.sorts, "relevance": Sort("f.relevance", float)},
    default_sort="-relevance",
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


def no_such(ticket_id: UUID) -> NotFound:
    """Return the refusal for a ticket that is not there, for this caller."""
    return NotFound(f"There is no ticket {ticket_id}.")


def facts_of(ticket: StoredTicket) -> dict[str, Any]:
    """Return what is known of the ticket itself, without the process that it follows."""
    return {
        one.name: getattr(ticket, one.name)
        for one in fields(StoredTicket)
        if one.name != "workflow"
    }


def view_of(ticket: StoredTicket, clocks: Clocks, *, now: datetime) -> TicketView:
    """Return what a reader would see once *ticket* is stored."""
    return TicketView(
        **facts_of(ticket),
        updated_at=now,
        status_kind=ticket.kind,
        response_state=clocks.response.state,
        response_due_at=clocks.response.due_at,
        resolution_state=clocks.resolution.state,
        resolution_due_at=clocks.resolution.due_at,
    )


def saved_view_of(ticket: StoredTicket, clocks: Clocks, *, now: datetime) -> TicketView:
    """Return what a reader would see once *ticket* is stored as its next version."""
    return view_of(replace(ticket, version=ticket.version + 1), clocks, now=now)
