"""/tickets/{id}/links: to other tickets, and to things that other services own."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from psa_common.db import Tx
from psa_common.documents import Document, Page, Resource, answer, related, shown
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.listing import fetch_page
from psa_tickets.domain.relations.links import LinkKind, TargetType, name_of
from psa_tickets.http.staff import STAFF
from psa_tickets.queries import links, tickets
from psa_tickets.queries.links import SeenLink
from psa_tickets.usecases.relations import linking


class NewLink(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the ticket is to which other thing."""

    kind: LinkKind
    target_id: UUID
    target_type: TargetType = TargetType.TICKET


class LinkAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A link as this end calls it; number, title and status are those of a linked ticket."""

    kind: str
    number: str | None
    title: str | None
    status: str | None
    created_at: datetime


def show(link: SeenLink) -> Resource[LinkAttributes]:
    """Show a link from the end that was asked for."""
    attributes = shown(link, LinkAttributes, kind=name_of(link.kind, from_target=link.from_target))
    return Resource(link.id, "link", attributes, related(target=(link.other_type, link.other_id)))


@get("/", guards=[requires("ticket:view")], opt={"listing": links.LISTING})
async def list_links(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[LinkAttributes]:
    """List what a ticket is linked to, whichever end the link was made at."""
    await tickets.get(tx, ticket_id, principal)
    seen = {"ticket_id": ticket_id, "public_only": principal.customer_id is not None}
    return await fetch_page(
        tx, links.LISTING, request, show, **seen, **tickets.visible_to(principal)
    )


@post("/", guards=[*STAFF])
async def add_link(
    ticket_id: FromPath[UUID],
    data: JSONBody[NewLink],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[LinkAttributes]:
    """Link a ticket to another thing."""
    wanted = msgspec.structs.asdict(data)
    link = await linking.link(tx, principal, ticket_id, **wanted, now=datetime.now(UTC))
    return answer(show(link), status=201)


@delete("/{link_id:uuid}", guards=[*STAFF], status_code=204)
async def remove_link(
    ticket_id: FromPath[UUID],
    link_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> None:
    """Take a link away."""
    await linking.unlink(tx, principal, ticket_id, link_id)


ROUTER = Router(
    "/tickets/{ticket_id:uuid}/links", route_handlers=[list_links, add_link, remove_link]
)
