"""/mails: what came in, what became of it, and what to do about what was parked."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.exceptions import InternalServerException
from litestar.params import FromPath, JSONBody

from psa_common.db import Tx
from psa_common.documents import Document, Page, Resource, answer, shown
from psa_common.errors import Invalid, NotFound
from psa_common.guards import requires
from psa_common.listing import fetch_page
from psa_common.requests import UnsupportedMediaType
from psa_tickets.domain.attachment import UploadBrokenOff
from psa_tickets.domain.mail.verdict import MailState
from psa_tickets.queries.mail import incoming
from psa_tickets.queries.mail.incoming import AttachmentRow, MailRow, WholeMail
from psa_tickets.usecases.mail import intake
from psa_tickets.usecases.mail.judging import Ruling
from psa_tickets.usecases.mail.office import PostOffice, too_large

RAW_TYPE = "message/rfc822"


class Retry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take the mail after all; `customer_id` says whose it is when the sender does not."""

    customer_id: UUID | None = None


class MailAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A mail that came in, as a list shows it."""

    mailbox_id: UUID
    message_id: str
    size_bytes: int
    state: MailState
    reason: str
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    attachments: tuple[AttachmentRow, ...]
    flaws: tuple[str, ...]
    contact_id: UUID | None
    ticket_id: UUID | None
    comment_id: UUID | None
    received_at: datetime


class WholeMailAttributes(MailAttributes, frozen=True, kw_only=True):
    """A mail with its words; `html` is harmless."""

    body: str
    html: str


def show(mail: MailRow) -> Resource[MailAttributes]:
    """Show a mail in a list."""
    return Resource(mail.id, "mail", shown(mail, MailAttributes))


def show_whole(mail: WholeMail) -> Resource[WholeMailAttributes]:
    """Show a mail with its words."""
    return Resource(mail.id, "mail", shown(mail, WholeMailAttributes))


async def read_raw(request: Request[Any, Any, Any], limit_bytes: int) -> bytes:
    """
    Return the raw mail of a request.

    Raises UnsupportedMediaType, BodyTooLarge as soon as it is known to be, UploadBrokenOff, or
    Invalid for no mail at all.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != RAW_TYPE:
        raise UnsupportedMediaType(f"Send the mail as {RAW_TYPE}.")
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > limit_bytes:
        raise too_large(limit_bytes)
    raw = bytearray()
    try:
        async for chunk in request.stream():
            raw += chunk
            if len(raw) > limit_bytes:
                raise too_large(limit_bytes)
    except InternalServerException:
        raise UploadBrokenOff from None
    if not raw.strip():
        raise Invalid("The mail is empty.")
    return bytes(raw)


@get("/", guards=[requires("mail:view")], opt={"listing": incoming.LISTING})
async def list_mails(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[MailAttributes]:
    """List what came in; `state=parked` waits for somebody."""
    return await fetch_page(tx, incoming.LISTING, request, show)


@get("/{mail_id:uuid}", guards=[requires("mail:view")])
async def read_mail(
    mail_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> Document[WholeMailAttributes]:
    """Read a mail."""
    return answer(show_whole(await incoming.get(tx, mail_id)))


@get("/{mail_id:uuid}/raw", guards=[requires("mail:view")], opt={"sends": (RAW_TYPE,)})
async def download_raw(
    mail_id: FromPath[UUID], tx: NamedDependency[Tx], office: NamedDependency[PostOffice]
) -> Response[bytes]:
    """Download a mail as it came in; never to be shown by a browser."""
    mail = await incoming.get(tx, mail_id)
    if mail.raw_key is None:
        raise NotFound("This mail was never fetched; look for it in the mailbox itself.")
    raw = await office.fetch(mail.raw_key)
    return Response(raw, media_type=RAW_TYPE, headers=_as_download(mail))


@post("/{mail_id:uuid}/retry", guards=[requires("mailbox:manage")])
async def retry_mail(
    mail_id: FromPath[UUID],
    data: JSONBody[Retry],
    tx: NamedDependency[Tx],
    office: NamedDependency[PostOffice],
) -> Document[WholeMailAttributes]:
    """Take a parked or ignored mail after all."""
    ruling = Ruling(data.customer_id)
    mail = await intake.retry(tx, office, mail_id, ruling, now=datetime.now(UTC))
    return answer(show_whole(mail))


@post("/{mail_id:uuid}/discard", guards=[requires("mailbox:manage")])
async def discard_mail(
    mail_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> Document[WholeMailAttributes]:
    """Say that nothing is wanted of a mail."""
    return answer(show_whole(await intake.discard(tx, mail_id)))


def _as_download(mail: MailRow) -> dict[str, str]:
    return {
        "content-disposition": f'attachment; filename="{mail.id}.eml"',
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox",
        "cache-control": "private, no-cache",
    }


ROUTER = Router(
    "/mails", route_handlers=[list_mails, read_mail, download_raw, retry_mail, discard_mail]
)
