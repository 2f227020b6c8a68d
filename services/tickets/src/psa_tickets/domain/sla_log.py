"""
The words of the SLA log: what can happen to a ticket's clocks, and in what order.

The log is the truth; `sla.fold` says what follows from it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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

    def __init__(self, event: Event, phase: Phase) -> None:
        possible = ", ".join(sorted(follower.kind for follower in LIFE[phase]))
        super().__init__(
            f"{event.kind} at {event.at.isoformat()} cannot follow: the clock is {phase} then; "
            f"possible is {possible}. Check occurred_at.",
            field="occurred_at",
        )
        self.event = event
        self.phase = phase


def in_order(log: Iterable[Event]) -> tuple[Event, ...]:
    """
    Return *log* sorted by when things happened; what happened at one instant keeps its order.

    Raises ImpossibleOrder if the sorted story is not one that a ticket can live.
    """
    ordered = tuple(sorted(log, key=lambda event: event.at))
    phase = Phase.IDLE
    for event in ordered:
        if type(event) not in LIFE[phase]:
            raise ImpossibleOrder(event, phase)
        phase = LIFE[phase][type(event)]
    return ordered


def counted_from_the_opening(log: Sequence[Event]) -> tuple[Event, ...]:
    """
    Return *log* with a calendar from its start, if it has one at all.

    Whose contract applies is often found out after the opening. The customer has waited since
    then all the same, so that time is counted in the calendar of the first terms.
    """
    match log:
        case [Started(terms=None) as started, *others]:
            changes = (event for event in others if isinstance(event, TermsChanged | Escalated))
            terms = next((event.terms for event in changes if event.terms), None)
            if terms is None:
                return tuple(log)
            unpromised = replace(terms, response_minutes=None, resolution_minutes=None)
            return (replace(started, terms=unpromised), *others)
        case _:
            return tuple(log)


def as_resolution_sees(log: Sequence[Event]) -> tuple[Event, ...]:
    """Return the log without answers, which do not concern the solution."""
    return tuple(
        event
        for event in log
        if not isinstance(event, Responded) and _concerns(event, Metric.RESOLUTION)
    )


def as_response_sees(log: Sequence[Event]) -> tuple[Event, ...]:
    """Return the log without pauses, ended by the first answer: a word or the solution."""
    seen: list[Event] = []
    for event in log:
        match event:
            case Responded() | Resolved():
                return (*seen, Resolved(at=event.at))
            case Paused() | Resumed() | Reopened():
                pass
            case _ if _concerns(event, Metric.RESPONSE):
                seen.append(event)
            case _:
                pass
    return tuple(seen)


def exclusion_of(log: Sequence[Event]) -> str | None:
    """Return why reports leave the ticket out, or None when they count it."""
    reason: str | None = None
    for event in log:
        match event:
            case Excluded():
                reason = event.reason
            case Included():
                reason = None
            case _:
                pass
    return reason


def reason_of(log: Sequence[Event]) -> str:
    """Return why the terms are what they are, by the last word on them."""
    said = [event for event in log if isinstance(event, Started | TermsChanged | Escalated)]
    return said[-1].reason if said else ""


def without_reasons(log: Sequence[Event]) -> tuple[Event, ...]:
    """Return *log* without what people wrote about their decisions; a pause keeps its status."""
    return tuple(
        event if isinstance(event, Paused) or not hasattr(event, "reason") else _silent(event)
        for event in log
    )


def _silent(event: Event) -> Event:
    return replace(event, reason="")


def _concerns(event: Event, metric: Metric) -> bool:
    match event:
        case DeadlineSet() | DeadlineCleared():
            return event.metric is metric
        case Excluded() | Included():
            return False
        case _:
            return True
