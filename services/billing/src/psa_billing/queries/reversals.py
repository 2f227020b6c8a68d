"""Time that was taken back, and the invoice that holds it nevertheless."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_billing.domain.corrections import ReversalState
from psa_billing.domain.run_inputs import ReversedTime
from psa_common.db import Tx
from psa_common.listing import Filter, Listing, Sort

# Taken back once, and what was said of it does not change: the first copy is the only one.
KEEP_SQL = """
    INSERT INTO time_reversals
           (time_entry_id, reversal_id, customer_id, ticket_id, task_id, work_date, minutes,
            reason, reversed_at, reversed_by)
    VALUES (%(time_entry_id)s, %(reversal_id)s, %(customer_id)s, %(ticket_id)s, %(task_id)s,
            %(work_date)s, %(minutes)s, %(reason)s, %(reversed_at)s, %(reversed_by)s)
        ON CONFLICT DO NOTHING
"""

# Nobody writes down whether a correction is open: it is for as long as an invoice holds the
# entry, in whatever order approval, invoice and reversal became known.
STATE: LiteralString = """
    CASE WHEN i.id IS NULL        THEN 'unbilled'
         WHEN i.status = 'issued' THEN 'to_credit'
         ELSE 'to_withdraw'
    END
"""

SELECT_SQL: LiteralString = (
    """
    SELECT r.reversal_id AS id, r.time_entry_id, r.customer_id, r.ticket_id, e.ticket_number,
           r.task_id, r.work_date, r.minutes, r.reason, r.reversed_at, r.reversed_by,
           i.id AS invoice_id,
           i.number AS invoice_number, """
    + STATE
    + """ AS state
      FROM time_reversals AS r
      LEFT JOIN approved_time_entries AS e ON e.id = r.time_entry_id
      LEFT JOIN billed_keys AS b ON b.key = 'time:' || r.time_entry_id
      LEFT JOIN invoices AS i ON i.id = b.invoice_id
"""
)

BILLED_SQL = """
    SELECT r.customer_id, r.time_entry_id, e.ticket_number, r.work_date, r.minutes,
           i.id AS invoice_id,
           i.number AS invoice_number
      FROM time_reversals AS r
      JOIN approved_time_entries AS e ON e.id = r.time_entry_id
      JOIN billed_keys AS b ON b.key = 'time:' || r.time_entry_id
      JOIN invoices AS i ON i.id = b.invoice_id
     WHERE r.customer_id = ANY(%(customer_ids)s)
     ORDER BY r.work_date, r.time_entry_id
"""

ANY_REVERSED_SQL = """
    SELECT EXISTS (SELECT FROM time_reversals
                    WHERE time_entry_id = ANY(%(time_entry_ids)s))
"""


class Reversal(msgspec.Struct, frozen=True, kw_only=True):
    """That approved time was taken back, as the desk says."""

    time_entry_id: UUID
    reversal_id: UUID
    customer_id: UUID | None
    ticket_id: UUID | None
    task_id: UUID | None
    work_date: date
    minutes: int
    reason: str
    reversed_at: datetime
    reversed_by: UUID


class ReversalRow(msgspec.Struct, frozen=True, kw_only=True):
    """Time that was taken back, and what is to be done about it."""

    id: UUID
    time_entry_id: UUID
    customer_id: UUID | None
    ticket_id: UUID | None
    ticket_number: str | None
    task_id: UUID | None
    work_date: date
    minutes: int
    reason: str
    reversed_at: datetime
    reversed_by: UUID
    invoice_id: UUID | None
    invoice_number: str | None
    state: ReversalState


class BilledRow(msgspec.Struct, frozen=True, kw_only=True):
    """Time of a customer that was taken back although an invoice holds it."""

    customer_id: UUID
    time_entry_id: UUID
    ticket_number: str | None
    work_date: date
    minutes: int
    invoice_id: UUID
    invoice_number: str | None

    def reversed_time(self) -> ReversedTime:
        """Return the domain's view of the row."""
        values = msgspec.structs.asdict(self)
        del values["customer_id"]
        return ReversedTime(**values)


LISTING = Listing(
    row=ReversalRow,
    select=SELECT_SQL,
    id_column="r.reversal_id",
    filters={
        "state": Filter(STATE + " = %(state)s", ReversalState),
        "customer_id": Filter("r.customer_id = %(customer_id)s", UUID),
    },
    sorts={
        "reversed_at": Sort("r.reversed_at", datetime),
        "work_date": Sort("r.work_date", date),
    },
    default_sort="-reversed_at",
)


def keep(tx: Tx, reversal: Reversal) -> None:
    """Remember that approved time was taken back."""
    tx.defer(KEEP_SQL, **msgspec.structs.asdict(reversal))


async def list_billed(tx: Tx, customer_ids: Sequence[UUID]) -> list[BilledRow]:
    """Return what was taken back of the customers' time although an invoice holds it."""
    return await tx.fetch_all(BilledRow, BILLED_SQL, customer_ids=list(customer_ids))


async def is_any_reversed(tx: Tx, time_entry_ids: Iterable[UUID]) -> bool:
    """Say whether one of the entries was taken back."""
    return bool(await tx.fetch_value(ANY_REVERSED_SQL, time_entry_ids=list(time_entry_ids)))
