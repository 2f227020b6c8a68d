"""Read copies of what other services own: customers, users, approved time on tasks."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx

KEEP_CUSTOMER_SQL = """
    INSERT INTO customers AS kept (id, number, name, status, sequence)
    VALUES (%(id)s, %(number)s, %(name)s, %(status)s, %(sequence)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET number = excluded.number,
                      name = excluded.name,
                      status = excluded.status,
                      sequence = excluded.sequence
            WHERE kept.sequence < excluded.sequence
"""

# Somebody may be known to have left before we hear their name.
KEEP_USER_SQL = """
    INSERT INTO users AS kept (id, name, active, sequence)
    VALUES (%(id)s, %(name)s, %(active)s, %(sequence)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET name = CASE WHEN kept.name IS NULL OR kept.sequence < excluded.sequence
                                  THEN excluded.name ELSE kept.name END,
                      active = CASE WHEN kept.sequence < excluded.sequence
                                    THEN excluded.active ELSE kept.active END,
                      sequence = greatest(kept.sequence, excluded.sequence)
"""

DEACTIVATE_USER_SQL = """
    INSERT INTO users AS kept (id, active, sequence)
    VALUES (%(id)s, false, %(sequence)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET active = false,
                      sequence = excluded.sequence
            WHERE kept.sequence < excluded.sequence
"""

# The key is the entry, not the event: a rebuilt copy counts nothing twice either.
BOOK_SQL = """
    INSERT INTO booked_time (id, task_id, user_id, work_date, minutes, billable)
    VALUES (%(id)s, %(task_id)s, %(user_id)s, %(work_date)s, %(minutes)s, %(billable)s)
        ON CONFLICT DO NOTHING
"""

# The entry may be still to come: the mark waits for it.
UNBOOK_SQL = """
    INSERT INTO reversed_time (id, task_id, reversal_id, reversed_at)
    VALUES (%(id)s, %(task_id)s, %(reversal_id)s, %(reversed_at)s)
        ON CONFLICT DO NOTHING
"""

FIND_USER_SQL = """
    SELECT id, active
      FROM users
     WHERE id = %(user_id)s
"""


class User(msgspec.Struct, frozen=True):
    """Somebody who works here, or did."""

    id: UUID
    active: bool


def keep_customer(tx: Tx, *, id: UUID, number: str, name: str, status: str, sequence: int) -> None:
    """Remember the customer unless a newer state is known."""
    tx.defer(KEEP_CUSTOMER_SQL, id=id, number=number, name=name, status=status, sequence=sequence)


def keep_user(tx: Tx, *, id: UUID, name: str, active: bool, sequence: int) -> None:
    """Remember the user unless a newer state is known."""
    tx.defer(KEEP_USER_SQL, id=id, name=name, active=active, sequence=sequence)


def deactivate_user(tx: Tx, *, id: UUID, sequence: int) -> None:
    """Remember that the user has left, known or not."""
    tx.defer(DEACTIVATE_USER_SQL, id=id, sequence=sequence)


def book(
    tx: Tx, *, id: UUID, task_id: UUID, user_id: UUID, work_date: date, minutes: int, billable: str
) -> None:
    """Count an approved entry, once."""
    tx.defer(
        BOOK_SQL,
        id=id,
        task_id=task_id,
        user_id=user_id,
        work_date=work_date,
        minutes=minutes,
        billable=billable,
    )


def unbook(tx: Tx, *, id: UUID, task_id: UUID, reversal_id: UUID, reversed_at: datetime) -> None:
    """Count an entry, known or not, no more."""
    tx.defer(UNBOOK_SQL, id=id, task_id=task_id, reversal_id=reversal_id, reversed_at=reversed_at)


async def find_user(tx: Tx, user_id: UUID) -> User | None:
    """Return the user, if the auth service has told us of them."""
    return await tx.fetch_optional(User, FIND_USER_SQL, user_id=user_id)
