"""Solved tickets that want a look: to announce that they will be closed, or to close them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_tickets.domain.calendar import WorkingCalendar
from psa_tickets.queries.tickets import FACTS, StoredTicket

# Skips what somebody else holds: another worker, or a person who is just reopening it.
DUE_SQL = (
    FACTS
    + """,
           t.close_announced_for,
           (SELECT count(*)
              FROM tickets AS child
             WHERE child.parent_id = t.id
               AND child.status_kind NOT IN ('resolved', 'closed', 'cancelled')) AS open_children
      FROM tickets AS t
     WHERE t.auto_close_look_at <= %(now)s
     ORDER BY t.auto_close_look_at
     LIMIT %(batch)s
       FOR UPDATE OF t SKIP LOCKED
"""
)

LOOK_AGAIN_SQL = """
    UPDATE tickets
       SET auto_close_look_at = %(at)s
     WHERE id = %(ticket_id)s
"""

ANNOUNCED_SQL = """
    UPDATE tickets
       SET auto_close_look_at = %(closes_at)s,
           close_announced_for = %(closes_at)s
     WHERE id = %(ticket_id)s
"""

CALENDAR_SQL = """
    SELECT c.definition
      FROM sla_policies AS p
      JOIN calendars AS c ON c.tenant_id = p.tenant_id AND c.id = p.calendar_id
     WHERE p.is_default
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SolvedTicket(StoredTicket):
    """A solved ticket with what decides whether it may be closed."""

    close_announced_for: datetime | None
    open_children: int


class _Calendar(msgspec.Struct, frozen=True):
    definition: WorkingCalendar


async def list_due(tx: Tx, *, now: datetime, batch: int) -> list[SolvedTicket]:
    """Lock and return the tickets whose time has come."""
    return await tx.fetch_all(SolvedTicket, DUE_SQL, now=now, batch=batch)


async def find_calendar(tx: Tx) -> WorkingCalendar | None:
    """Return the calendar that the desk makes its promises in, if it makes any."""
    found = await tx.fetch_optional(_Calendar, CALENDAR_SQL)
    return None if found is None else found.definition


def look_again(tx: Tx, ticket_id: UUID, *, at: datetime) -> None:
    """Remember when the ticket wants the next look."""
    tx.defer(LOOK_AGAIN_SQL, ticket_id=ticket_id, at=at)


def keep_announcement(tx: Tx, ticket_id: UUID, *, closes_at: datetime) -> None:
    """Remember what was announced; before that nothing is closed."""
    tx.defer(ANNOUNCED_SQL, ticket_id=ticket_id, closes_at=closes_at)
