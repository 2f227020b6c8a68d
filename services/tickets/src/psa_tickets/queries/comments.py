"""The comments table, and what comments said before they were edited."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.domain.ticket import AuthorKind, Visibility
from psa_tickets.domain.words import Channel, NoSuchComment

SELECT_SQL = """
    SELECT c.id, c.ticket_id, c.visibility, c.author_kind, c.author_id, c.author_name, c.body,
           c.html, c.channel, c.is_resolution, c.contact_id, c.message_id, c.occurred_at,
           c.created_at, c.version, c.edited_at, c.redacted_at
      FROM comments AS c
"""

INSERT_SQL = """
    INSERT INTO comments
           (id, ticket_id, visibility, author_kind, author_id, author_name, body, html,
            original_html, channel, is_resolution, contact_id, message_id, occurred_at, created_at,
            version, edited_at, redacted_at)
    VALUES (%(id)s, %(ticket_id)s, %(visibility)s, %(author_kind)s, %(author_id)s,
            %(author_name)s, %(body)s, %(html)s, %(original_html)s, %(channel)s,
            %(is_resolution)s, %(contact_id)s, %(message_id)s, %(occurred_at)s, %(created_at)s,
            %(version)s, %(edited_at)s, %(redacted_at)s)
"""

GET_SQL = (
    SELECT_SQL
    + """
     WHERE c.id = %(comment_id)s
       AND c.ticket_id = %(ticket_id)s
       AND (c.visibility = 'public' OR NOT %(public_only)s)
"""
)

GET_FOR_UPDATE_SQL = GET_SQL + " FOR UPDATE"

KEEP_VERSION_SQL = """
    INSERT INTO comment_versions
           (comment_id, version, body, html, original_html, replaced_at, replaced_by)
    SELECT id, version, body, html, original_html, %(now)s, %(replaced_by)s
      FROM comments
     WHERE id = %(comment_id)s
"""

REPLACE_SQL = """
    UPDATE comments
       SET body = %(body)s,
           html = %(html)s,
           original_html = %(original_html)s,
           edited_at = %(edited_at)s,
           redacted_at = %(redacted_at)s,
           version = %(version)s
     WHERE id = %(comment_id)s
"""

FORGET_VERSIONS_SQL = "DELETE FROM comment_versions WHERE comment_id = %(comment_id)s"

VERSIONS_SQL = """
    SELECT v.comment_id AS id, v.version, v.body, v.html, v.replaced_at, v.replaced_by
      FROM comment_versions AS v
"""


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """Words on a ticket; `html` is sanitised."""

    id: UUID
    ticket_id: UUID
    visibility: Visibility
    author_kind: AuthorKind
    author_id: UUID
    author_name: str
    body: str
    html: str | None = None
    channel: Channel = Channel.API
    is_resolution: bool = False
    contact_id: UUID | None = None
    message_id: str | None = None
    occurred_at: datetime
    created_at: datetime
    version: int = 1
    edited_at: datetime | None = None
    redacted_at: datetime | None = None


class CommentVersion(msgspec.Struct, frozen=True, kw_only=True):
    """What a comment said until somebody edited it; `id` is the comment's."""

    id: UUID
    version: int
    body: str
    html: str | None
    replaced_at: datetime
    replaced_by: UUID


LISTING = Listing(
    row=Comment,
    select=SELECT_SQL,
    id_column="c.id",
    conditions=(
        "c.ticket_id = %(ticket_id)s",
        # A customer's own people never read what colleagues write to each other.
        "(c.visibility = 'public' OR NOT %(public_only)s)",
    ),
    filters={
        "visibility": Filter("c.visibility = %(visibility)s", Visibility),
        "is_resolution": Filter("c.is_resolution = %(is_resolution)s", bool),
    },
    sorts={"occurred_at": Sort("c.occurred_at", datetime)},
    default_sort="occurred_at",
)

VERSIONS = Listing(
    row=CommentVersion,
    select=VERSIONS_SQL,
    id_column="v.comment_id",
    conditions=("v.comment_id = %(comment_id)s",),
    filters={},
    sorts={"version": Sort("v.version", int)},
    default_sort="version",
)


def insert(tx: Tx, comment: Comment, *, original_html: str | None = None) -> None:
    """Store new words."""
    tx.defer(INSERT_SQL, **msgspec.structs.asdict(comment), original_html=original_html)


async def get(tx: Tx, ticket_id: UUID, comment_id: UUID, *, public_only: bool) -> Comment:
    """Return the comment; raises NoSuchComment for what the caller may not read."""
    return await _get(tx, GET_SQL, ticket_id, comment_id, public_only=public_only)


async def get_for_update(
    tx: Tx, ticket_id: UUID, comment_id: UUID, *, public_only: bool
) -> Comment:
    """Lock and return the comment; raises NoSuchComment for what the caller may not read."""
    return await _get(tx, GET_FOR_UPDATE_SQL, ticket_id, comment_id, public_only=public_only)


def replace(
    tx: Tx, after: Comment, *, original_html: str | None, replaced_by: UUID, now: datetime
) -> None:
    """Store other words, and keep what stood there before."""
    tx.defer(KEEP_VERSION_SQL, comment_id=after.id, replaced_by=replaced_by, now=now)
    _store(tx, after, original_html=original_html)


def redact(tx: Tx, after: Comment) -> None:
    """Store *after* in place of the words and of everything they were before."""
    tx.defer(FORGET_VERSIONS_SQL, comment_id=after.id)
    _store(tx, after, original_html=None)


def _store(tx: Tx, after: Comment, *, original_html: str | None) -> None:
    tx.defer(
        REPLACE_SQL,
        comment_id=after.id,
        body=after.body,
        html=after.html,
        original_html=original_html,
        edited_at=after.edited_at,
        redacted_at=after.redacted_at,
        version=after.version,
    )


async def _get(
    tx: Tx, sql: LiteralString, ticket_id: UUID, comment_id: UUID, *, public_only: bool
) -> Comment:
    found = await tx.fetch_optional(
        Comment, sql, ticket_id=ticket_id, comment_id=comment_id, public_only=public_only
    )
    if found is None:
        raise NoSuchComment(comment_id)
    return found
