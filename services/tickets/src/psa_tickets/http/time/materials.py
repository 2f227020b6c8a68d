"""/tickets/{id}/materials and /materials: what was used or paid on a ticket."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from psa_common.db import Tx
from psa_common.documents import Document, Page, Resource, answer, changes_of, expected_version
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Line
from psa_common.listing import fetch_page
from psa_tickets.domain.time.charges import quantity_of
from psa_tickets.domain.time.entry import Billable
from psa_tickets.http.time import views
from psa_tickets.http.time.travel import Refusal
from psa_tickets.http.time.views import MaterialAttributes
from psa_tickets.queries import charges, tickets
from psa_tickets.queries.charges import Material
from psa_tickets.usecases.time import charging
from psa_tickets.usecases.time.charging import NewMaterial

#: With up to three decimal places, such as "2" or "0.5".
Quantity = Annotated[str, Meta(pattern=r"^[0-9]{1,7}(\.[0-9]{1,3})?\Z")]
Price = Annotated[int, Meta(ge=0, le=10_000_000_000)]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z")]
TaxClass = Literal["standard", "reduced", "zero", "reverse_charge"]


class MaterialInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something used; the cost only by who may see costs."""

    used_on: date
    description: Line
    quantity: Quantity
    unit_price_cents: Price
    unit_cost_cents: Price | None = None
    currency: Currency = "EUR"
    tax_class: TaxClass = "standard"
    product_ref: Line | None = None
    serial: Line | None = None
    billable: Billable = Billable.BILLABLE


class MaterialEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields to change; the others stay."""

    used_on: date | UnsetType = UNSET
    description: Line | UnsetType = UNSET
    quantity: Quantity | UnsetType = UNSET
    unit_price_cents: Price | UnsetType = UNSET
    unit_cost_cents: Price | UnsetType = UNSET
    tax_class: TaxClass | UnsetType = UNSET
    product_ref: Line | UnsetType | None = UNSET
    serial: Line | UnsetType | None = UNSET
    billable: Billable | UnsetType = UNSET


@post("/tickets/{ticket_id:uuid}/materials", guards=[requires("time_entry:create")])
async def add_material(
    ticket_id: FromPath[UUID],
    data: JSONBody[MaterialInput],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[MaterialAttributes]:
    """Charge something used on a ticket."""
    values = msgspec.structs.asdict(data)
    quantity = quantity_of(values.pop("quantity"))
    new, now = NewMaterial(**values, quantity=quantity), datetime.now(UTC)
    row = await charging.add_material(tx, principal, ticket_id, new, now=now)
    return answer(views.material(row, principal), version=row.version, status=201)


@get(
    "/tickets/{ticket_id:uuid}/materials",
    guards=[requires("time_entry:view")],
    opt={"listing": charges.MATERIALS},
)
async def list_materials(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[MaterialAttributes]:
    """List what was used on a ticket."""
    ticket = await tickets.get(tx, ticket_id, principal)
    visible = charges.visible_to(principal)

    def show(row: Material) -> Resource[MaterialAttributes]:
        return views.material(row, principal)

    return await fetch_page(tx, charges.MATERIALS, request, show, of_ticket=ticket.id, **visible)


@patch("/materials/{material_id:uuid}", guards=[requires("time_entry:create")])
async def edit_material(
    request: Request[Any, Any, Any],
    material_id: FromPath[UUID],
    data: JSONBody[MaterialEdit],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[MaterialAttributes]:
    """Change material before it is approved."""
    row = await charging.edit_material(
        tx,
        principal,
        material_id,
        _changes(data),
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.material(row, principal), version=row.version)


@delete("/materials/{material_id:uuid}", guards=[requires("time_entry:create")])
async def delete_material(
    request: Request[Any, Any, Any],
    material_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> None:
    """Remove material before it is approved."""
    version, now = expected_version(request), datetime.now(UTC)
    await charging.delete_material(tx, principal, material_id, expected_version=version, now=now)


@post(
    "/materials/{material_id:uuid}/approve",
    guards=[requires("time_entry:approve")],
    status_code=200,
)
async def approve_material(
    material_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[MaterialAttributes]:
    """Vouch for material: from here on it may be billed."""
    row = await charging.approve_material(tx, principal, material_id, now=datetime.now(UTC))
    return answer(views.material(row, principal), version=row.version)


@post(
    "/materials/{material_id:uuid}/reject",
    guards=[requires("time_entry:approve")],
    status_code=200,
)
async def reject_material(
    material_id: FromPath[UUID],
    data: JSONBody[Refusal],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[MaterialAttributes]:
    """Give material back to the person who used it."""
    now = datetime.now(UTC)
    row = await charging.reject_material(tx, principal, material_id, data.reason, now=now)
    return answer(views.material(row, principal), version=row.version)


def _changes(data: MaterialEdit) -> dict[str, Any]:
    changes = changes_of(data)
    if "quantity" not in changes:
        return changes
    return changes | {"quantity": quantity_of(changes["quantity"])}


ROUTER = Router(
    "/",
    route_handlers=[
        add_material,
        list_materials,
        edit_material,
        delete_material,
        approve_material,
        reject_material,
    ],
)
