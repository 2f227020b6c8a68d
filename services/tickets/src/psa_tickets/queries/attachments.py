"""The attachments table: what is kept of a file beside its bytes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.domain.attachment import NoSuchAttachment, Scan
from psa_tickets.domain.ticket import AuthorKind, Visibility

SELECT_SQL = """
    SELECT a.id, a.ticket_id, a.comment_id, a.visibility, a.key, a.filename, a.content_type,
           a.size_bytes, a.sha256, a.content_id, a.scan, a.author_kind, a.author_id,
           a.author_name, a.created_at
      FROM attachments AS a
"""

GET_SQL = (
    SELECT_SQL
    + """
     WHERE a.id = %(attachment_id)s
       AND a.ticket_id = %(ticket_id)s
       AND a.deleted_at IS NULL
       AND (a.visibility = 'public' OR NOT %(public_only)s)
"""
)

INSERT_SQL = """
    INSERT INTO attachments
           (id, ticket_id, comment_id, visibility, key, filename, content_type, size_bytes, sha256,
            content_id, scan, author_kind, author_id, author_name, created_at)
    VALUES (%(id)s, %(ticket_id)s, %(comment_id)s, %(visibility)s, %(key)s, %(filename)s,
            %(content_type)s, %(size_bytes)s, %(sha256)s, %(content_id)s, %(scan)s,
            %(author_kind)s, %(author_id)s, %(author_name)s, %(created_at)s)
"""

ROOM_SQL = """
    SELECT (SELECT count(*)
              FROM attachments
             WHERE ticket_id = %(ticket_id)s
               AND deleted_at IS NULL) AS count,
           coalesce((SELECT bytes FROM attachment_usage), 0) AS bytes
"""

USE_SQL = """
    INSERT INTO attachment_usage AS used (bytes)
    VALUES (%(bytes)s)
        ON CONFLICT (tenant_id)
        DO UPDATE SET bytes = used.bytes + excluded.bytes
 RETURNING bytes
"""

RELEASE_SQL = """
    UPDATE attachment_usage
       SET bytes = greatest(0, bytes - %(bytes)s)
"""

# Whoever comes second finds it deleted already.
DELETE_SQL = """
    UPDATE attachments
       SET deleted_at = %(now)s,
           deleted_by = %(deleted_by)s
     WHERE id = %(attachment_id)s
       AND deleted_at IS NULL
"""

CONTENT_IDS_SQL = """
    SELECT content_id
      FROM attachments
     WHERE ticket_id = %(ticket_id)s
       AND content_id IS NOT NULL
       AND deleted_at IS NULL
"""

KNOWN_KEYS_SQL = """
    SELECT key
      FROM attachments
     WHERE key = ANY(%(keys)s)
"""

TO_ERASE_SQL = """
    SELECT id, key
      FROM attachments
     WHERE deleted_at < %(before)s
       AND erased_at IS NULL
     ORDER BY deleted_at
     LIMIT %(batch)s
"""

ERASED_SQL = """
    UPDATE attachments
       SET erased_at = %(now)s
     WHERE id = %(attachment_id)s
"""

UNSCANNED_SQL = """
    SELECT id, key
      FROM attachments
     WHERE scan = 'unscanned'
       AND deleted_at IS NULL
     ORDER BY created_at
     LIMIT %(batch)s
"""

SCANNED_SQL = """
    UPDATE attachments
       SET scan = %(scan)s
     WHERE id = %(attachment_id)s
"""


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file on a ticket."""

    id: UUID
    ticket_id: UUID
    comment_id: UUID | None
    visibility: Visibility
    key: str
    filename: str
    content_type: str
    size_bytes: int
    sha256: bytes
    content_id: str | None
    scan: Scan
    author_kind: AuthorKind
    author_id: UUID
    author_name: str
    created_at: datetime


class Occupied(msgspec.Struct, frozen=True):
    """How many files a ticket has, and how much its tenant keeps."""

    count: int
    bytes: int


class KeptObject(msgspec.Struct, frozen=True):
    """Which object holds the bytes of which attachment."""

    id: UUID
    key: str


LISTING = Listing(
    row=Attachment,
    select=SELECT_SQL,
    id_column="a.id",
    conditions=(
        "a.ticket_id = %(ticket_id)s",
        "a.deleted_at IS NULL",
        # What belongs to an internal note is as internal as the note.
        "(a.visibility = 'public' OR NOT %(public_only)s)",
    ),
    filters={"comment_id": Filter("a.comment_id = %(comment_id)s", UUID)},
    sorts={"created_at": Sort("a.created_at", datetime)},
    default_sort="created_at",
)


async def get(tx: Tx, ticket_id: UUID, attachment_id: UUID, *, public_only: bool) -> Attachment:
    """Return the attachment; raises NoSuchAttachment."""
    found = await tx.fetch_optional(
        Attachment,
        GET_SQL,
        ticket_id=ticket_id,
        attachment_id=attachment_id,
        public_only=public_only,
    )
    if found is None:
        raise NoSuchAttachment
    return found


def insert(tx: Tx, attachment: Attachment) -> None:
    """Store what is known of a file whose bytes are safe."""
    tx.defer(INSERT_SQL, **msgspec.structs.asdict(attachment))


async def occupied(tx: Tx, ticket_id: UUID) -> Occupied:
    """Return how much is there already."""
    return await tx.fetch_one(Occupied, ROOM_SQL, ticket_id=ticket_id)


async def use(tx: Tx, size_bytes: int) -> int:
    """Add to what the tenant keeps, and return the sum; nobody else can add meanwhile."""
    return int(await tx.fetch_value(USE_SQL, bytes=size_bytes))


async def delete(tx: Tx, attachment: Attachment, *, deleted_by: UUID, now: datetime) -> None:
    """Hide the attachment and take it from what the tenant keeps; once, however often."""
    touched = await tx.execute(
        DELETE_SQL, attachment_id=attachment.id, deleted_by=deleted_by, now=now
    )
    if touched:
        tx.defer(RELEASE_SQL, bytes=attachment.size_bytes)


async def list_content_ids(tx: Tx, ticket_id: UUID) -> frozenset[str]:
    """Return by which names HTML on this ticket may show pictures."""
    rows = await tx.fetch_all(_ContentId, CONTENT_IDS_SQL, ticket_id=ticket_id)
    return frozenset(row.content_id for row in rows)


async def list_known_keys(tx: Tx, keys: Sequence[str]) -> frozenset[str]:
    """Return which of these objects belong to an attachment, a deleted one too."""
    rows = await tx.fetch_all(_Key, KNOWN_KEYS_SQL, keys=list(keys))
    return frozenset(row.key for row in rows)


async def list_to_erase(tx: Tx, *, before: datetime, batch: int) -> list[KeptObject]:
    """Return attachments deleted before *before* whose bytes are still there."""
    return await tx.fetch_all(KeptObject, TO_ERASE_SQL, before=before, batch=batch)


def mark_erased(tx: Tx, attachment_id: UUID, *, now: datetime) -> None:
    """Note that the bytes are gone."""
    tx.defer(ERASED_SQL, attachment_id=attachment_id, now=now)


async def list_unscanned(tx: Tx, *, batch: int) -> list[KeptObject]:
    """Return attachments that no scanner has seen."""
    return await tx.fetch_all(KeptObject, UNSCANNED_SQL, batch=batch)


def mark_scanned(tx: Tx, attachment_id: UUID, scan: Scan) -> None:
    """Note what the scanner said."""
    tx.defer(SCANNED_SQL, attachment_id=attachment_id, scan=scan)


class _ContentId(msgspec.Struct, frozen=True):
    content_id: str


class _Key(msgspec.Struct, frozen=True):
    key: str
