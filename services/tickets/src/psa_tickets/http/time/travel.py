"""/tickets/{id}/travel and /travel: the way to a ticket, charged once a visit."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from psa_common.db import Tx
from psa_common.documents import Document, Page, answer, changes_of, expected_version
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Line, Minutes, Slug
from psa_common.listing import fetch_page
from psa_tickets.domain.time.charges import Way
from psa_tickets.domain.time.entry import Billable
from psa_tickets.http.time import views
from psa_tickets.http.time.views import TravelAttributes
from psa_tickets.queries import charges, tickets
from psa_tickets.usecases.time import charging
from psa_tickets.usecases.time.charging import NewTravel

#: Kilometres with up to one decimal place, such as "12.5".
Km = Annotated[str, Meta(pattern=r"^(?=.*[1-9])[0-9]{1,5}(\.[0-9])?\Z")]
Note = Annotated[str, Meta(max_length=2_000)]


class TravelInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way: its zone, its kilometres or its minutes."""

    visit_date: date
    zone: Slug | None = None
    km: Km | None = None
    minutes: Minutes | None = None
    billable: Billable = Billable.BILLABLE
    note: Note = ""


class TravelEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields to change; null empties a measure that another replaces."""

    visit_date: date | UnsetType = UNSET
    zone: Slug | UnsetType | None = UNSET
    km: Km | UnsetType | None = UNSET
    minutes: Minutes | UnsetType | None = UNSET
    billable: Billable | UnsetType = UNSET
    note: Note | UnsetType = UNSET


class Refusal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is wrong with it."""

    reason: Line


@post("/tickets/{ticket_id:uuid}/travel", guards=[requires("time_entry:create")])
async def add_travel(
    ticket_id: FromPath[UUID],
    data: JSONBody[TravelInput],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TravelAttributes]:
    """Charge the caller's way to a ticket."""
    way = Way(zone=data.zone, km=_km(data.km), minutes=data.minutes)
    new = NewTravel(visit_date=data.visit_date, way=way, billable=data.billable, note=data.note)
    row = await charging.add_travel(tx, principal, ticket_id, new, now=datetime.now(UTC))
    return answer(views.travel(row), version=row.version, status=201)


@get(
    "/tickets/{ticket_id:uuid}/travel",
    guards=[requires("time_entry:view")],
    opt={"listing": charges.TRAVEL},
)
async def list_travel(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[TravelAttributes]:
    """List the ways to a ticket."""
    ticket = await tickets.get(tx, ticket_id, principal)
    visible = charges.visible_to(principal)
    return await fetch_page(
        tx, charges.TRAVEL, request, views.travel, of_ticket=ticket.id, **visible
    )


@patch("/travel/{travel_id:uuid}", guards=[requires("time_entry:create")])
async def edit_travel(
    request: Request[Any, Any, Any],
    travel_id: FromPath[UUID],
    data: JSONBody[TravelEdit],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TravelAttributes]:
    """Change travel before it is approved."""
    row = await charging.edit_travel(
        tx,
        principal,
        travel_id,
        _changes(data),
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.travel(row), version=row.version)


@delete("/travel/{travel_id:uuid}", guards=[requires("time_entry:create")])
async def delete_travel(
    request: Request[Any, Any, Any],
    travel_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> None:
    """Remove travel before it is approved."""
    version, now = expected_version(request), datetime.now(UTC)
    await charging.delete_travel(tx, principal, travel_id, expected_version=version, now=now)


@post("/travel/{travel_id:uuid}/approve", guards=[requires("time_entry:approve")], status_code=200)
async def approve_travel(
    travel_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[TravelAttributes]:
    """Vouch for travel: from here on it may be billed."""
    row = await charging.approve_travel(tx, principal, travel_id, now=datetime.now(UTC))
    return answer(views.travel(row), version=row.version)


@post("/travel/{travel_id:uuid}/reject", guards=[requires("time_entry:approve")], status_code=200)
async def reject_travel(
    travel_id: FromPath[UUID],
    data: JSONBody[Refusal],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TravelAttributes]:
    """Give travel back to the person who had it."""
    now = datetime.now(UTC)
    row = await charging.reject_travel(tx, principal, travel_id, data.reason, now=now)
    return answer(views.travel(row), version=row.version)


def _km(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _changes(data: TravelEdit) -> dict[str, Any]:
    changes = changes_of(data)
    return changes | {"km": _km(changes["km"])} if "km" in changes else changes


ROUTER = Router(
    "/",
    route_handlers=[
        add_travel,
        list_travel,
        edit_travel,
        delete_travel,
        approve_travel,
        reject_travel,
    ],
)
