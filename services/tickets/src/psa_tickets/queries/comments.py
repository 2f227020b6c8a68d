"""The comments table."""

from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.domain.ticket import AuthorKind, Visibility

SELECT_SQL = """
    SELECT c.id, c.ticket_id, c.visibility, c.author_kind, c.author_id, c.author_name, c.body,
           c.occurred_at, c.created_at
      FROM comments AS c
"""

INSERT_SQL = """
    INSERT INTO comments
           (id, ticket_id, visibility, author_kind, author_id, author_name, body, occurred_at,
            created_at)
    VALUES (%(id)s, %(ticket_id)s, %(visibility)s, %(author_kind)s, %(author_id)s,
            %(author_name)s, %(body)s, %(occurred_at)s, %(created_at)s)
"""


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """Words on a ticket."""

    id: UUID
    ticket_id: UUID
    visibility: Visibility
    author_kind: AuthorKind
    author_id: UUID
    author_name: str
    body: str
    occurred_at: datetime
    created_at: datetime


LISTING = Listing(
    row=Comment,
    select=SELECT_SQL,
    id_column="c.id",
    conditions=(
        "c.ticket_id = %(ticket_id)s",
        # A customer's own people never read what colleagues write to each other.
        "(c.visibility = 'public' OR NOT %(public_only)s)",
    ),
    filters={"visibility": Filter("c.visibility = %(visibility)s", Visibility)},
    sorts={"occurred_at": Sort("c.occurred_at", datetime)},
    default_sort="occurred_at",
)


def insert(tx: Tx, comment: Comment) -> None:
    """Store new words."""
    tx.defer(INSERT_SQL, **msgspec.structs.asdict(comment))
