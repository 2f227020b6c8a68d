"""/ticket-views: filters that people keep, in the words of GET /tickets, and their counters."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, delete, get, patch, post
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
    related,
    shown,
)
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_common.inputs import Line
from psa_common.listing import fetch_page
from psa_tickets.queries import ticket_views
from psa_tickets.queries.ticket_views import COUNT_MAX, TicketViewRow
from psa_tickets.usecases.relations import saved_views
from psa_tickets.usecases.relations.saved_views import Wanted

KeptFilter = Annotated[
    dict[Annotated[str, Meta(max_length=63)], Annotated[str, Meta(min_length=1, max_length=500)]],
    Meta(max_length=20),
]
Columns = Annotated[list[Annotated[str, Meta(max_length=63)]], Meta(max_length=40)]
SortName = Annotated[str, Meta(min_length=1, max_length=63)]


class NewView(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A filter by its query parameters, how it is sorted, and which columns are shown."""

    name: Line
    filter: KeptFilter
    sort: SortName = "-created_at"
    columns: Columns = []
    shared: bool = False


class ViewEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields to change; the others stay."""

    name: Line | UnsetType = UNSET
    filter: KeptFilter | UnsetType = UNSET
    sort: SortName | UnsetType = UNSET
    columns: Columns | UnsetType = UNSET
    shared: bool | UnsetType = UNSET


class ViewAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A filter that somebody keeps."""

    name: str
    filter: dict[str, str]
    sort: str
    columns: list[str]
    shared: bool
    created_at: datetime


class CounterReport(msgspec.Struct, frozen=True, kw_only=True):
    """How many tickets a view fits; with `is_at_least` there are more."""

    view_id: UUID
    count: int
    is_at_least: bool


class CountersReport(msgspec.Struct, frozen=True, kw_only=True):
    """The counters of the caller's first twenty views by name."""

    counters: list[CounterReport]


def show(view: TicketViewRow) -> Resource[ViewAttributes]:
    """Show a view."""
    links = related(owner=("user", view.owner_id))
    return Resource(view.id, "ticket_view", shown(view, ViewAttributes), links)


@post("/", guards=[requires("ticket:view")])
async def keep_view(
    data: JSONBody[NewView], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[ViewAttributes]:
    """Keep a filter under a name."""
    wanted = Wanted(**msgspec.structs.asdict(data))
    view = await saved_views.keep(tx, principal, wanted, now=datetime.now(UTC))
    return answer(show(view), version=view.version, status=201)


@get("/", guards=[requires("ticket:view")], opt={"listing": ticket_views.LISTING})
async def list_views(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[ViewAttributes]:
    """List the caller's own views and, for colleagues, the shared ones."""
    return await fetch_page(
        tx, ticket_views.LISTING, request, show, **ticket_views.seen_by(principal)
    )


@get("/counters", guards=[requires("ticket:view")])
async def read_counters(
    tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[CountersReport]:
    """Count what each view fits."""
    counted = [
        CounterReport(
            view_id=one.id, count=min(one.count, COUNT_MAX), is_at_least=one.count > COUNT_MAX
        )
        for one in await saved_views.count_all(tx, principal)
    ]
    return answer(Resource(uuid7(), "ticket_view_counters", CountersReport(counters=counted)))


@patch("/{view_id:uuid}", guards=[requires("ticket:view")])
async def change_view(
    request: Request[Any, Any, Any],
    view_id: FromPath[UUID],
    data: JSONBody[ViewEdit],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[ViewAttributes]:
    """Change a view."""
    version = expected_version(request)
    changes = changes_of(data)
    view = await saved_views.change(tx, principal, view_id, changes, expected_version=version)
    return answer(show(view), version=view.version)


@delete("/{view_id:uuid}", guards=[requires("ticket:view")], status_code=204)
async def forget_view(
    view_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> None:
    """Forget a view."""
    await saved_views.forget(tx, principal, view_id)


ROUTER = Router(
    "/ticket-views",
    route_handlers=[keep_view, list_views, read_counters, change_view, forget_view],
)
