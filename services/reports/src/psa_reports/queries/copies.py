"""Copies of names: customers, users, tasks; and how far we have heard."""

from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx

NOTE_SQL = """
    INSERT INTO freshness AS known (event_type, newest_at)
    VALUES (%(event_type)s, %(at)s)
        ON CONFLICT (tenant_id, event_type)
        DO UPDATE SET newest_at = excluded.newest_at
            WHERE known.newest_at < excluded.newest_at
"""

STANDING_SQL = """
    SELECT (SELECT max(newest_at) FROM freshness) AS as_of,
           (SELECT time_zone FROM tenants) AS time_zone
"""

KEEP_CUSTOMER_SQL = """
    INSERT INTO customers AS kept (id, number, name, sequence)
    VALUES (%(id)s, %(number)s, %(name)s, %(sequence)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET number = excluded.number,
                      name = excluded.name,
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

KEEP_TASK_SQL = """
    INSERT INTO tasks AS kept (id, number, title, sequence)
    VALUES (%(id)s, %(number)s, %(title)s, %(sequence)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET number = excluded.number,
                      title = excluded.title,
                      sequence = excluded.sequence
            WHERE kept.sequence < excluded.sequence
"""


class Standing(msgspec.Struct, frozen=True):
    """How far we have heard, and in whose days we count."""

    as_of: datetime | None
    time_zone: str | None


async def standing(tx: Tx) -> Standing:
    """Return the newest event's time; asked before the figures, it never says too much."""
    return await tx.fetch_one(Standing, STANDING_SQL)


def note(tx: Tx, event_type: str, at: datetime) -> None:
    """Remember that an event of this time has had its effect."""
    tx.defer(NOTE_SQL, event_type=event_type, at=at)


def keep_customer(tx: Tx, *, id: UUID, number: str, name: str, sequence: int) -> None:
    """Remember the customer unless a newer state is known."""
    tx.defer(KEEP_CUSTOMER_SQL, id=id, number=number, name=name, sequence=sequence)


def keep_user(tx: Tx, *, id: UUID, name: str, active: bool, sequence: int) -> None:
    """Remember the user unless a newer state is known."""
    tx.defer(KEEP_USER_SQL, id=id, name=name, active=active, sequence=sequence)


def deactivate_user(tx: Tx, *, id: UUID, sequence: int) -> None:
    """Remember that the user has left, known or not."""
    tx.defer(DEACTIVATE_USER_SQL, id=id, sequence=sequence)


def keep_task(tx: Tx, *, id: UUID, number: str, title: str, sequence: int) -> None:
    """Remember the task unless a newer state is known."""
    tx.defer(KEEP_TASK_SQL, id=id, number=number, title=title, sequence=sequence)
