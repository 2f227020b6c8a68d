"""The copy of which time waits for its approval: a run that bills its days is not complete."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec

from psa_billing.domain.run_inputs import Billable, TimeEntry
from psa_common.db import Tx

KEEP_WAITING_SQL = """
    INSERT INTO time_approvals AS kept
           (id, waiting, customer_id, ticket_id, task_id, user_id, work_date, minutes, work_type,
            billable, sequence)
    VALUES (%(id)s, true, %(customer_id)s, %(ticket_id)s, %(task_id)s, %(user_id)s,
            %(work_date)s, %(minutes)s, %(work_type)s, %(billable)s, %(sequence)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET waiting = true,
                      customer_id = excluded.customer_id,
                      ticket_id = excluded.ticket_id,
                      task_id = excluded.task_id,
                      user_id = excluded.user_id,
                      work_date = excluded.work_date,
                      minutes = excluded.minutes,
                      work_type = excluded.work_type,
                      billable = excluded.billable,
                      sequence = excluded.sequence
            WHERE kept.sequence < excluded.sequence
"""

KEEP_SETTLED_SQL = """
    INSERT INTO time_approvals AS kept (id, waiting, sequence)
    VALUES (%(id)s, false, %(sequence)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET waiting = false,
                      sequence = excluded.sequence
            WHERE kept.sequence < excluded.sequence
"""

WAITING_SQL = """
    SELECT id, customer_id, work_date, minutes, work_type, billable, ticket_id, task_id
      FROM time_approvals
     WHERE waiting
       AND customer_id = ANY(%(customer_ids)s)
       AND work_date < %(up_to)s
     ORDER BY work_date, id
"""


class SubmittedTime(msgspec.Struct, frozen=True, kw_only=True):
    """Time that somebody asks approval for, as we keep it."""

    id: UUID
    customer_id: UUID | None
    ticket_id: UUID | None
    task_id: UUID | None
    user_id: UUID
    work_date: date
    minutes: int
    work_type: str
    billable: Billable


class WaitingRow(msgspec.Struct, frozen=True, kw_only=True):
    """Time of a customer that nobody has approved or rejected yet."""

    id: UUID
    customer_id: UUID
    work_date: date
    minutes: int
    work_type: str
    billable: Billable
    ticket_id: UUID | None
    task_id: UUID | None

    def entry(self) -> TimeEntry:
        """Return the domain's view of the row."""
        values = msgspec.structs.asdict(self)
        del values["customer_id"]
        return TimeEntry(**values, approved=False)


def keep_waiting(tx: Tx, entry: SubmittedTime, *, sequence: int) -> None:
    """Remember that the entry waits, unless something newer is known."""
    tx.defer(KEEP_WAITING_SQL, **msgspec.structs.asdict(entry), sequence=sequence)


def keep_settled(tx: Tx, time_entry_id: UUID, *, sequence: int) -> None:
    """Remember that the entry waits no more, unless something newer is known."""
    tx.defer(KEEP_SETTLED_SQL, id=time_entry_id, sequence=sequence)


async def list_waiting(tx: Tx, customer_ids: Sequence[UUID], *, up_to: date) -> list[WaitingRow]:
    """Return the time of the customers before *up_to* that waits for its approval."""
    return await tx.fetch_all(WaitingRow, WAITING_SQL, customer_ids=list(customer_ids), up_to=up_to)
