"""How long a sign-in lasts, and what a used refresh token means."""

from dataclasses import dataclass
from datetime import datetime, timedelta

#: A client that asks twice at once, or repeats after a lost answer, is no thief.
RACE_LEEWAY = timedelta(seconds=10)
#: Added to a revocation, for a token that was being signed meanwhile.
SIGNING_MARGIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetimes:
    """How long what lasts."""

    access: timedelta
    refresh: timedelta
    session: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedToken:
    """A refresh token that somebody presents again."""

    used_at: datetime | None
    child_used: bool


def is_theft(token: UsedToken, *, now: datetime) -> bool:
    """
    Say whether a second use of a refresh token means that two parties hold it.

    Within the leeway it does not, unless the token that came of it has been used as well.
    """
    if token.used_at is None:
        return False
    return token.child_used or now - token.used_at > RACE_LEEWAY


def refresh_expiry(lifetimes: Lifetimes, *, now: datetime, session_ends: datetime) -> datetime:
    """Return when a refresh token issued now expires: never after its session."""
    return min(now + lifetimes.refresh, session_ends)
