"""What is still open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogRow:
    """Open tickets of one priority, by what their status means; in a total, both are null."""

    priority: str | None
    category: str | None
    tickets: int
    oldest_opened_at: datetime | None


def total_of(rows: Sequence[BacklogRow]) -> BacklogRow:
    """Return all open tickets as one row."""
    opened = [row.oldest_opened_at for row in rows if row.oldest_opened_at is not None]
    return BacklogRow(
        priority=None,
        category=None,
        tickets=sum(row.tickets for row in rows),
        oldest_opened_at=min(opened, default=None),
    )
