"""/tickets/{id}/comments: what was said, to the customer and among colleagues."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from psa_common.db import Tx
from psa_common.documents import Document, Page, answer
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Instant, Text
from psa_common.listing import fetch_page
from psa_tickets.domain.ticket import AuthorKind, Visibility
from psa_tickets.http import views
from psa_tickets.http.views import CommentAttributes
from psa_tickets.queries import comments, tickets
from psa_tickets.usecases import conversation
from psa_tickets.usecases.conversation import Words


class NewComment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is said; `author_kind` contact writes down what the customer said."""

    body: Text
    visibility: Visibility = Visibility.PUBLIC
    author_kind: AuthorKind = AuthorKind.AGENT
    occurred_at: Instant | None = None


@post("/", guards=[requires("ticket:comment")])
async def write_comment(
    ticket_id: FromPath[UUID],
    data: JSONBody[NewComment],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[CommentAttributes]:
    """Write on a ticket."""
    words = Words(**msgspec.structs.asdict(data))
    said = await conversation.comment(tx, principal, ticket_id, words, now=datetime.now(UTC))
    return answer(views.comment(said), status=201)


@get("/", guards=[requires("ticket:view")], opt={"listing": comments.LISTING})
async def list_comments(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[CommentAttributes]:
    """List what was said on a ticket; a customer's people read public words only."""
    await tickets.get(tx, ticket_id, principal)
    public_only = principal.customer_id is not None
    return await fetch_page(
        tx, comments.LISTING, request, views.comment, ticket_id=ticket_id, public_only=public_only
    )


ROUTER = Router("/tickets/{ticket_id:uuid}/comments", route_handlers=[write_comment, list_comments])
