"""What a ticket may be asked for, and which of its fields may change."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from psa_common.inputs import Instant, Line, Text
from psa_tickets.domain.priority import Impact, Priority, Urgency
from psa_tickets.domain.surroundings import TAG_LENGTH_MAX
from psa_tickets.domain.ticket_type import Source, TicketType
from psa_tickets.http.workflow import StatusKey
from psa_tickets.queries.tickets import ExternalRef

FieldKey = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]
Tag = Annotated[str, Meta(min_length=1, max_length=TAG_LENGTH_MAX, pattern=r"^[^\r\n\t,]*\S\Z")]
Tags = Annotated[list[Tag], Meta(max_length=100)]
#: Values of the tenant's own fields by key; null empties one. /ticket-fields says what they hold.
CustomValues = Annotated[
    dict[FieldKey, str | int | float | bool | list[str] | None], Meta(max_length=100)
]
#: Goes onto the invoice as the buyer's order number (EN 16931, BT-13).
OrderReference = Annotated[str, Meta(min_length=1, max_length=35, pattern=r"^\S(.*\S)?\Z")]
EstimatedMinutes = Annotated[int, Meta(ge=1, le=525_600)]


class ExternalRefInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What another system calls the ticket."""

    system: Annotated[str, Meta(min_length=1, max_length=63, pattern=r"^\S+\Z")]
    id: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^\S(.*\S)?\Z")]


ExternalRefs = Annotated[list[ExternalRefInput], Meta(max_length=20)]


class NewTicket(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    What somebody asks for; `occurred_at` needs the permission to backdate.

    Imports say `sla_evaluated` false: nothing is promised, and nobody is told. Without a
    priority, impact and urgency decide. A customer's own people say what is wrong and where;
    their customer is their own.
    """

    title: Line
    customer_id: UUID | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    type: TicketType | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    impact: Impact | UnsetType | None = UNSET
    urgency: Urgency | UnsetType | None = UNSET
    source: Source | UnsetType = UNSET
    asset_ids: Annotated[list[UUID], Meta(max_length=100)] | UnsetType = UNSET
    occurred_at: Instant | UnsetType | None = UNSET
    sla_evaluated: bool | UnsetType = UNSET
    contact_id: UUID | UnsetType | None = UNSET
    on_behalf_of_id: UUID | UnsetType | None = UNSET
    location_id: UUID | UnsetType | None = UNSET
    contract_id: UUID | UnsetType | None = UNSET
    queue_id: UUID | UnsetType | None = UNSET
    category_id: UUID | UnsetType | None = UNSET
    tags: Tags | UnsetType = UNSET
    custom: CustomValues | UnsetType = UNSET
    external_refs: ExternalRefs | UnsetType = UNSET
    order_reference: OrderReference | UnsetType | None = UNSET
    due_at: Instant | UnsetType | None = UNSET
    follow_up_at: Instant | UnsetType | None = UNSET
    estimated_minutes: EstimatedMinutes | UnsetType | None = UNSET


class FollowUp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came up again; customer, contact, place and contract are those of the old ticket."""

    title: Line | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    type: TicketType | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    impact: Impact | UnsetType = UNSET
    urgency: Urgency | UnsetType = UNSET


class TicketEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields to change; the others stay. Null empties a field, or lets the matrix decide."""

    title: Line | UnsetType | None = UNSET
    description: Text | UnsetType | None = UNSET
    type: TicketType | UnsetType = UNSET
    customer_id: UUID | UnsetType = UNSET
    priority: Priority | UnsetType | None = UNSET
    impact: Impact | UnsetType | None = UNSET
    urgency: Urgency | UnsetType | None = UNSET
    contact_id: UUID | UnsetType | None = UNSET
    on_behalf_of_id: UUID | UnsetType | None = UNSET
    location_id: UUID | UnsetType | None = UNSET
    contract_id: UUID | UnsetType | None = UNSET
    queue_id: UUID | UnsetType | None = UNSET
    category_id: UUID | UnsetType | None = UNSET
    tags: Tags | UnsetType = UNSET
    custom: CustomValues | UnsetType = UNSET
    external_refs: ExternalRefs | UnsetType = UNSET
    order_reference: OrderReference | UnsetType | None = UNSET
    due_at: Instant | UnsetType | None = UNSET
    follow_up_at: Instant | UnsetType | None = UNSET
    estimated_minutes: EstimatedMinutes | UnsetType | None = UNSET


class StatusChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    Where the ticket goes; `occurred_at` needs the permission to backdate.

    `override_reason` passes unmet close rules by; it needs the permission to override.
    """

    status: StatusKey
    occurred_at: Instant | None = None
    override_reason: Line | None = None


class Assignment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who works on it; null gives it back to the queue."""

    assignee_id: UUID | None


def fields_of(data: msgspec.Struct) -> dict[str, Any]:
    """Return the fields that were sent, in the words of the use cases."""
    sent: dict[str, Any] = {
        name: value
        for name, value in msgspec.structs.asdict(data).items()
        if value is not UNSET and not (value is None and name in {"title", "description"})
    }
    references: list[ExternalRefInput] | None = sent.get("external_refs")
    if references is not None:
        sent["external_refs"] = [ExternalRef(one.system, one.id) for one in references]
    return sent
