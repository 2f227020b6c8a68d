"""/tickets/{id}/parent and /children: tickets below other tickets."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from psa_common.db import Tx
from psa_common.documents import Document, Page, answer
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Text
from psa_common.listing import fetch_page
from psa_tickets.domain.relations.family import ChildKind
from psa_tickets.http import views
from psa_tickets.http.relations import bulk as bulk_http
from psa_tickets.http.relations.bulk import OutcomeReport
from psa_tickets.http.staff import STAFF
from psa_tickets.http.views import TicketAttributes
from psa_tickets.http.workflow import StatusKey
from psa_tickets.queries import families, tickets
from psa_tickets.usecases.relations import bulk, families as usecase


class Parent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ticket above; a subtask is part of its work, an incident has the same cause."""

    parent_id: UUID
    kind: ChildKind = ChildKind.SUBTASK


class ToAllChildren(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is said on every child, to the customers."""

    body: Text


class StatusOfAll(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the ticket and all its children go."""

    status: StatusKey
    dry_run: bool = False


@put("/parent", guards=[*STAFF])
async def set_parent(
    ticket_id: FromPath[UUID],
    data: JSONBody[Parent],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TicketAttributes]:
    """Put a ticket below another one."""
    now = datetime.now(UTC)
    view = await usecase.set_parent(tx, principal, ticket_id, data.parent_id, data.kind, now=now)
    return answer(views.ticket(view), version=view.version)


@delete("/parent", guards=[*STAFF], status_code=204)
async def clear_parent(
    ticket_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> None:
    """Let a ticket stand for itself."""
    await usecase.clear_parent(tx, principal, ticket_id, now=datetime.now(UTC))


@get("/children", guards=[requires("ticket:view")], opt={"listing": families.CHILDREN})
async def list_children(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[TicketAttributes]:
    """List the tickets below a ticket that the caller may see."""
    await tickets.get(tx, ticket_id, principal)
    seen = tickets.visible_to(principal)
    show = views.ticket_for(principal)
    return await fetch_page(tx, families.CHILDREN, request, show, above_id=ticket_id, **seen)


@post("/children/comments", guards=[requires("ticket:comment")], status_code=201)
async def tell_children(
    ticket_id: FromPath[UUID],
    data: JSONBody[ToAllChildren],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[OutcomeReport]:
    """Say the same to the customers on every child, or on none."""
    now = datetime.now(UTC)
    said = await usecase.tell_children(tx, principal, ticket_id, data.body, now=now)
    return answer(bulk_http.show_said(said), status=201)


@put("/family/status", guards=[*STAFF])
async def move_family(
    ticket_id: FromPath[UUID],
    data: JSONBody[StatusOfAll],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[OutcomeReport]:
    """Move a ticket's children, and then the ticket itself; each says what became of it."""
    ids = [*await usecase.list_children(tx, principal, ticket_id), ticket_id]
    changes = bulk.Changes(status=data.status)
    now = datetime.now(UTC)
    done = await bulk.change(tx, principal, ids, changes, dry_run=data.dry_run, now=now)
    return answer(bulk_http.show(done, dry_run=data.dry_run))


ROUTER = Router(
    "/tickets/{ticket_id:uuid}",
    route_handlers=[set_parent, clear_parent, list_children, tell_children, move_family],
)
