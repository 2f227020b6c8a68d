"""/tickets/{id}/watchers and /co-assignees: who hears of a ticket, and who works on it too."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from psa_common.db import Tx
from psa_common.documents import Document, Page, Resource, answer, related, shown
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Email
from psa_common.listing import fetch_page
from psa_tickets.domain.relations.watchers import Who
from psa_tickets.http.staff import STAFF
from psa_tickets.queries import tickets, watchers
from psa_tickets.queries.watchers import CoAssignee, NamedWatcher
from psa_tickets.usecases.relations import watching


class NewWatcher(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exactly one of contact, colleague and address."""

    contact_id: UUID | None = None
    user_id: UUID | None = None
    email: Email | None = None
    notify: bool = True


class WatcherEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether the watcher is written to."""

    notify: bool


class WatcherAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A watcher by the name and address that are known today."""

    name: str
    address: str | None
    notify: bool
    created_at: datetime


class CoAssigneeAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A colleague who works on the ticket beside its assignee."""

    name: str
    active: bool
    created_at: datetime


def show(watcher: NamedWatcher) -> Resource[WatcherAttributes]:
    """Show a watcher."""
    links = related(contact=("contact", watcher.contact_id), user=("user", watcher.user_id))
    return Resource(watcher.id, "watcher", shown(watcher, WatcherAttributes), links)


def show_co_assignee(colleague: CoAssignee) -> Resource[CoAssigneeAttributes]:
    """Show a co-assignee."""
    return Resource(colleague.id, "user", shown(colleague, CoAssigneeAttributes))


@get("/watchers", guards=[requires("ticket:view")], opt={"listing": watchers.WATCHERS})
async def list_watchers(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[WatcherAttributes]:
    """List who hears of a ticket; a customer's people do not see which colleagues do."""
    await tickets.get(tx, ticket_id, principal)
    public_only = principal.customer_id is not None
    return await fetch_page(
        tx, watchers.WATCHERS, request, show, ticket_id=ticket_id, public_only=public_only
    )


@post("/watchers", guards=[*STAFF])
async def add_watcher(
    ticket_id: FromPath[UUID],
    data: JSONBody[NewWatcher],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[WatcherAttributes]:
    """Let a contact, a colleague or an address hear of a ticket."""
    who = Who(contact_id=data.contact_id, user_id=data.user_id, email=data.email)
    now = datetime.now(UTC)
    watcher = await watching.watch(tx, principal, ticket_id, who, notify=data.notify, now=now)
    return answer(show(watcher), status=201)


@patch("/watchers/{watcher_id:uuid}", guards=[*STAFF])
async def change_watcher(
    ticket_id: FromPath[UUID],
    watcher_id: FromPath[UUID],
    data: JSONBody[WatcherEdit],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[WatcherAttributes]:
    """Write to a watcher, or no longer."""
    watcher = await watching.notify(tx, principal, ticket_id, watcher_id, wanted=data.notify)
    return answer(show(watcher))


@delete("/watchers/{watcher_id:uuid}", guards=[*STAFF], status_code=204)
async def remove_watcher(
    ticket_id: FromPath[UUID],
    watcher_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> None:
    """Let somebody no longer hear of a ticket."""
    await watching.unwatch(tx, principal, ticket_id, watcher_id)


@get("/co-assignees", guards=[requires("ticket:view")], opt={"listing": watchers.CO_ASSIGNEES})
async def list_co_assignees(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[CoAssigneeAttributes]:
    """List who works on a ticket beside its assignee."""
    await tickets.get(tx, ticket_id, principal)
    return await fetch_page(
        tx, watchers.CO_ASSIGNEES, request, show_co_assignee, ticket_id=ticket_id
    )


@put("/co-assignees/{user_id:uuid}", guards=[requires("ticket:assign")], status_code=204)
async def add_co_assignee(
    ticket_id: FromPath[UUID],
    user_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> None:
    """Let a colleague work on a ticket beside its assignee."""
    await watching.join(tx, principal, ticket_id, user_id, now=datetime.now(UTC))


@delete("/co-assignees/{user_id:uuid}", guards=[requires("ticket:assign")], status_code=204)
async def remove_co_assignee(
    ticket_id: FromPath[UUID],
    user_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> None:
    """Let a colleague no longer work on a ticket."""
    await watching.leave(tx, principal, ticket_id, user_id)


ROUTER = Router(
    "/tickets/{ticket_id:uuid}",
    route_handlers=[
        list_watchers,
        add_watcher,
        change_watcher,
        remove_watcher,
        list_co_assignees,
        add_co_assignee,
        remove_co_assignee,
    ],
)
