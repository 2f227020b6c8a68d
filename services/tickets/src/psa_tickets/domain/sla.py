"""
Two clocks per ticket, response and resolution, as the fold of what happened.

Nothing is corrected in place: append an event to the log and fold again. Working time is summed
exactly and floored to minutes once, in what is reported; warning and breach are exact instants.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from psa_tickets.domain.sla_log import (
    LIFE,
    Event,
    Metric,
    Paused,
    Phase,
    Recorded,
    Reopened,
    Resolved,
    Responded,
    Resumed,
    Started,
    Terms,
    TermsChanged,
    as_resolution_sees,
    as_response_sees,
    in_order,
)
from psa_tickets.domain.working_time import (
    ZERO,
    DayShare,
    add_working_time,
    days_between,
    whole_minutes,
    working_time_between,
)


class State(StrEnum):
    """Where a clock stands; idle also means that nothing was promised."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """
    A stretch of the story and the working minutes in it.

    The minutes of all running intervals add up to what the clock consumed, to the minute.
    """

    since: datetime
    until: datetime
    kind: Phase
    minutes: int
    reason: str
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """
    Where one promise stands.

    `due_at` and `warning_at` exist only while the clock runs; `last_due_at` stays. A clock is in
    time up to and including its due instant. `breached_at` and a miss are final.
    """

    metric: Metric
    state: State
    budget_minutes: int | None
    consumed_minutes: int
    paused_minutes: int
    due_at: datetime | None
    last_due_at: datetime | None
    warning_at: datetime | None
    warned_at: datetime | None
    breached_at: datetime | None
    satisfied_at: datetime | None
    reopen_count: int
    intervals: tuple[Interval, ...]

    @property
    def remaining_minutes(self) -> int | None:
        """What is left of the budget; negative once it is overdrawn."""
        return None if self.budget_minutes is None else self.budget_minutes - self.consumed_minutes

    @property
    def consumed_percent(self) -> Decimal | None:
        """How much of the budget is used, rounded half up to a tenth of a percent."""
        if self.budget_minutes is None:
            return None
        exact = Decimal(self.consumed_minutes) * 100 / self.budget_minutes
        return exact.quantize(Decimal("0.1"), ROUND_HALF_UP)

    @property
    def next_timer_at(self) -> datetime | None:
        """When to look again: the warning that is to come, else the breach that is."""
        if self.state is not State.RUNNING or self.breached_at:
            return None
        return self.due_at if self.warned_at else self.warning_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Both clocks of a ticket."""

    response: Clock
    resolution: Clock

    @property
    def next_timer_at(self) -> datetime | None:
        """When either clock wants the next look."""
        timers = (self.response.next_timer_at, self.resolution.next_timer_at)
        return min((at for at in timers if at is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedInterval:
    """An interval with what each day gave to it."""

    interval: Interval
    days: tuple[DayShare, ...]


def fold(log: Iterable[Recorded], *, now: datetime) -> Clocks:
    """
    Return where both clocks stand at *now*; what happens later has not happened yet.

    Raises ImpossibleOrder if the log tells no possible story.
    """
    past = tuple(event for event in in_order(log) if event.at <= now)
    return Clocks(
        response=_measure(Metric.RESPONSE, as_response_sees(past), now),
        resolution=_measure(Metric.RESOLUTION, as_resolution_sees(past), now),
    )


def explain(clock: Clock) -> tuple[ExplainedInterval, ...]:
    """Return every interval of *clock* day by day, so that a person can check the sum."""
    return tuple(
        ExplainedInterval(
            interval=interval,
            days=days_between(interval.since, interval.until, interval.terms.calendar),
        )
        for interval in clock.intervals
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meter:
    """A clock in the middle of the fold; `judged_by` are the terms of the verdict."""

    metric: Metric
    phase: Phase = Phase.IDLE
    terms: Terms | None = None
    judged_by: Terms | None = None
    reason: str = ""
    passed: Mapping[Phase, timedelta] = field(default_factory=dict[Phase, timedelta])
    due_at: datetime | None = None
    warning_at: datetime | None = None
    warned_at: datetime | None = None
    breached_at: datetime | None = None
    satisfied_at: datetime | None = None
    reopen_count: int = 0
    intervals: tuple[Interval, ...] = ()


def _measure(metric: Metric, log: Sequence[Event], now: datetime) -> Clock:
    meter = _Meter(metric=metric)
    ends = [*(later.at for later in log[1:]), now]
    for event, until in zip(log, ends, strict=False):
        meter = _run(_take(meter, event), event.at, until)
    return _report(meter)


def _take(meter: _Meter, event: Event) -> _Meter:
    """Return *meter* after *event*, no time passing."""
    phase = LIFE[meter.phase][type(event)]
    match event:
        case Started():
            return replace(meter, phase=phase, terms=event.terms, reason="opened")
        case Paused():
            return replace(meter, phase=phase, reason=event.reason)
        case Resumed():
            return replace(meter, phase=phase, reason="resumed")
        case Resolved():
            return replace(meter, phase=phase, satisfied_at=event.at, judged_by=meter.terms)
        case Reopened():
            meter = _pass(meter, meter.satisfied_at or event.at, event.at, reason="resolved")
            return replace(
                meter,
                phase=phase,
                reason="reopened",
                satisfied_at=None,
                judged_by=None,
                reopen_count=meter.reopen_count + 1,
            )
        case TermsChanged():
            # New terms warn anew, unless the promise is broken already.
            warned_at = meter.warned_at if meter.breached_at else None
            reason = meter.reason if phase is Phase.PAUSED else event.reason
            return replace(meter, terms=event.terms, warned_at=warned_at, reason=reason)
        case Responded():
            return meter


def _run(meter: _Meter, since: datetime, until: datetime) -> _Meter:
    """Return *meter* after the time from *since* to *until*, during which nothing happened."""
    match meter.phase:
        case Phase.RUNNING:
            meter = _set_alarms(meter, since, until)
            return _pass(meter, since, until, reason=meter.reason)
        case Phase.PAUSED:
            return _pass(meter, since, until, reason=meter.reason)
        case Phase.IDLE | Phase.STOPPED:
            return meter


def _set_alarms(meter: _Meter, since: datetime, until: datetime) -> _Meter:
    """Return *meter* with due and warning for a run from *since*, and which of them it passed."""
    if meter.terms is None:
        return meter
    budget = meter.terms.budget(meter.metric)
    level = meter.terms.warning_level(meter.metric)
    if budget is None or level is None:
        return replace(meter, due_at=None, warning_at=None)

    calendar = meter.terms.calendar
    consumed = meter.passed.get(Phase.RUNNING, ZERO)
    due_at = meter.breached_at or add_working_time(since, max(budget - consumed, ZERO), calendar)
    warning_at = meter.warned_at or add_working_time(since, max(level - consumed, ZERO), calendar)
    return replace(
        meter,
        due_at=due_at,
        warning_at=warning_at,
        warned_at=warning_at if until >= warning_at else None,
        breached_at=due_at if until > due_at else None,
    )


def _pass(meter: _Meter, since: datetime, until: datetime, *, reason: str) -> _Meter:
    """Return *meter* with the interval in its books."""
    if meter.terms is None or since == until:
        return meter

    before = meter.passed.get(meter.phase, ZERO)
    after = before + working_time_between(since, until, meter.terms.calendar)
    interval = Interval(
        since=since,
        until=until,
        kind=meter.phase,
        minutes=whole_minutes(after) - whole_minutes(before),
        reason=reason,
        terms=meter.terms,
    )
    return replace(
        meter,
        passed={**meter.passed, meter.phase: after},
        intervals=(*meter.intervals, interval),
    )


def _report(meter: _Meter) -> Clock:
    running = meter.phase is Phase.RUNNING
    terms = meter.judged_by or meter.terms
    budget_minutes = terms.minutes(meter.metric) if terms else None
    return Clock(
        metric=meter.metric,
        state=_state_of(meter, budget_minutes),
        budget_minutes=budget_minutes,
        consumed_minutes=whole_minutes(meter.passed.get(Phase.RUNNING, ZERO)),
        paused_minutes=whole_minutes(meter.passed.get(Phase.PAUSED, ZERO)),
        due_at=meter.due_at if running else None,
        last_due_at=meter.due_at,
        warning_at=meter.warning_at if running else None,
        warned_at=meter.warned_at,
        breached_at=meter.breached_at,
        satisfied_at=meter.satisfied_at,
        reopen_count=meter.reopen_count,
        intervals=meter.intervals,
    )


def _state_of(meter: _Meter, budget_minutes: int | None) -> State:
    if budget_minutes is None:
        return State.IDLE
    if meter.phase is Phase.STOPPED:
        return State.MISSED if meter.breached_at else State.MET
    return State(meter.phase.value)
