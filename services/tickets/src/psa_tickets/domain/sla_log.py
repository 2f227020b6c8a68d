"""
The words of the SLA log: what can happen to a ticket's clocks, and in what order.

The log is the truth; `sla.fold` says what follows from it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from psa_common.errors import Refused
from psa_tickets.domain.sla_terms import Metric, Terms


class Phase(StrEnum):
    """What a clock does with passing time; also the kind of an interval."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The ticket was opened under these terms, or without any."""

    kind: ClassVar[str] = "started"
    at: datetime
    terms: Terms | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Responded:
    """The customer heard from us; only the first time counts."""

    kind: ClassVar[str] = "responded"
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """It is not our turn; the resolution clock rests, the response clock does not."""

    kind: ClassVar[str] = "paused"
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """It is our turn again."""

    kind: ClassVar[str] = "resumed"
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The work is done; a ticket resolved without a word is also answered by that."""

    kind: ClassVar[str] = "resolved"
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened:
    """It was not done; what was consumed stays consumed."""

    kind: ClassVar[str] = "reopened"
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsChanged:
    """Another priority, policy or calendar holds from here; the past keeps the old one."""

    kind: ClassVar[str] = "terms_changed"
    at: datetime
    terms: Terms | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated:
    """An escalation of ours changed the terms; what has escalated does not do so again."""

    kind: ClassVar[str] = "escalated"
    at: datetime
    terms: Terms | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineSet:
    """Somebody agreed an instant with the customer; it replaces the computed due date."""

    kind: ClassVar[str] = "deadline_set"
    at: datetime
    metric: Metric
    due_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineCleared:
    """The computed due date holds again."""

    kind: ClassVar[str] = "deadline_cleared"
    at: datetime
    metric: Metric
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """Reports leave the ticket out; its clocks go on."""

    kind: ClassVar[str] = "excluded"
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Included:
    """Reports count the ticket again."""

    kind: ClassVar[str] = "included"
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """The solution of this very instant was none: the clocks count as if it had not been."""

    kind: ClassVar[str] = "withdrawn"
    at: datetime


Event = (
    Started
    | Responded
    | Paused
    | Resumed
    | Resolved
    | Reopened
    | TermsChanged
    | Escalated
    | DeadlineSet
    | DeadlineCleared
    | Excluded
    | Included
)

#: What may happen at any time after the opening, and leaves a clock in its phase.
ANY_TIME: tuple[type[Event], ...] = (
    Responded,
    TermsChanged,
    Escalated,
    DeadlineSet,
    DeadlineCleared,
    Excluded,
    Included,
)

#: What the log may hold: what happened, and that something did not.
Recorded = Event | Withdrawn

#: Which event may follow in which phase, and where it leads; anything else did not happen.
LIFE: Mapping[Phase, Mapping[type[Event], Phase]] = {
    Phase.IDLE: {Started: Phase.RUNNING},
    Phase.RUNNING: {
        **dict.fromkeys(ANY_TIME, Phase.RUNNING),
        Paused: Phase.PAUSED,
        Resolved: Phase.STOPPED,
    },
    Phase.PAUSED: {
        **dict.fromkeys(ANY_TIME, Phase.PAUSED),
        Resumed: Phase.RUNNING,
        Resolved: Phase.STOPPED,
    },
    Phase.STOPPED: {
        **dict.fromkeys(ANY_TIME, Phase.STOPPED),
        Reopened: Phase.RUNNING,
    },
}


class ImpossibleOrder(Refused):
    """An event says that something ended that had not begun, or began twice."""

    code = "impossible_sla_order"

    def __init__(self, event: Recorded, phase: Phase) -> None:
        possible = ", ".join(sorted(follower.kind for follower in LIFE[phase]))
        super().__init__(
            f"{event.kind} at {event.at.isoformat()} cannot follow: the clock is {phase} then; "
            f"possible is {possible}. Check occurred_at.",
            field="occurred_at",
        )
        self.event = event
        self.phase = phase


def in_order(log: Iterable[Recorded]) -> tuple[Event, ...]:
    """
    Return *log* sorted by when things happened; what happened at one instant keeps its order.

    What was withdrawn is left out. Raises ImpossibleOrder if the sorted story is not one that
    a ticket can live.
    """
    ordered = _without_withdrawn(sorted(log, key=lambda event: event.at))
    phase = Phase.IDLE
    for event in ordered:
        if type(event) not in LIFE[phase]:
            raise ImpossibleOrder(event, phase)
        phase = LIFE[phase][type(event)]
    return ordered


def _without_withdrawn(log: Iterable[Recorded]) -> tuple[Event, ...]:
    kept: list[Event] = []
    for event in log:
        if not isinstance(event, Withdrawn):
            kept.append(event)
        elif kept and isinstance(kept[-1], Resolved) and kept[-1].at == event.at:
            kept.pop()
        else:
            raise ImpossibleOrder(event, Phase.RUNNING)
    return tuple(kept)
