"""What becomes of a mail that we send: states, when to try again, when to give up (F-SM1)."""

from datetime import datetime, timedelta
from enum import StrEnum


class DeliveryState(StrEnum):
    """Where a mail of ours stands."""

    QUEUED = "queued"
    #: Somebody is sending it, until their lease ends.
    SENDING = "sending"
    SENT = "sent"
    #: Refused for good, or for longer than we try.
    FAILED = "failed"
    #: Accepted first and returned later.
    BOUNCED = "bounced"


#: Longer than the longest time-out of a server's answer: two never send one mail at once.
LEASE = timedelta(minutes=10)
GIVE_UP_AFTER = timedelta(hours=24)
AGAIN = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240))


def next_try(*, attempts: int, created_at: datetime, now: datetime) -> datetime | None:
    """Return when to try again after *attempts* tries, or None when it is time to give up."""
    at = now + AGAIN[min(max(attempts, 1), len(AGAIN)) - 1]
    return at if at - created_at <= GIVE_UP_AFTER else None
