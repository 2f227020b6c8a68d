"""The copy of the tickets, and what of them is still open."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psa_common.db import Tx
from psa_common.identity import Principal
from psa_reports.domain.backlog import BacklogRow
from psa_reports.queries.scope import OF_VISIBLE_CUSTOMER, visible_to

KEEP_SQL = """
    INSERT INTO tickets AS kept
           (id, number, opened_at, customer_id, customer_sequence, title, title_sequence,
            priority, priority_sequence, status, category, status_sequence)
    VALUES (%(id)s, %(number)s, %(opened_at)s, %(customer_id)s, %(sequence)s, %(title)s,
            %(sequence)s, %(priority)s, %(sequence)s, %(status)s, %(category)s, %(sequence)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET number = excluded.number,
                      opened_at = excluded.opened_at,
                      customer_id = coalesce(kept.customer_id, excluded.customer_id),
                      customer_sequence
                          = greatest(kept.customer_sequence, excluded.customer_sequence),
                      title = coalesce(kept.title, excluded.title),
                      title_sequence = greatest(kept.title_sequence, excluded.title_sequence),
                      priority = coalesce(kept.priority, excluded.priority),
                      priority_sequence
                          = greatest(kept.priority_sequence, excluded.priority_sequence),
                      status = coalesce(kept.status, excluded.status),
                      category = coalesce(kept.category, excluded.category),
                      status_sequence = greatest(kept.status_sequence, excluded.status_sequence)
"""

KEEP_TITLE_SQL = """
    INSERT INTO tickets AS kept (id, title, title_sequence)
    VALUES (%(id)s, %(title)s, %(sequence)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET title = excluded.title,
                      title_sequence = excluded.title_sequence
            WHERE kept.title_sequence < excluded.title_sequence
"""

KEEP_PRIORITY_SQL = """
    INSERT INTO tickets AS kept (id, priority, priority_sequence)
    VALUES (%(id)s, %(priority)s, %(sequence)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET priority = excluded.priority,
                      priority_sequence = excluded.priority_sequence
            WHERE kept.priority_sequence < excluded.priority_sequence
"""

KEEP_CUSTOMER_SQL = """
    INSERT INTO tickets AS kept (id, customer_id, customer_sequence)
    VALUES (%(id)s, %(customer_id)s, %(sequence)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET customer_id = excluded.customer_id,
                      customer_sequence = excluded.customer_sequence
            WHERE kept.customer_sequence < excluded.customer_sequence
"""

# Null once a merge was undone.
KEEP_MERGE_SQL = """
    INSERT INTO tickets AS kept (id, merged_into_id, merged_sequence)
    VALUES (%(id)s, %(merged_into_id)s, %(sequence)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET merged_into_id = excluded.merged_into_id,
                      merged_sequence = excluded.merged_sequence
            WHERE kept.merged_sequence < excluded.merged_sequence
"""

KEEP_STATUS_SQL = """
    INSERT INTO tickets AS kept (id, status, category, status_sequence)
    VALUES (%(id)s, %(status)s, %(category)s, %(sequence)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET status = excluded.status,
                      category = excluded.category,
                      status_sequence = excluded.status_sequence
            WHERE kept.status_sequence < excluded.status_sequence
"""

BACKLOG_SQL: LiteralString = (
    """
    SELECT priority, category,
           count(*) AS tickets,
           min(opened_at) AS oldest_opened_at
      FROM tickets
     WHERE category NOT IN ('resolved', 'closed', 'cancelled')
       AND number IS NOT NULL
       AND """
    + OF_VISIBLE_CUSTOMER
    + """
     GROUP BY priority, category
     ORDER BY priority, category
"""
)


def keep(
    tx: Tx,
    *,
    id: UUID,
    number: str,
    customer_id: UUID,
    opened_at: datetime,
    title: str,
    priority: str,
    status: str,
    category: str,
    sequence: int,
) -> None:
    """Remember how the ticket was opened; what is known already is newer."""
    tx.defer(
        KEEP_SQL,
        id=id,
        number=number,
        customer_id=customer_id,
        opened_at=opened_at,
        title=title,
        priority=priority,
        status=status,
        category=category,
        sequence=sequence,
    )


def keep_title(tx: Tx, *, id: UUID, title: str, sequence: int) -> None:
    """Remember another title unless a newer one is known."""
    tx.defer(KEEP_TITLE_SQL, id=id, title=title, sequence=sequence)


def keep_priority(tx: Tx, *, id: UUID, priority: str, sequence: int) -> None:
    """Remember another priority unless a newer one is known."""
    tx.defer(KEEP_PRIORITY_SQL, id=id, priority=priority, sequence=sequence)


def keep_customer(tx: Tx, *, id: UUID, customer_id: UUID, sequence: int) -> None:
    """Remember that the ticket is another customer's unless a newer word is known."""
    tx.defer(KEEP_CUSTOMER_SQL, id=id, customer_id=customer_id, sequence=sequence)


def keep_merge(tx: Tx, *, id: UUID, merged_into_id: UUID | None, sequence: int) -> None:
    """Remember which ticket goes on instead, or none, unless a newer word is known."""
    tx.defer(KEEP_MERGE_SQL, id=id, merged_into_id=merged_into_id, sequence=sequence)


def keep_status(tx: Tx, *, id: UUID, status: str, category: str, sequence: int) -> None:
    """Remember another status unless a newer one is known."""
    tx.defer(KEEP_STATUS_SQL, id=id, status=status, category=category, sequence=sequence)


async def list_backlog(
    tx: Tx, principal: Principal, *, customer_id: UUID | None
) -> list[BacklogRow]:
    """Count what is not over, by priority and what the status means."""
    visible = visible_to(principal, customer_id)
    return await tx.fetch_all(BacklogRow, BACKLOG_SQL, **visible)
