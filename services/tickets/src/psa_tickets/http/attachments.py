"""/tickets/{id}/attachments: files, up and down as streams."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, post
from litestar.di import NamedDependency, Provide
from litestar.exceptions import InternalServerException
from litestar.params import FromPath
from litestar.response import Stream
from msgspec import Meta

from psa_common.db import ReadTx, Tx
from psa_common.documents import Document, Page, answer
from psa_common.exchange import exchange_of
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Line
from psa_common.listing import fetch_page
from psa_common.questions import read_question
from psa_tickets.domain.attachment import UploadBrokenOff
from psa_tickets.domain.ticket import Visibility
from psa_tickets.http import views
from psa_tickets.http.views import AttachmentAttributes
from psa_tickets.queries import attachments as stored_attachments, tickets
from psa_tickets.queries.attachments import Attachment
from psa_tickets.storage import Cabinet, too_large
from psa_tickets.usecases import attachments
from psa_tickets.usecases.attachments import File

#: What a file may do in a browser that shows it after all: nothing.
INERT = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, no-store",
}
ContentId = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[!-;=?-~]+\Z")]


class UploadQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    What the file is called and where it belongs; the body of the request is its content.

    `content_id` is the name under which HTML of this ticket shows the picture.
    """

    filename: Line
    comment_id: UUID | None = None
    content_id: ContentId | None = None
    visibility: Visibility = Visibility.PUBLIC


def provide_reading(request: Request[Any, Any, Any]) -> Tx:
    """Give a view for reading that holds no connection while a client sends its file."""
    exchange = exchange_of(request.scope)
    return ReadTx(exchange.pool, exchange.authenticate().tenant_id, exchange.context)


@post(
    "/",
    guards=[requires("ticket:comment")],
    opt={"question": UploadQuestion, "takes": "application/octet-stream"},
    request_max_body_size=None,
)
async def add_attachment(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    reading: NamedDependency[Tx],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
    cabinet: NamedDependency[Cabinet],
) -> Document[AttachmentAttributes]:
    """Add a file to a ticket; the body is the file."""
    asked = msgspec.structs.asdict(read_question(request, UploadQuestion))
    file = File(**asked, claimed_type=request.headers.get("content-type", ""))
    chunks = body_of(request, cabinet.limits.file_bytes)
    added = await attachments.upload(
        reading, tx, principal, cabinet, ticket_id, file, chunks, now=datetime.now(UTC)
    )
    return answer(views.attachment(added), status=201)


@get("/", guards=[requires("ticket:view")], opt={"listing": stored_attachments.LISTING})
async def list_attachments(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[AttachmentAttributes]:
    """List the files of a ticket; a customer's people see those of public words only."""
    await tickets.get(tx, ticket_id, principal)
    public_only = principal.customer_id is not None
    seen = {"ticket_id": ticket_id, "public_only": public_only}
    return await fetch_page(tx, stored_attachments.LISTING, request, views.attachment, **seen)


@get("/{attachment_id:uuid}", guards=[requires("ticket:view")])
async def read_attachment(
    ticket_id: FromPath[UUID],
    attachment_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[AttachmentAttributes]:
    """Read what is known of a file."""
    await tickets.get(tx, ticket_id, principal)
    public_only = principal.customer_id is not None
    found = await stored_attachments.get(tx, ticket_id, attachment_id, public_only=public_only)
    return answer(views.attachment(found))


@get(
    "/{attachment_id:uuid}/content",
    guards=[requires("ticket:view")],
    opt={"sends": ("application/octet-stream",)},
)
async def read_attachment_content(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    attachment_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
    cabinet: NamedDependency[Cabinet],
) -> Response[Any]:
    """Read a file's content, always as a download."""
    found = await attachments.get_readable(tx, principal, ticket_id, attachment_id)
    if request.headers.get("if-none-match") == _etag(found):
        return Response(None, status_code=304, headers={**INERT, "etag": _etag(found)})
    return _download(found, await cabinet.objects.read(found.key))


@delete("/{attachment_id:uuid}", guards=[requires("ticket:comment")])
async def delete_attachment(
    ticket_id: FromPath[UUID],
    attachment_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> None:
    """Take a file away."""
    await attachments.delete(tx, principal, ticket_id, attachment_id, now=datetime.now(UTC))


async def body_of(request: Request[Any, Any, Any], limit_bytes: int) -> AsyncIterator[bytes]:
    """Give the body as it comes; raises BodyTooLarge for one that says itself it is too long."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > limit_bytes:
        raise too_large(limit_bytes)
    try:
        async for chunk in request.stream():
            if chunk:
                yield chunk
    except InternalServerException:
        raise UploadBrokenOff from None


def _download(file: Attachment, chunks: AsyncIterator[bytes]) -> Stream:
    headers = {
        **INERT,
        "content-length": str(file.size_bytes),
        "content-disposition": f"attachment; filename*=UTF-8''{quote(file.filename, safe='')}",
        "etag": _etag(file),
    }
    return Stream(chunks, media_type=file.content_type, headers=headers)


def _etag(file: Attachment) -> str:
    return f'"{file.sha256.hex()}"'


ROUTER = Router(
    "/tickets/{ticket_id:uuid}/attachments",
    route_handlers=[
        add_attachment,
        list_attachments,
        read_attachment,
        read_attachment_content,
        delete_attachment,
    ],
    dependencies={"reading": Provide(provide_reading, sync_to_thread=False)},
)
