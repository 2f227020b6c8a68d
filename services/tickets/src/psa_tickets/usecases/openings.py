"""What somebody asks for, and the ticket that this becomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from psa_common.db import Answer, Tx
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_tickets.domain.custom_field import (
    CustomValuesRefused,
    check_values,
    merged,
    missing_values,
)
from psa_tickets.domain.priority import ORDINARY, Impact, Priority, Urgency, priority_of
from psa_tickets.domain.surroundings import (
    FieldsNotForCustomers,
    Surroundings,
    check_references,
    normal_tags,
)
from psa_tickets.domain.ticket_type import UNATTENDED, Source, TicketType
from psa_tickets.domain.workflow import Workflow
from psa_tickets.queries import surroundings
from psa_tickets.queries.sla_assignments import Circumstances
from psa_tickets.queries.surroundings import Looked, References
from psa_tickets.queries.tickets import ExternalRef, StoredTicket
from psa_tickets.usecases.refusals import CustomerMissing

#: What a customer's own person may say about a new ticket.
FOR_CUSTOMERS = frozenset(
    {
        "title",
        "description",
        "customer_id",
        "asset_ids",
        "type",
        "location_id",
        "impact",
        "urgency",
        "follow_up_of_id",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What somebody asks for; without a priority the matrix decides."""

    title: str
    customer_id: UUID
    description: str = "–"
    type: TicketType = TicketType.INCIDENT
    priority: Priority | None = None
    impact: Impact | None = None
    urgency: Urgency | None = None
    source: Source = Source.API
    asset_ids: Sequence[UUID] = ()
    occurred_at: datetime | None = None
    #: False for imports: nothing is promised, and nobody is told.
    sla_evaluated: bool = True
    contact_id: UUID | None = None
    on_behalf_of_id: UUID | None = None
    location_id: UUID | None = None
    contract_id: UUID | None = None
    queue_id: UUID | None = None
    category_id: UUID | None = None
    tags: Sequence[str] = ()
    custom: Mapping[str, Any] = field(default_factory=dict[str, Any])
    external_refs: Sequence[ExternalRef] = ()
    order_reference: str | None = None
    due_at: datetime | None = None
    follow_up_at: datetime | None = None
    estimated_minutes: int | None = None
    parent_id: UUID | None = None
    follow_up_of_id: UUID | None = None
    split_from_id: UUID | None = None


def from_sent(principal: Principal, sent: Mapping[str, Any]) -> Opening:
    """
    Return the opening that somebody sent; a customer's own people need not name their customer.

    Raises CustomerMissing when the desk does not say whose ticket it is.
    """
    customer_id = sent.get("customer_id", principal.customer_id)
    if customer_id is None:
        raise CustomerMissing
    return Opening(**{**sent, "customer_id": customer_id})


def as_asked_by(principal: Principal, opening: Opening) -> Opening:
    """
    Return *opening* as the caller may ask for it.

    Raises FieldsNotForCustomers when a customer's own person decides what the desk decides.
    """
    if principal.customer_id is None:
        return opening
    plain = Opening(title=opening.title, customer_id=principal.customer_id)
    names = [
        one.name
        for one in fields(Opening)
        if getattr(opening, one.name) != getattr(plain, one.name)
        and (one.name not in FOR_CUSTOMERS or one.name == "customer_id")
    ]
    if names:
        raise FieldsNotForCustomers(names)
    return replace(opening, source=Source.PORTAL)


def look(tx: Tx, principal: Principal, opening: Opening) -> Answer[Looked]:
    """Ask about everything that the opening names, together with the next statement."""
    names = References.__struct_fields__
    return surroundings.ask(
        tx,
        References(**{name: getattr(opening, name) for name in names}),
        asset_ids=opening.asset_ids,
        caller_email=principal.email if principal.customer_id else None,
    )


def circumstances_of(opening: Opening) -> Circumstances:
    """Return what decides on the promise for the new ticket."""
    return Circumstances(
        contract_id=opening.contract_id,
        location_id=opening.location_id,
        customer_id=opening.customer_id,
        queue_id=opening.queue_id,
    )


def check(opening: Opening, known: Surroundings) -> None:
    """Raise a refusal unless everything that the opening names and holds fits together."""
    check_references(
        {name: getattr(opening, name) for name in References.__struct_fields__},
        opening.customer_id,
        known,
    )
    values = merged({}, opening.custom)
    check_values(values, known.fields, opening.type)
    if opening.source not in UNATTENDED:
        missing = missing_values(values, known.fields, opening.type)
        if missing:
            raise CustomValuesRefused(dict.fromkeys(missing, "Fill this in."))


def new_ticket(
    principal: Principal,
    opening: Opening,
    known: Surroundings,
    workflow: Workflow,
    *,
    opened_at: datetime,
    now: datetime,
) -> StoredTicket:
    """Return the ticket that *opening* becomes, but for its number."""
    return StoredTicket(
        id=uuid7(),
        number="",
        status=workflow.initial,
        workflow=workflow,
        assignee_id=None,
        opened_by=principal.user_id,
        opened_at=opened_at,
        created_at=now,
        first_response_at=None,
        resolved_at=None,
        closed_at=None,
        reopen_count=0,
        version=1,
        **_said(principal, opening, known),
    )


def _said(principal: Principal, opening: Opening, known: Surroundings) -> dict[str, Any]:
    """Return what the opening says, decided: a priority of one's own beats the matrix."""
    by_matrix = priority_of(opening.impact, opening.urgency, known.matrix)
    overridden = opening.priority not in {None, by_matrix} and by_matrix is not None
    same: dict[str, Any] = {
        one.name: getattr(opening, one.name)
        for one in fields(Opening)
        if one.name not in {"asset_ids", "occurred_at", "sla_evaluated"}
    }
    return {
        **same,
        "priority": opening.priority or by_matrix or ORDINARY,
        "priority_overridden_by": principal.user_id if overridden else None,
        "contact_id": opening.contact_id or known.caller_contact_id,
        "tags": normal_tags(opening.tags),
        "custom": merged({}, opening.custom),
        "external_refs": tuple(opening.external_refs),
    }
