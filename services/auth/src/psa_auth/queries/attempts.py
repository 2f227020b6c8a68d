"""The login_attempts table."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from psa_auth.domain.throttle import Counter
from psa_common.db import Tx

# Sorted, so that two who lock the same counters never wait for each other in a circle.
LOCK_SQL = """
    INSERT INTO login_attempts AS a (subject, failures, failed_at)
    SELECT subject, 0, %(now)s
      FROM unnest(%(subjects)s::text[]) AS subject
     ORDER BY subject
        ON CONFLICT (tenant_id, subject)
        DO UPDATE SET subject = excluded.subject
 RETURNING subject, failures, failed_at, blocked_until
"""

STORE_SQL = """
    UPDATE login_attempts
       SET failures = %(failures)s,
           failed_at = %(failed_at)s,
           blocked_until = %(blocked_until)s
     WHERE subject = %(subject)s
"""

# A good password takes its own try back, and nothing that others have counted meanwhile.
TAKE_BACK_SQL = """
    UPDATE login_attempts
       SET failures = greatest(failures - 1, 0),
           blocked_until = CASE WHEN blocked_until = %(counted)s THEN %(before)s
                                ELSE blocked_until END
     WHERE subject = %(subject)s
"""

RESET_SQL = """
    UPDATE login_attempts
       SET failures = 0,
           blocked_until = NULL
     WHERE subject = %(subject)s
"""

FORGET_SQL = "DELETE FROM login_attempts WHERE failed_at < %(before)s"


async def lock(tx: Tx, subjects: Sequence[str], *, now: datetime) -> list[Counter]:
    """Lock and return the counters of *subjects*; new ones begin at nothing."""
    return await tx.fetch_all(Counter, LOCK_SQL, subjects=list(subjects), now=now)


def store(tx: Tx, counter: Counter) -> None:
    """Store what a counter says now."""
    tx.defer(
        STORE_SQL,
        subject=counter.subject,
        failures=counter.failures,
        failed_at=counter.failed_at,
        blocked_until=counter.blocked_until,
    )


def take_back(tx: Tx, before: Counter, counted: Counter) -> None:
    """Undo one try that turned out good."""
    tx.defer(
        TAKE_BACK_SQL,
        subject=before.subject,
        before=before.blocked_until,
        counted=counted.blocked_until,
    )


def reset(tx: Tx, subject: str) -> None:
    """Begin again at nothing."""
    tx.defer(RESET_SQL, subject=subject)


def forget(tx: Tx, *, now: datetime, after: timedelta) -> None:
    """Delete counters that nothing was added to for long."""
    tx.defer(FORGET_SQL, before=now - after)
