"""
The words of the SLA log: what is promised, what can happen to a ticket's clocks, and in what order.

The log is the truth; `sla.fold` says what follows from it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from psa_common.errors import Invalid, Refused
from psa_tickets.domain.calendar import WorkingCalendar

LONGEST_BUDGET_MINUTES = 525_600


class Metric(StrEnum):
    """What a clock measures."""

    RESPONSE = "response"
    RESOLUTION = "resolution"


class Phase(StrEnum):
    """What a clock does with passing time; also the kind of an interval."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class BudgetOutOfRange(Invalid):
    """A promise is at least a minute and at most a year."""

    code = "budget_out_of_range"

    def __init__(self, metric: Metric, minutes: int) -> None:
        super().__init__(
            f"A {metric} budget of {minutes} minutes; give 1 to {LONGEST_BUDGET_MINUTES}.",
            field=f"{metric}_minutes",
        )
        self.metric = metric
        self.minutes = minutes


class WarningOutOfRange(Invalid):
    """A warning comes after some of the budget and not after all of it."""

    code = "warning_out_of_range"

    def __init__(self, percent: int) -> None:
        super().__init__(f"A warning at {percent} percent; give 1 to 100.", field="warning_percent")
        self.percent = percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is promised, and the calendar it is counted in; None promises nothing."""

    calendar: WorkingCalendar
    response_minutes: int | None
    resolution_minutes: int | None
    warning_percent: int = 75

    def __post_init__(self) -> None:
        for metric in Metric:
            minutes = self.minutes(metric)
            if minutes is not None and not 1 <= minutes <= LONGEST_BUDGET_MINUTES:
                raise BudgetOutOfRange(metric, minutes)
        if not 1 <= self.warning_percent <= 100:
            raise WarningOutOfRange(self.warning_percent)

    def minutes(self, metric: Metric) -> int | None:
        """Return the budget of *metric*."""
        return self.response_minutes if metric is Metric.RESPONSE else self.resolution_minutes

    def budget(self, metric: Metric) -> timedelta | None:
        """Return the working time that *metric* may take."""
        minutes = self.minutes(metric)
        return None if minutes is None else timedelta(minutes=minutes)

    def warning_level(self, metric: Metric) -> timedelta | None:
        """Return the working time after which *metric* deserves a warning."""
        budget = self.budget(metric)
        return None if budget is None else budget * self.warning_percent / 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The ticket was opened under these terms."""

    kind: ClassVar[str] = "started"
    at: datetime
    terms: Terms


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
    terms: Terms
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """The solution of this very instant was none: the clocks count as if it had not been."""

    kind: ClassVar[str] = "withdrawn"
    at: datetime


Event = Started | Responded | Paused | Resumed | Resolved | Reopened | TermsChanged

#: What the log may hold: what happened, and that something did not.
Recorded = Event | Withdrawn

#: Which event may follow in which phase, and where it leads; anything else did not happen.
LIFE: Mapping[Phase, Mapping[type[Event], Phase]] = {
    Phase.IDLE: {Started: Phase.RUNNING},
    Phase.RUNNING: {
        Responded: Phase.RUNNING,
        TermsChanged: Phase.RUNNING,
        Paused: Phase.PAUSED,
        Resolved: Phase.STOPPED,
    },
    Phase.PAUSED: {
        Responded: Phase.PAUSED,
        TermsChanged: Phase.PAUSED,
        Resumed: Phase.RUNNING,
        Resolved: Phase.STOPPED,
    },
    Phase.STOPPED: {
        Responded: Phase.STOPPED,
        TermsChanged: Phase.STOPPED,
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


def as_resolution_sees(log: Sequence[Event]) -> tuple[Event, ...]:
    """Return the log without answers, which do not concern the solution."""
    return tuple(event for event in log if not isinstance(event, Responded))


def as_response_sees(log: Sequence[Event]) -> tuple[Event, ...]:
    """Return the log without pauses, ended by the first answer: a word or the solution."""
    seen: list[Event] = []
    for event in log:
        match event:
            case Responded() | Resolved():
                return (*seen, Resolved(at=event.at))
            case Started() | TermsChanged():
                seen.append(event)
            case Paused() | Resumed() | Reopened():
                pass
    return tuple(seen)
