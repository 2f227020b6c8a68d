"""/tickets/{id}/comments: what was said, to the customer and among colleagues."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from psa_common.db import Tx
from psa_common.documents import Document, Page, answer, expected_version
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Instant, Line, Text
from psa_common.listing import fetch_page
from psa_tickets.domain.ticket import AuthorKind, Visibility
from psa_tickets.domain.words import Channel
from psa_tickets.http import views
from psa_tickets.http.views import CommentAttributes, VersionAttributes
from psa_tickets.queries import comments, tickets
from psa_tickets.usecases import conversation
from psa_tickets.usecases.conversation import Words

#: What a mail program or an editor sends; it is sanitised before anybody sees it.
Html = Annotated[str, Meta(min_length=1, max_length=500_000)]


class NewComment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    What is said, as text, as HTML, or as both; without text it is read from the HTML.

    `author_kind` contact writes down what the customer said.
    """

    body: Text | None = None
    html: Html | None = None
    channel: Channel = Channel.API
    is_resolution: bool = False
    visibility: Visibility = Visibility.PUBLIC
    author_kind: AuthorKind = AuthorKind.AGENT
    occurred_at: Instant | None = None


class CommentEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The comment in other words; both its text and its HTML are replaced."""

    body: Text | None = None
    html: Html | None = None


class Redaction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why words have to go, for the record."""

    reason: Line


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
    return answer(views.comment(said), version=said.version, status=201)


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


@patch("/{comment_id:uuid}", guards=[requires("ticket:comment")])
async def edit_comment(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    comment_id: FromPath[UUID],
    data: JSONBody[CommentEdit],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[CommentAttributes]:
    """Say it in other words; what stood there before is kept."""
    said = await conversation.edit(
        tx,
        principal,
        ticket_id,
        comment_id,
        **msgspec.structs.asdict(data),
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.comment(said), version=said.version)


@get(
    "/{comment_id:uuid}/versions",
    guards=[requires("ticket:view")],
    opt={"listing": comments.VERSIONS},
)
async def list_comment_versions(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    comment_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[VersionAttributes]:
    """List what a comment said before it was edited."""
    await conversation.check_may_read_versions(tx, principal, ticket_id, comment_id)
    return await fetch_page(
        tx, comments.VERSIONS, request, views.comment_version, comment_id=comment_id
    )


@post("/{comment_id:uuid}/redact", guards=[requires("ticket:override")], status_code=200)
async def redact_comment(
    ticket_id: FromPath[UUID],
    comment_id: FromPath[UUID],
    data: JSONBody[Redaction],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[CommentAttributes]:
    """Take words out for good, with all their earlier versions."""
    said = await conversation.redact(
        tx, principal, ticket_id, comment_id, reason=data.reason, now=datetime.now(UTC)
    )
    return answer(views.comment(said), version=said.version)


ROUTER = Router(
    "/tickets/{ticket_id:uuid}/comments",
    route_handlers=[
        write_comment,
        list_comments,
        edit_comment,
        list_comment_versions,
        redact_comment,
    ],
)
