"""Approved time: what nobody has billed yet, and what people did with their days."""

from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.identity import Principal
from psa_reports.domain.period import Days
from psa_reports.domain.work import UnbilledRow, Worked
from psa_reports.queries.scope import OF_VISIBLE_CUSTOMER, visible_to

# The key is the entry, not the event: a rebuilt copy counts nothing twice either.
KEEP_SQL = """
    INSERT INTO time_entries
           (id, ticket_id, ticket_number, task_id, customer_id, user_id, work_date, minutes,
            billable)
    VALUES (%(id)s, %(ticket_id)s, %(ticket_number)s, %(task_id)s, %(customer_id)s,
            %(user_id)s, %(work_date)s, %(minutes)s, %(billable)s)
        ON CONFLICT DO NOTHING
"""

KEEP_REVERSAL_SQL = """
    INSERT INTO reversed_time_entries (time_entry_id, reversal_id, reversed_at)
    VALUES (%(time_entry_id)s, %(reversal_id)s, %(reversed_at)s)
        ON CONFLICT DO NOTHING
"""

UNBILLED_SQL: LiteralString = (
    """
    SELECT e.customer_id,
           c.number AS customer_number,
           c.name AS customer_name,
           CASE WHEN e.task_id IS NULL THEN 'ticket' ELSE 'task' END AS kind,
           coalesce(e.ticket_number, k.number) AS number,
           coalesce(t.title, k.title) AS title,
           count(*) AS entries,
           sum(e.minutes)::bigint AS minutes,
           min(e.work_date) AS first_work_date,
           max(e.work_date) AS last_work_date
      FROM (SELECT *
              FROM time_entries AS w
             WHERE w.billable = 'billable'
               AND w.work_date >= %(since)s
               AND w.work_date < %(until)s
               AND """
    + OF_VISIBLE_CUSTOMER
    + """
               AND NOT EXISTS (SELECT FROM billed_time_entries AS b
                                WHERE b.time_entry_id = w.id)
               AND NOT EXISTS (SELECT FROM reversed_time_entries AS r
                                WHERE r.time_entry_id = w.id)) AS e
      LEFT JOIN customers AS c ON c.id = e.customer_id
      LEFT JOIN tickets AS t ON t.id = e.ticket_id
      LEFT JOIN tasks AS k ON k.id = e.task_id
     GROUP BY e.customer_id, c.number, c.name, e.ticket_id, e.task_id, e.ticket_number, t.title,
              k.number, k.title
     ORDER BY c.number, number, e.ticket_id, e.task_id
     LIMIT %(row_limit)s
"""
)

UTILISATION_SQL = """
    SELECT e.user_id,
           u.name AS user_name,
           count(*) AS entries,
           sum(e.minutes)::bigint AS minutes,
           coalesce(sum(e.minutes) FILTER (WHERE e.billable = 'billable'), 0)::bigint
               AS billable_minutes,
           coalesce(sum(e.minutes) FILTER (WHERE e.billable = 'goodwill'), 0)::bigint
               AS goodwill_minutes,
           coalesce(sum(e.minutes) FILTER (WHERE e.billable = 'no_charge'), 0)::bigint
               AS no_charge_minutes,
           coalesce(sum(e.minutes) FILTER (WHERE e.billable = 'non_billable'), 0)::bigint
               AS non_billable_minutes
      FROM time_entries AS e
      LEFT JOIN users AS u ON u.id = e.user_id
     WHERE e.work_date >= %(since)s
       AND e.work_date < %(until)s
       AND %(scope)s = 'all'
       AND NOT EXISTS (SELECT FROM reversed_time_entries AS r
                        WHERE r.time_entry_id = e.id)
     GROUP BY e.user_id, u.name
     ORDER BY u.name, e.user_id
"""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An approved entry, as far as figures need it."""

    id: UUID
    ticket_id: UUID | None
    ticket_number: str | None
    task_id: UUID | None
    customer_id: UUID | None
    user_id: UUID
    work_date: date
    minutes: int
    billable: str


def keep(tx: Tx, entry: Entry) -> None:
    """Remember an approved entry, once."""
    tx.defer(KEEP_SQL, **msgspec.structs.asdict(entry))


def keep_reversal(tx: Tx, *, time_entry_id: UUID, reversal_id: UUID, reversed_at: datetime) -> None:
    """Remember that an entry, known or not, does not count any more."""
    tx.defer(
        KEEP_REVERSAL_SQL,
        time_entry_id=time_entry_id,
        reversal_id=reversal_id,
        reversed_at=reversed_at,
    )


async def list_unbilled(
    tx: Tx, principal: Principal, days: Days, *, customer_id: UUID | None, limit: int
) -> list[UnbilledRow]:
    """Sum what stands on no issued invoice, by ticket or task."""
    return await tx.fetch_all(
        UnbilledRow,
        UNBILLED_SQL,
        since=days.since,
        until=days.until,
        row_limit=limit,
        **visible_to(principal, customer_id),
    )


async def list_utilisation(tx: Tx, principal: Principal, days: Days) -> list[Worked]:
    """Sum minutes by person; a customer's people see nothing of it."""
    scope = principal.scope("report:view")
    return await tx.fetch_all(
        Worked, UTILISATION_SQL, since=days.since, until=days.until, scope=scope
    )
