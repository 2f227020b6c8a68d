"""The notifications table: what the application tells its own people."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.listing import Filter, Listing, Sort

SELECT_SQL: LiteralString = """
    SELECT n.id, n.kind, n.ticket_id, n.title, n.created_at, n.read_at
      FROM notifications AS n
"""

INSERT_SQL = """
    INSERT INTO notifications (id, event_id, user_id, kind, ticket_id, title, created_at)
    VALUES (%(id)s, %(event_id)s, %(user_id)s, %(kind)s, %(ticket_id)s, %(title)s, %(now)s)
        ON CONFLICT (tenant_id, event_id, user_id) DO NOTHING
"""

READ_SQL = """
    UPDATE notifications AS n
       SET read_at = coalesce(n.read_at, %(now)s)
     WHERE n.id = %(id)s
       AND n.user_id = %(user_id)s
 RETURNING n.id, n.kind, n.ticket_id, n.title, n.created_at, n.read_at
"""

READ_ALL_SQL = """
    UPDATE notifications
       SET read_at = %(now)s
     WHERE user_id = %(user_id)s
       AND read_at IS NULL
"""


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a person of ours wants to know."""

    id: UUID
    kind: str
    ticket_id: UUID
    title: str
    created_at: datetime
    read_at: datetime | None


LISTING = Listing(
    row=Notification,
    select=SELECT_SQL,
    id_column="n.id",
    conditions=("n.user_id = %(of_user)s",),
    filters={"unread": Filter("(n.read_at IS NULL) = %(unread)s", bool)},
    sorts={"created_at": Sort("n.created_at", datetime)},
    default_sort="-created_at",
)


def insert(
    tx: Tx,
    *,
    id: UUID,
    event_id: UUID,
    user_id: UUID,
    kind: str,
    ticket_id: UUID,
    title: str,
    now: datetime,
) -> None:
    """Tell somebody, unless this event has told them already."""
    tx.defer(
        INSERT_SQL,
        id=id,
        event_id=event_id,
        user_id=user_id,
        kind=kind,
        ticket_id=ticket_id,
        title=title,
        now=now,
    )


async def mark_read(tx: Tx, id: UUID, user_id: UUID, *, now: datetime) -> Notification | None:
    """Remember that somebody has read it; None when it is not theirs."""
    return await tx.fetch_optional(Notification, READ_SQL, id=id, user_id=user_id, now=now)


async def mark_all_read(tx: Tx, user_id: UUID, *, now: datetime) -> int:
    """Remember that somebody has read everything; return how much that was."""
    return await tx.execute(READ_ALL_SQL, user_id=user_id, now=now)
