"""Read copies of what a contract is billed by: the customers' assets, and approved time."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from psa_billing.domain.run_inputs import AssetMembership, Billable, TimeEntry
from psa_common.db import Jsonb, Tx

KEEP_ASSET_SQL = """
    INSERT INTO assets (id, number)
    VALUES (%(id)s, %(number)s)
        ON CONFLICT DO NOTHING
"""

KEEP_ASSET_STATE_SQL = """
    INSERT INTO asset_states
           (asset_id, sequence, customer_id, asset_class, state, managed, effective_on)
    VALUES (%(asset_id)s, %(sequence)s, %(customer_id)s, %(asset_class)s, %(state)s, %(managed)s,
            %(effective_on)s)
        ON CONFLICT DO NOTHING
"""

# An approved entry does not change any more, so the first copy is the only one.
KEEP_TIME_ENTRY_SQL = """
    INSERT INTO approved_time_entries
           (id, customer_id, ticket_id, ticket_number, task_id, user_id, work_date, minutes,
            work_type, billable, note, approved_at, surcharges, sequence)
    VALUES (%(id)s, %(customer_id)s, %(ticket_id)s, %(ticket_number)s, %(task_id)s, %(user_id)s,
            %(work_date)s, %(minutes)s, %(work_type)s, %(billable)s, %(note)s, %(approved_at)s,
            %(surcharges)s, %(sequence)s)
        ON CONFLICT DO NOTHING
"""

# A state lasts until the next day on which another one counts; of two for one day, what the
# register said later stands.
MEMBERSHIPS_SQL = """
      WITH known AS (
        SELECT s.asset_id, s.customer_id, s.asset_class, s.state, s.managed,
               s.effective_on AS valid_from,
               lead(s.effective_on) OVER (PARTITION BY s.asset_id
                                              ORDER BY s.effective_on, s.sequence) AS valid_to
          FROM asset_states AS s
         WHERE s.asset_id IN (SELECT asset_id
                                FROM asset_states
                               WHERE customer_id = ANY(%(customer_ids)s))
    )
    SELECT k.asset_id, k.customer_id, k.asset_class, k.state, k.managed, k.valid_from, k.valid_to,
           coalesce(a.number, k.asset_id::text) AS number
      FROM known AS k
      LEFT JOIN assets AS a ON a.id = k.asset_id
     WHERE k.customer_id = ANY(%(customer_ids)s)
       AND (k.valid_to IS NULL OR k.valid_from < k.valid_to)
     ORDER BY number, k.asset_id, k.valid_from
"""

# What is not charged is shown for the month before the run, not for all times.
TIME_ENTRIES_SQL = """
    SELECT e.id, e.customer_id, e.work_date, e.minutes, e.work_type, e.billable, e.ticket_id,
           e.ticket_number, e.task_id
      FROM approved_time_entries AS e
     WHERE e.customer_id = ANY(%(customer_ids)s)
       AND e.work_date < %(up_to)s
       AND (e.billable = 'billable' OR e.work_date >= %(up_to)s::date - interval '1 month')
       AND NOT EXISTS (SELECT FROM billed_keys AS b
                        WHERE b.key = 'time:' || e.id)
       AND NOT EXISTS (SELECT FROM time_reversals AS r
                        WHERE r.time_entry_id = e.id)
     ORDER BY e.work_date, e.id
"""


class MembershipRow(msgspec.Struct, frozen=True, kw_only=True):
    """What an asset of a customer was, and when."""

    customer_id: UUID
    asset_id: UUID
    number: str
    asset_class: str
    state: str
    managed: bool
    valid_from: date
    valid_to: date | None

    def membership(self) -> AssetMembership:
        """Return the domain's view of the row."""
        values = msgspec.structs.asdict(self)
        del values["customer_id"]
        return AssetMembership(**values)


class Surcharge(msgspec.Struct, frozen=True, kw_only=True):
    """Minutes of an entry and the factor that they count with, as the desk says."""

    minutes: int
    factor: str
    rule: str | None
    applies_to: str | None


class ApprovedTime(msgspec.Struct, frozen=True, kw_only=True):
    """Time that somebody vouched for, as we keep it."""

    id: UUID
    customer_id: UUID | None
    ticket_id: UUID | None
    ticket_number: str | None
    task_id: UUID | None
    user_id: UUID
    work_date: date
    minutes: int
    work_type: str
    billable: Billable
    note: str
    approved_at: datetime
    surcharges: tuple[Surcharge, ...] = ()


class TimeEntryRow(msgspec.Struct, frozen=True, kw_only=True):
    """Approved time of a customer that no invoice holds yet."""

    id: UUID
    customer_id: UUID
    work_date: date
    minutes: int
    work_type: str
    billable: Billable
    ticket_id: UUID | None
    ticket_number: str | None
    task_id: UUID | None

    def entry(self) -> TimeEntry:
        """Return the domain's view of the row."""
        values = msgspec.structs.asdict(self)
        del values["customer_id"]
        return TimeEntry(**values, approved=True)


def keep_asset(tx: Tx, *, id: UUID, number: str) -> None:
    """Remember what people call the asset."""
    tx.defer(KEEP_ASSET_SQL, id=id, number=number)


def keep_asset_state(
    tx: Tx,
    *,
    asset_id: UUID,
    customer_id: UUID,
    asset_class: str,
    state: str,
    managed: bool,
    effective_on: date,
    sequence: int,
) -> None:
    """Remember one thing that the register said of the asset."""
    tx.defer(
        KEEP_ASSET_STATE_SQL,
        asset_id=asset_id,
        customer_id=customer_id,
        asset_class=asset_class,
        state=state,
        managed=managed,
        effective_on=effective_on,
        sequence=sequence,
    )


def keep_time_entry(tx: Tx, entry: ApprovedTime, *, sequence: int) -> None:
    """Remember approved time."""
    values = msgspec.structs.asdict(entry)
    parts: Any = msgspec.to_builtins(values.pop("surcharges"))
    surcharges = Jsonb(parts) if parts else None
    tx.defer(KEEP_TIME_ENTRY_SQL, **values, surcharges=surcharges, sequence=sequence)


async def list_memberships(tx: Tx, customer_ids: Sequence[UUID]) -> list[MembershipRow]:
    """Return what every asset of the customers was at every time."""
    return await tx.fetch_all(MembershipRow, MEMBERSHIPS_SQL, customer_ids=list(customer_ids))


async def list_unbilled_time(
    tx: Tx, customer_ids: Sequence[UUID], *, up_to: date
) -> list[TimeEntryRow]:
    """Return the approved time before *up_to* that no invoice holds."""
    return await tx.fetch_all(
        TimeEntryRow, TIME_ENTRIES_SQL, customer_ids=list(customer_ids), up_to=up_to
    )
