"""
The life of a signing key: next, current, previous.

A key stands in the key set before anybody may sign with it, so that every verifier has
fetched it in time; and it stays there until the last token that it signed has expired.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from psa_common.errors import Conflict

#: Twice the time that verifiers and proxies may keep the key set (max-age=300).
PUBLISHED_AHEAD = timedelta(minutes=10)


class KeyState(StrEnum):
    """Where a key stands in its life."""

    NEXT = "next"
    CURRENT = "current"
    PREVIOUS = "previous"


class KeyTooYoung(Conflict):
    """Not every verifier can know the next key yet."""

    code = "key_too_young"

    def __init__(self, not_before: datetime) -> None:
        super().__init__(f"The next key may sign from {not_before.isoformat()}; try again then.")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLife:
    """A key without its secret."""

    kid: str
    state: KeyState
    not_before: datetime
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rotation:
    """What has to happen to the keys."""

    promote: str | None
    forget: tuple[str, ...]


def rotate(keys: Sequence[KeyLife], *, now: datetime, token_lifetime: timedelta) -> Rotation:
    """
    Say which key becomes current and which may be forgotten.

    Raises KeyTooYoung while the next key is not old enough to be known everywhere.
    """
    upcoming = next((key for key in keys if key.state is KeyState.NEXT), None)
    if upcoming is not None and upcoming.not_before > now:
        raise KeyTooYoung(upcoming.not_before)
    expired = tuple(
        key.kid
        for key in keys
        if key.retired_at is not None and key.retired_at + token_lifetime + PUBLISHED_AHEAD < now
    )
    return Rotation(upcoming.kid if upcoming else None, expired)


def is_due(keys: Sequence[KeyLife], *, now: datetime, every: timedelta) -> bool:
    """Say whether the current key has signed long enough and another is ready."""
    current = next((key for key in keys if key.state is KeyState.CURRENT), None)
    upcoming = next((key for key in keys if key.state is KeyState.NEXT), None)
    if current is None or upcoming is None:
        return True
    return current.not_before + every <= now and upcoming.not_before <= now
