"""What became of a mail that came in."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class MailState(StrEnum):
    """Where a mail that came in stands."""

    #: It became a ticket.
    OPENED = "opened"
    #: It became words on a ticket.
    COMMENTED = "commented"
    #: Nothing is to be done: a machine, a blocked sender, a mail of our own.
    IGNORED = "ignored"
    #: Somebody has to look at it; `reason` says why.
    PARKED = "parked"
    #: Somebody has looked at it and wants nothing of it.
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a mail, why, and what it touched."""

    state: MailState
    reason: str = ""
    contact_id: UUID | None = None
    ticket_id: UUID | None = None
    comment_id: UUID | None = None


def parked(reason: str) -> Verdict:
    """Keep the mail for somebody to look at."""
    return Verdict(state=MailState.PARKED, reason=reason)


def ignored(reason: str) -> Verdict:
    """Keep the mail and do nothing."""
    return Verdict(state=MailState.IGNORED, reason=reason)
