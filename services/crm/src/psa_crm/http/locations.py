"""/locations: the sites of customers."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from psa_common.db import Tx
from psa_common.documents import Document, Page, answer, changes_of, expected_version
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Country, Line
from psa_common.listing import fetch_page
from psa_crm.http import views
from psa_crm.http.fields import PostalCode, StateCode
from psa_crm.http.views import LocationAttributes
from psa_crm.queries import locations
from psa_crm.queries.scope import visible_to
from psa_crm.usecases import locations as usecase


class NewLocation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A site; unless `is_default` says otherwise a customer's first one is its main one."""

    customer_id: UUID
    name: Line
    street: Line
    postal_code: PostalCode
    city: Line
    country: Country = "DE"
    federal_state: StateCode | None = None
    is_default: bool | None = None


class LocationEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields to change; the others stay, and null empties one."""

    name: Line | UnsetType = UNSET
    street: Line | UnsetType = UNSET
    postal_code: PostalCode | UnsetType = UNSET
    city: Line | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    federal_state: StateCode | UnsetType | None = UNSET
    is_default: bool | UnsetType = UNSET


@post("/", guards=[requires("location:create")])
async def create_location(
    data: JSONBody[NewLocation], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[LocationAttributes]:
    """Enter a location of a customer."""
    new = usecase.NewLocation(**msgspec.structs.asdict(data))
    location = await usecase.create(tx, principal, new, now=datetime.now(UTC))
    return answer(views.location(location), version=location.version, status=201)


@get("/", guards=[requires("location:view")], opt={"listing": locations.LISTING})
async def list_locations(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[LocationAttributes]:
    """List the locations that the caller may see."""
    visible = visible_to(principal, "location:view")
    return await fetch_page(tx, locations.LISTING, request, views.location, **visible)


@get("/{location_id:uuid}", guards=[requires("location:view")])
async def read_location(
    location_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[LocationAttributes]:
    """Read a location."""
    location = await locations.get(tx, location_id, principal)
    return answer(views.location(location), version=location.version)


@patch("/{location_id:uuid}", guards=[requires("location:update")])
async def edit_location(
    request: Request[Any, Any, Any],
    location_id: FromPath[UUID],
    data: JSONBody[LocationEdit],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[LocationAttributes]:
    """Change a location."""
    location = await usecase.edit(
        tx,
        principal,
        location_id,
        changes_of(data),
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.location(location), version=location.version)


ROUTER = Router(
    "/locations", route_handlers=[create_location, list_locations, read_location, edit_location]
)
