"""The ledger added up: by day, by person, by ticket; one person's day; one ticket's minutes."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.identity import Principal
from psa_tickets.queries.time_entries import SELECT_SQL, VISIBLE, EntryRow, visible_to

SUMS: LiteralString = """
           count(*) AS entries,
           sum(e.minutes) AS minutes,
           coalesce(sum(e.minutes) FILTER (WHERE e.billable = 'billable'), 0) AS billable_minutes,
           coalesce(sum(e.minutes) FILTER (WHERE e.state IN ('draft', 'submitted', 'checked',
                                                             'rejected')), 0) AS open_minutes
      FROM time_entries AS e
     WHERE e.work_date >= %(since)s
       AND e.work_date < %(until)s
       AND (%(worker_id)s::uuid IS NULL OR e.user_id = %(worker_id)s)
       AND (%(customer_id)s::uuid IS NULL OR e.customer_id = %(customer_id)s)
       AND """

#: A bound on what one answer holds; a day, a month and a year of a large desk fit.
GROUPS_MAX = 1_000

BY_DAY_SQL = (
    "SELECT e.work_date::text AS key," + SUMS + VISIBLE + " GROUP BY 1 ORDER BY 1 LIMIT 1000"
)

BY_USER_SQL = (
    "SELECT e.user_id::text AS key," + SUMS + VISIBLE + " GROUP BY 1 ORDER BY 1 LIMIT 1000"
)

BY_TICKET_SQL = (
    "SELECT e.ticket_id::text AS key,"
    + SUMS
    + VISIBLE
    + " AND e.ticket_id IS NOT NULL GROUP BY 1 ORDER BY minutes DESC, 1 LIMIT 1000"
)

BY_GROUP: Mapping[str, LiteralString] = {
    "day": BY_DAY_SQL,
    "user": BY_USER_SQL,
    "ticket": BY_TICKET_SQL,
}

DAY_SHEET_SQL = (
    SELECT_SQL
    + """
     WHERE e.user_id = %(worker_id)s
       AND e.work_date = %(day)s
       AND """
    + VISIBLE
    + """
     ORDER BY e.started_at NULLS LAST, e.id
"""
)

OF_TICKET_SQL = (
    """
    SELECT e.work_date AS day, e.minutes, e.billable, e.state
      FROM time_entries AS e
     WHERE e.ticket_id = %(ticket_id)s
       AND """
    + VISIBLE
    + """
     ORDER BY e.work_date, e.id
"""
)


class Sums(msgspec.Struct, frozen=True):
    """Minutes of one day, person or ticket; `open` ones nobody has vouched for yet."""

    key: str
    entries: int
    minutes: int
    billable_minutes: int
    open_minutes: int


class Worked(msgspec.Struct, frozen=True):
    """Minutes of one entry of a ticket."""

    day: date
    minutes: int
    billable: str
    state: str


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the ledger: days from `since` up to, without, `until`."""

    since: date
    until: date
    worker_id: UUID | None = None
    customer_id: UUID | None = None


class Gap(msgspec.Struct, frozen=True):
    """A stretch of a day that nothing claims."""

    since: datetime
    until: datetime


async def list_sums(tx: Tx, group: str, span: Span, principal: Principal) -> list[Sums]:
    """Return the minutes that the caller may see, added up by *group*."""
    return await tx.fetch_all(
        Sums, BY_GROUP[group], **msgspec.structs.asdict(span), **visible_to(principal)
    )


async def list_day(tx: Tx, worker_id: UUID, day: date, principal: Principal) -> list[EntryRow]:
    """Return what a person did on *day*, in order."""
    visible = visible_to(principal)
    return await tx.fetch_all(EntryRow, DAY_SHEET_SQL, worker_id=worker_id, day=day, **visible)


async def list_worked(tx: Tx, ticket_id: UUID, principal: Principal) -> list[Worked]:
    """Return the minutes of a ticket's entries, as far as the caller may see them."""
    visible = visible_to(principal)
    return await tx.fetch_all(Worked, OF_TICKET_SQL, ticket_id=ticket_id, **visible)
