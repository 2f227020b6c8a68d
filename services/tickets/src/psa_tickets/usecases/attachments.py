"""Files on a ticket: the bytes first, then the row; bytes without a row are swept away."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psa_common import audit
from psa_common.db import Tx
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_common.requests import BodyTooLarge
from psa_events import outbox
from psa_tickets.domain import attachment as rules, words as word_rules
from psa_tickets.domain.attachment import EmptyFile, Infected, Scan
from psa_tickets.domain.file_kind import HEAD_BYTES, kind_of
from psa_tickets.domain.ticket import Visibility
from psa_tickets.events import AttachmentAdded
from psa_tickets.queries import attachments, comments, stored_tickets, tickets
from psa_tickets.queries.attachments import Attachment
from psa_tickets.queries.tickets import StoredTicket
from psa_tickets.storage import Cabinet, Kept, Room
from psa_tickets.usecases import authors
from psa_tickets.usecases.authors import Author
from psa_tickets.usecases.refusals import NotYourAttachment, NotYourComment

QUOTA_EXCEEDED = "attachment_quota_exceeded"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """
    What somebody sends, by their own word.

    `content_id` is the name under which HTML shows a picture; `visibility` is that of the
    comment when there is one.
    """

    filename: str
    claimed_type: str
    comment_id: UUID | None = None
    content_id: str | None = None
    visibility: Visibility = Visibility.PUBLIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A file whose bytes are safe and were looked at; they are no attachment yet."""

    filename: str
    content_type: str
    kept: Kept
    scan: Scan


async def upload(
    reading: Tx,
    tx: Tx,
    principal: Principal,
    cabinet: Cabinet,
    ticket_id: UUID,
    file: File,
    chunks: AsyncIterator[bytes],
    *,
    now: datetime,
) -> Attachment:
    """
    Keep a file that somebody signed in sends.

    What can be refused before the bytes come is refused then, by *reading*, which holds no
    connection while a slow client sends; *tx* begins when the bytes are safe.
    """
    await tickets.get(reading, ticket_id, principal)
    await _check_room(reading, cabinet, ticket_id)

    async with _received(tx, cabinet, file, chunks) as received:
        ticket = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:comment")
        if file.comment_id is not None:
            await _check_own_comment(tx, principal, ticket_id, file.comment_id)
        author = authors.signed_in(principal)
        return await _record(tx, cabinet, author, ticket, file, received, now=now)


async def receive(
    tenant_id: UUID, cabinet: Cabinet, file: File, chunks: AsyncIterator[bytes]
) -> Received:
    """Keep the bytes of a file and have them looked at; raises what forbids to keep it."""
    examined = _Examined(file, chunks)
    kept = await cabinet.objects.put(
        tenant_id, Room.ATTACHMENTS, aiter(examined), limit_bytes=cabinet.limits.file_bytes
    )
    try:
        scan = await _scan(cabinet, kept)
    except BaseException:
        await cabinet.objects.delete(kept.key)
        raise
    return Received(
        filename=examined.filename, content_type=examined.content_type, kept=kept, scan=scan
    )


async def add(
    tx: Tx,
    cabinet: Cabinet,
    author: Author,
    ticket_id: UUID,
    file: File,
    received: Received,
    *,
    now: datetime,
) -> Attachment:
    """Attach a file that came with a mail; refuses what an upload would refuse."""
    ticket = await stored_tickets.get_any_for_update(tx, ticket_id)
    return await _record(tx, cabinet, author, ticket, file, received, now=now)


async def delete(
    tx: Tx, principal: Principal, ticket_id: UUID, attachment_id: UUID, *, now: datetime
) -> None:
    """Take a file away: one's own, or with the permission to update the ticket any."""
    ticket = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:comment")
    found = await attachments.get(
        tx, ticket_id, attachment_id, public_only=principal.customer_id is not None
    )
    author = authors.signed_in(principal)
    if found.author_id != author.id:
        if principal.scope("ticket:update") is None:
            raise NotYourAttachment
        await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:update")
    word_rules.check_open_for(ticket, author.kind)

    await attachments.delete(tx, found, deleted_by=author.id, now=now)
    audit.record(tx, "attachment.deleted", "ticket", ticket_id, before=_facts_of(found))


async def get_readable(
    tx: Tx, principal: Principal, ticket_id: UUID, attachment_id: UUID
) -> Attachment:
    """Return a file whose content the caller may read; raises NotFound or Infected."""
    await tickets.get(tx, ticket_id, principal)
    found = await attachments.get(
        tx, ticket_id, attachment_id, public_only=principal.customer_id is not None
    )
    if found.scan is Scan.INFECTED:
        raise Infected(found.filename)
    return found


async def _check_room(tx: Tx, cabinet: Cabinet, ticket_id: UUID) -> None:
    occupied = await attachments.occupied(tx, ticket_id)
    rules.check_count(occupied.count)
    _check_quota(cabinet, occupied.bytes + 1)


def _check_quota(cabinet: Cabinet, total_bytes: int) -> None:
    if total_bytes > cabinet.limits.tenant_bytes:
        raise BodyTooLarge(
            "No room is left for attachments; delete some, or ask for more.", code=QUOTA_EXCEEDED
        )


async def _check_own_comment(
    tx: Tx, principal: Principal, ticket_id: UUID, comment_id: UUID
) -> None:
    comment = await comments.get(
        tx, ticket_id, comment_id, public_only=principal.customer_id is not None
    )
    if comment.author_id != principal.user_id:
        raise NotYourComment


@asynccontextmanager
async def _received(
    tx: Tx, cabinet: Cabinet, file: File, chunks: AsyncIterator[bytes]
) -> AsyncGenerator[Received, None]:
    """Keep the bytes while their row is being written, and forget them if it is not."""
    received = await receive(tx.tenant_id, cabinet, file, chunks)
    try:
        yield received
    except BaseException:
        await cabinet.objects.delete(received.kept.key)
        raise


class _Examined:
    """Chunks on their way in, stopped as soon as their beginning shows what they are."""

    def __init__(self, file: File, chunks: AsyncIterator[bytes]) -> None:
        self.filename = rules.clean_name(file.filename)
        rules.check_name(self.filename)
        self.content_type = ""
        self._claimed = file.claimed_type
        self._chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        head = b""
        async for chunk in self._chunks:
            if not self.content_type:
                head += chunk
                if len(head) >= HEAD_BYTES:
                    self._judge(head)
            yield chunk
        if not self.content_type:
            self._judge(head)

    def _judge(self, head: bytes) -> None:
        if not head:
            raise EmptyFile
        self.content_type = kind_of(head[:HEAD_BYTES], rules.suffix_of(self.filename))
        rules.check_kind(self.filename, self._claimed, self.content_type)


async def _scan(cabinet: Cabinet, kept: Kept) -> Scan:
    if cabinet.scanner is None:
        return Scan.UNSCANNED
    finding = await cabinet.scanner.look(await cabinet.objects.read(kept.key))
    if finding.scan is Scan.INFECTED:
        raise Infected(finding.signature)
    return finding.scan


async def _record(
    tx: Tx,
    cabinet: Cabinet,
    author: Author,
    ticket: StoredTicket,
    file: File,
    received: Received,
    *,
    now: datetime,
) -> Attachment:
    """Write the row under the ticket's lock, so that its limit holds, and tell of it."""
    word_rules.check_open_for(ticket, author.kind)
    visibility = await _visibility_of(tx, ticket.id, file)
    word_rules.check_may_write(author.kind, visibility)
    rules.check_count((await attachments.occupied(tx, ticket.id)).count)
    _check_quota(cabinet, await attachments.use(tx, received.kept.size_bytes))

    added = Attachment(
        id=uuid7(),
        ticket_id=ticket.id,
        comment_id=file.comment_id,
        visibility=visibility,
        key=received.kept.key,
        filename=received.filename,
        content_type=received.content_type,
        size_bytes=received.kept.size_bytes,
        sha256=received.kept.sha256,
        content_id=file.content_id,
        scan=received.scan,
        author_kind=author.kind,
        author_id=author.id,
        author_name=author.name,
        created_at=now,
    )
    attachments.insert(tx, added)
    _announce(tx, added)
    return added


async def _visibility_of(tx: Tx, ticket_id: UUID, file: File) -> Visibility:
    if file.comment_id is None:
        return file.visibility
    return (await comments.get(tx, ticket_id, file.comment_id, public_only=False)).visibility


def _announce(tx: Tx, added: Attachment) -> None:
    outbox.publish(
        tx,
        AttachmentAdded(
            ticket_id=added.ticket_id,
            attachment_id=added.id,
            comment_id=added.comment_id,
            visibility=added.visibility,
            content_type=added.content_type,
            size_bytes=added.size_bytes,
            author_id=added.author_id,
            author_kind=added.author_kind,
            added_at=added.created_at,
        ),
    )
    audit.record(tx, "attachment.added", "ticket", added.ticket_id, after=_facts_of(added))


def _facts_of(attachment: Attachment) -> dict[str, object]:
    """Return what the record of changes keeps; the hash says which bytes they were."""
    return {
        "attachment_id": attachment.id,
        "comment_id": attachment.comment_id,
        "visibility": attachment.visibility,
        "filename": attachment.filename,
        "content_type": attachment.content_type,
        "size_bytes": attachment.size_bytes,
        "sha256": attachment.sha256.hex(),
    }
