"""The ticket_watchers and ticket_co_assignees tables."""

from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.listing import Listing, Sort

SELECT_SQL = """
    SELECT w.id, w.ticket_id, w.contact_id, w.user_id, w.email, w.notify, w.added_by,
           w.created_at, coalesce(c.name, u.name, w.email) AS name,
           coalesce(c.email, u.email, w.email) AS address
      FROM ticket_watchers AS w
      LEFT JOIN contacts AS c ON c.tenant_id = w.tenant_id AND c.id = w.contact_id
      LEFT JOIN users AS u ON u.tenant_id = w.tenant_id AND u.id = w.user_id
"""

COUNT_SQL = """
    SELECT count(*)
      FROM ticket_watchers
     WHERE ticket_id = %(ticket_id)s
"""

INSERT_SQL = """
    INSERT INTO ticket_watchers
           (id, ticket_id, contact_id, user_id, email, notify, added_by, created_at)
    VALUES (%(id)s, %(ticket_id)s, %(contact_id)s, %(user_id)s, %(email)s, %(notify)s,
            %(added_by)s, %(created_at)s)
        ON CONFLICT DO NOTHING
"""

NOTIFY_SQL = """
    UPDATE ticket_watchers
       SET notify = %(notify)s
     WHERE id = %(watcher_id)s
       AND ticket_id = %(ticket_id)s
"""

DELETE_SQL = """
    DELETE FROM ticket_watchers
     WHERE id = %(watcher_id)s
       AND ticket_id = %(ticket_id)s
"""

CO_ASSIGNEES_SQL = """
    SELECT a.user_id AS id, a.ticket_id, u.name, u.active, a.created_at
      FROM ticket_co_assignees AS a
      JOIN users AS u ON u.tenant_id = a.tenant_id AND u.id = a.user_id
"""

ADD_CO_ASSIGNEE_SQL = """
    INSERT INTO ticket_co_assignees (ticket_id, user_id, created_at)
    VALUES (%(ticket_id)s, %(user_id)s, %(now)s)
        ON CONFLICT DO NOTHING
"""

REMOVE_CO_ASSIGNEE_SQL = """
    DELETE FROM ticket_co_assignees
     WHERE ticket_id = %(ticket_id)s
       AND user_id = %(user_id)s
"""

COUNT_CO_ASSIGNEES_SQL = """
    SELECT count(*)
      FROM ticket_co_assignees
     WHERE ticket_id = %(ticket_id)s
"""


class Watcher(msgspec.Struct, frozen=True, kw_only=True):
    """Who hears of a ticket besides its contact and its assignee."""

    id: UUID
    ticket_id: UUID
    contact_id: UUID | None
    user_id: UUID | None
    email: str | None
    notify: bool
    added_by: UUID
    created_at: datetime


class NamedWatcher(Watcher, frozen=True, kw_only=True):
    """A watcher with the name and the address that are known today."""

    name: str
    address: str | None


class CoAssignee(msgspec.Struct, frozen=True, kw_only=True):
    """Who works on a ticket beside its assignee; `id` is the user's."""

    id: UUID
    ticket_id: UUID
    name: str
    active: bool
    created_at: datetime


WATCHERS = Listing(
    row=NamedWatcher,
    select=SELECT_SQL,
    id_column="w.id",
    conditions=(
        "w.ticket_id = %(ticket_id)s",
        # Which colleagues and outsiders follow is nobody's business outside the desk.
        "(w.contact_id IS NOT NULL OR NOT %(public_only)s)",
    ),
    filters={},
    sorts={"created_at": Sort("w.created_at", datetime)},
    default_sort="created_at",
)

CO_ASSIGNEES = Listing(
    row=CoAssignee,
    select=CO_ASSIGNEES_SQL,
    id_column="a.user_id",
    conditions=("a.ticket_id = %(ticket_id)s",),
    filters={},
    sorts={"created_at": Sort("a.created_at", datetime)},
    default_sort="created_at",
)


async def count(tx: Tx, ticket_id: UUID) -> int:
    """Return how many watch the ticket."""
    return int(await tx.fetch_value(COUNT_SQL, ticket_id=ticket_id))


async def insert(tx: Tx, watcher: Watcher) -> bool:
    """Store a watcher; False when they watch already."""
    return bool(await tx.execute(INSERT_SQL, **msgspec.structs.asdict(watcher)))


def add(tx: Tx, watcher: Watcher) -> None:
    """Store a watcher, unless they watch already."""
    tx.defer(INSERT_SQL, **msgspec.structs.asdict(watcher))


async def get(tx: Tx, ticket_id: UUID, watcher_id: UUID) -> NamedWatcher:
    """Return the watcher; raises NotFound."""
    found = await tx.fetch_optional(
        NamedWatcher,
        SELECT_SQL + " WHERE w.id = %(watcher_id)s AND w.ticket_id = %(ticket_id)s",
        watcher_id=watcher_id,
        ticket_id=ticket_id,
    )
    if found is None:
        raise NotFound(f"There is no watcher {watcher_id} of this ticket.")
    return found


def set_notify(tx: Tx, watcher: Watcher) -> None:
    """Store whether the watcher is written to."""
    tx.defer(NOTIFY_SQL, watcher_id=watcher.id, ticket_id=watcher.ticket_id, notify=watcher.notify)


def delete(tx: Tx, watcher: Watcher) -> None:
    """Forget a watcher."""
    tx.defer(DELETE_SQL, watcher_id=watcher.id, ticket_id=watcher.ticket_id)


async def count_co_assignees(tx: Tx, ticket_id: UUID) -> int:
    """Return how many work on the ticket beside its assignee."""
    return int(await tx.fetch_value(COUNT_CO_ASSIGNEES_SQL, ticket_id=ticket_id))


async def add_co_assignee(tx: Tx, ticket_id: UUID, user_id: UUID, *, now: datetime) -> bool:
    """Store that the user works on the ticket too; False when they do already."""
    return bool(
        await tx.execute(ADD_CO_ASSIGNEE_SQL, ticket_id=ticket_id, user_id=user_id, now=now)
    )


async def remove_co_assignee(tx: Tx, ticket_id: UUID, user_id: UUID) -> bool:
    """Forget that the user works on the ticket too; False when they do not."""
    return bool(await tx.execute(REMOVE_CO_ASSIGNEE_SQL, ticket_id=ticket_id, user_id=user_id))
