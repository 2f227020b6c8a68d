"""Calendars and every version of them."""

from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Jsonb, Tx
from psa_common.errors import NotFound
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.domain.calendar import WorkingCalendar

CALENDARS_SQL = """
    SELECT c.id, c.name, c.definition, c.version, c.active, c.created_at
      FROM calendars AS c
"""

LOCK_CALENDAR_SQL = CALENDARS_SQL + " WHERE c.id = %(calendar_id)s FOR UPDATE"

VERSIONS_SQL = """
    SELECT v.calendar_id AS id, v.version, v.definition, v.active, v.since
      FROM calendar_versions AS v
"""

INSERT_CALENDAR_SQL = """
    INSERT INTO calendars (id, name, definition, created_at)
    VALUES (%(id)s, %(name)s, %(definition)s, %(created_at)s)
"""

SAVE_CALENDAR_SQL = """
    UPDATE calendars
       SET name = %(name)s,
           definition = %(definition)s,
           active = %(active)s,
           version = %(version)s,
           changed_at = %(now)s
     WHERE id = %(id)s
"""

IN_USE_SQL = """
    SELECT EXISTS (SELECT FROM sla_policies
                    WHERE calendar_id = %(calendar_id)s
                      AND active)
"""


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """A stored calendar."""

    id: UUID
    name: str
    definition: WorkingCalendar
    version: int
    created_at: datetime
    active: bool = True


class CalendarVersion(msgspec.Struct, frozen=True, kw_only=True):
    """What a calendar said from `since` on; clocks that began then still follow it."""

    id: UUID
    version: int
    definition: WorkingCalendar
    active: bool
    since: datetime


CALENDARS = Listing(
    row=Calendar,
    select=CALENDARS_SQL,
    id_column="c.id",
    filters={"active": Filter("c.active = %(active)s", bool)},
    sorts={"name": Sort("c.name", str), "created_at": Sort("c.created_at", datetime)},
    default_sort="name",
)

VERSIONS = Listing(
    row=CalendarVersion,
    select=VERSIONS_SQL,
    id_column="v.calendar_id",
    conditions=("v.calendar_id = %(calendar_id)s",),
    filters={},
    sorts={"version": Sort("v.version", int)},
    default_sort="-version",
)


async def get_calendar(tx: Tx, calendar_id: UUID) -> Calendar:
    """Return the calendar; raises NotFound."""
    found = await tx.fetch_optional(
        Calendar, CALENDARS_SQL + " WHERE c.id = %(calendar_id)s", calendar_id=calendar_id
    )
    return _found(found, calendar_id)


async def get_calendar_for_update(tx: Tx, calendar_id: UUID) -> Calendar:
    """Lock and return the calendar; raises NotFound."""
    found = await tx.fetch_optional(Calendar, LOCK_CALENDAR_SQL, calendar_id=calendar_id)
    return _found(found, calendar_id)


async def is_in_use(tx: Tx, calendar_id: UUID) -> bool:
    """Say whether an active policy counts in the calendar."""
    return bool(await tx.fetch_value(IN_USE_SQL, calendar_id=calendar_id))


def insert_calendar(tx: Tx, calendar: Calendar) -> None:
    """Store a new calendar."""
    tx.defer(
        INSERT_CALENDAR_SQL,
        id=calendar.id,
        name=calendar.name,
        definition=Jsonb(msgspec.to_builtins(calendar.definition)),
        created_at=calendar.created_at,
    )


def save_calendar(tx: Tx, calendar: Calendar, *, now: datetime) -> None:
    """Store what changed as a new version."""
    tx.defer(
        SAVE_CALENDAR_SQL,
        id=calendar.id,
        name=calendar.name,
        definition=Jsonb(msgspec.to_builtins(calendar.definition)),
        active=calendar.active,
        version=calendar.version,
        now=now,
    )


def _found(calendar: Calendar | None, calendar_id: UUID) -> Calendar:
    if calendar is None:
        raise NotFound(f"There is no calendar {calendar_id}.", field="calendar_id")
    return calendar
