"""/ticket-fields: fields that a tenant adds to tickets."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from psa_common.db import Tx
from psa_common.documents import (
    Document,
    Page,
    Resource,
    answer,
    changes_of,
    expected_version,
    shown,
)
from psa_common.guards import requires
from psa_common.inputs import Line
from psa_common.listing import fetch_page
from psa_tickets.domain.custom_field import FieldType
from psa_tickets.domain.ticket_type import TicketType
from psa_tickets.http.staff import colleagues
from psa_tickets.http.ticket_inputs import FieldKey
from psa_tickets.queries import ticket_fields
from psa_tickets.queries.ticket_fields import TicketField
from psa_tickets.usecases import desk_setup
from psa_tickets.usecases.desk_setup import NewField

Options = Annotated[tuple[Line, ...], Meta(max_length=200)]
ForTypes = Annotated[tuple[TicketType, ...], Meta(max_length=10)]


class NewTicketField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field; without `for_types` every ticket has it."""

    key: FieldKey
    label: Line
    type: FieldType
    options: Options = ()
    required: bool = False
    for_types: ForTypes = ()


class TicketFieldEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may change; key and type stay, because values lie under them."""

    label: Line | UnsetType = UNSET
    options: Options | UnsetType = UNSET
    required: bool | UnsetType = UNSET
    for_types: ForTypes | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class TicketFieldAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A field as readers see it."""

    key: str
    label: str
    type: FieldType
    options: tuple[str, ...]
    required: bool
    for_types: tuple[TicketType, ...]
    active: bool
    created_at: datetime


def show(field: TicketField) -> Resource[TicketFieldAttributes]:
    """Show a field."""
    return Resource(field.id, "ticket_field", shown(field, TicketFieldAttributes))


@post("/", guards=[requires("desk:manage")])
async def create_field(
    data: JSONBody[NewTicketField], tx: NamedDependency[Tx]
) -> Document[TicketFieldAttributes]:
    """Add a field to tickets."""
    new = NewField(**msgspec.structs.asdict(data))
    field = await desk_setup.create_field(tx, new, now=datetime.now(UTC))
    return answer(show(field), version=field.version, status=201)


@get("/", guards=[requires("ticket:view")], opt={"listing": ticket_fields.LISTING})
async def list_fields(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[TicketFieldAttributes]:
    """List the tenant's own fields."""
    return await fetch_page(tx, ticket_fields.LISTING, request, show)


@patch("/{field_id:uuid}", guards=[requires("desk:manage")])
async def edit_field(
    request: Request[Any, Any, Any],
    field_id: FromPath[UUID],
    data: JSONBody[TicketFieldEdit],
    tx: NamedDependency[Tx],
) -> Document[TicketFieldAttributes]:
    """Change how a field is shown and demanded, or take it out of use."""
    field = await desk_setup.edit_field(
        tx, field_id, changes_of(data), expected_version=expected_version(request)
    )
    return answer(show(field), version=field.version)


ROUTER = Router(
    "/ticket-fields", guards=[colleagues], route_handlers=[create_field, list_fields, edit_field]
)
