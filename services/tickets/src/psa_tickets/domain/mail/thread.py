"""
To which ticket a mail belongs, and what it may do there.

The order is a rule (EML-02): a signed token, then the mails that it answers, then the number in
the subject. The first two are known to whoever has seen the conversation; a number is known to
everybody, so it counts only for somebody who takes part.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

NUMBER = re.compile(r"\[(T-[0-9]{1,12})\]")
#: Forwarded or answered; German programs say AW and WG.
PREFIX = re.compile(r"^(?:\s*(?:re|aw|fwd?|wg|antwort|antw)(?:\[\d+\])?\s*:)+\s*", re.IGNORECASE)
SUBJECT_NUMBER = re.compile(r"\s*\[T-[0-9]{1,12}\]\s*")
FORWARDED = re.compile(r"^\s*(?:fwd?|wg)\s*:", re.IGNORECASE)


class Clue(StrEnum):
    """By what a mail found its ticket, the surest first."""

    TOKEN = "token"
    REFERENCES = "references"
    SUBJECT = "subject"


class Bearing(StrEnum):
    """What a mail means to the ticket that it names."""

    #: Words of somebody who takes part.
    SPEAKS = "speaks"
    #: From somebody who knows the conversation and is a stranger to it: colleagues look at it.
    FLAGGED = "flagged"
    #: It has nothing to do with it.
    UNRELATED = "unrelated"


@dataclass(frozen=True, slots=True)
class Claim:
    """The ticket that a mail names, and how."""

    ticket_id: UUID
    clue: Clue


def bearing_of(claim: Claim | None, *, takes_part: bool) -> Bearing:
    """Return what the mail means to the ticket of *claim*."""
    if claim is None or (claim.clue is Clue.SUBJECT and not takes_part):
        return Bearing.UNRELATED
    return Bearing.SPEAKS if takes_part else Bearing.FLAGGED


def number_in(subject: str) -> str | None:
    """Return the number of the ticket that a subject names, such as T-1001."""
    match = NUMBER.search(subject)
    return match[1] if match else None


def title_of(subject: str) -> str:
    """Return a subject as a ticket's title: without AW:, WG: and numbers of tickets."""
    title = " ".join(SUBJECT_NUMBER.sub(" ", PREFIX.sub("", subject)).split())
    return title[:200] or "(ohne Betreff)"


def is_forwarded(subject: str) -> bool:
    """Say whether a subject announces a forwarded mail."""
    return FORWARDED.match(subject) is not None
