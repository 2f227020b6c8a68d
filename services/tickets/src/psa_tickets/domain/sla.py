"""
Two clocks per ticket, response and resolution, as the fold of what happened.

Nothing is corrected in place: append an event to the log and fold again. Working time is summed
exactly and floored to minutes once, in what is reported; warning and breach are exact instants.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from psa_tickets.domain.sla_clock import Clock, Clocks, Interval, State
from psa_tickets.domain.sla_log import (
    LIFE,
    DeadlineCleared,
    DeadlineSet,
    Escalated,
    Event,
    Paused,
    Phase,
    Reopened,
    Resolved,
    Resumed,
    Started,
    TermsChanged,
    as_resolution_sees,
    as_response_sees,
    counted_from_the_opening,
    exclusion_of,
    in_order,
)
from psa_tickets.domain.sla_terms import Metric, Terms
from psa_tickets.domain.working_time import (
    ZERO,
    DayShare,
    add_working_time,
    days_between,
    whole_minutes,
    working_time_between,
)

WHOLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedInterval:
    """An interval with what each day gave to it."""

    interval: Interval
    days: tuple[DayShare, ...]


def fold(log: Iterable[Event], *, now: datetime) -> Clocks:
    """
    Return where both clocks stand at *now*; what happens later has not happened yet.

    Raises ImpossibleOrder if the log tells no possible story.
    """
    past = tuple(event for event in in_order(log) if event.at <= now)
    counted = counted_from_the_opening(past)
    return Clocks(
        response=_measure(Metric.RESPONSE, as_response_sees(counted), now),
        resolution=_measure(Metric.RESOLUTION, as_resolution_sees(counted), now),
        excluded=exclusion_of(past),
    )


def explain(clock: Clock) -> tuple[ExplainedInterval, ...]:
    """Return every interval of *clock* day by day, so that a person can check the sum."""
    return tuple(
        ExplainedInterval(
            interval=interval,
            days=days_between(
                interval.since,
                interval.until,
                interval.terms.calendar,
                counted=interval.counted_before,
            ),
        )
        for interval in clock.intervals
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meter:
    """A clock in the middle of the fold; `judged_by` and `broken` are terms of the verdict."""

    metric: Metric
    phase: Phase = Phase.IDLE
    terms: Terms | None = None
    judged_by: Terms | None = None
    broken: Terms | None = None
    budget_version: int = 0
    reason: str = ""
    passed: Mapping[Phase, timedelta] = field(default_factory=dict[Phase, timedelta])
    deadline_at: datetime | None = None
    due_at: datetime | None = None
    warning_at: datetime | None = None
    warned_at: datetime | None = None
    breached_at: datetime | None = None
    satisfied_at: datetime | None = None
    reached: Mapping[int, datetime] = field(default_factory=dict[int, datetime])
    ahead: Mapping[int, datetime] = field(default_factory=dict[int, datetime])
    reopen_count: int = 0
    intervals: tuple[Interval, ...] = ()

    @property
    def consumed(self) -> timedelta:
        """The working time that the clock has run so far."""
        return self.passed.get(Phase.RUNNING, ZERO)


def _measure(metric: Metric, log: Sequence[Event], now: datetime) -> Clock:
    meter = _Meter(metric=metric)
    ends = [*(later.at for later in log[1:]), now]
    for event, until in zip(log, ends, strict=False):
        meter = _run(_take(meter, event), event.at, until)
    return _report(meter)


def _take(meter: _Meter, event: Event) -> _Meter:
    """Return *meter* after *event*, no time passing."""
    meter = replace(meter, phase=LIFE[meter.phase][type(event)])
    match event:
        case Started():
            return replace(meter, terms=event.terms, reason="opened", budget_version=1)
        case Paused():
            return replace(meter, reason=event.reason)
        case Resumed():
            return replace(meter, reason="resumed")
        case Resolved():
            return replace(meter, satisfied_at=event.at, judged_by=meter.terms)
        case Reopened():
            return _reopen(meter, event)
        case _:
            return _agree(meter, event)


def _reopen(meter: _Meter, event: Reopened) -> _Meter:
    stopped = replace(meter, phase=Phase.STOPPED)
    meter = _pass(stopped, meter.satisfied_at or event.at, event.at, reason="resolved")
    return replace(
        meter,
        phase=Phase.RUNNING,
        reason="reopened",
        satisfied_at=None,
        judged_by=None,
        reopen_count=meter.reopen_count + 1,
    )


def _agree(meter: _Meter, event: Event) -> _Meter:
    """Return *meter* with what is promised after *event*, which is nothing new for most."""
    match event:
        case TermsChanged():
            return _under(_budget_anew(meter), event)
        case Escalated():
            return _under(meter, event)
        case DeadlineSet():
            return _budget_anew(replace(meter, deadline_at=event.due_at))
        case DeadlineCleared():
            return _budget_anew(replace(meter, deadline_at=None))
        case _:
            return meter


def _under(meter: _Meter, event: TermsChanged | Escalated) -> _Meter:
    reason = meter.reason if meter.phase is Phase.PAUSED else event.reason
    return replace(meter, terms=event.terms, reason=reason)


def _budget_anew(meter: _Meter) -> _Meter:
    """Return *meter* with a new budget, which warns anew unless the promise is broken already."""
    meter = replace(meter, budget_version=meter.budget_version + 1)
    return meter if meter.breached_at else replace(meter, warned_at=None, reached={})


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
    """Return *meter* with its alarms for a run from *since*, and which of them it passed."""
    terms = meter.terms
    budget = _budget_of(meter, since)
    if terms is None or budget is None:
        return replace(meter, due_at=meter.breached_at, warning_at=None, ahead={})

    def used(percent: int) -> datetime:
        left = budget * percent / WHOLE - meter.consumed
        return add_working_time(since, max(left, ZERO), terms.calendar)

    due_at = meter.breached_at or _deadline_of(meter, since) or used(WHOLE)
    warning_at = meter.warned_at or used(terms.warning_percent)
    levels = {
        percent: used(percent)
        for percent in terms.levels(meter.metric)
        # What is broken is past every level that was meant to prevent it.
        if percent not in meter.reached and (percent > WHOLE or not meter.breached_at)
    }
    crossed = {percent: at for percent, at in levels.items() if until >= at}
    return replace(
        meter,
        due_at=due_at,
        warning_at=warning_at,
        warned_at=warning_at if until >= warning_at else None,
        breached_at=due_at if until > due_at else None,
        broken=meter.broken or (terms if until > due_at else None),
        reached={**meter.reached, **crossed},
        ahead={percent: at for percent, at in levels.items() if percent not in crossed},
    )


def _deadline_of(meter: _Meter, since: datetime) -> datetime | None:
    """Return the agreed deadline; one that passed while the clock rested is due at once."""
    return meter.deadline_at and max(meter.deadline_at, since)


def _budget_of(meter: _Meter, since: datetime) -> timedelta | None:
    """Return the working time that is the whole of the promise, up to an agreed deadline."""
    promised = meter.terms and meter.terms.budget(meter.metric)
    deadline_at = _deadline_of(meter, since)
    if meter.terms is None or promised is None or deadline_at is None:
        return promised
    return meter.consumed + working_time_between(since, deadline_at, meter.terms.calendar)


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
        counted_before=before,
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
    budget_minutes = _judged_minutes(meter)
    return Clock(
        metric=meter.metric,
        state=_state_of(meter, budget_minutes),
        terms=meter.terms,
        budget_minutes=budget_minutes,
        budget_version=meter.budget_version,
        consumed_minutes=whole_minutes(meter.consumed),
        paused_minutes=whole_minutes(meter.passed.get(Phase.PAUSED, ZERO)),
        due_at=meter.due_at if running else None,
        last_due_at=meter.due_at,
        deadline_at=meter.deadline_at,
        warning_at=meter.warning_at if running else None,
        warned_at=meter.warned_at,
        breached_at=meter.breached_at,
        satisfied_at=meter.satisfied_at,
        reached=meter.reached,
        ahead=meter.ahead if running else {},
        reopen_count=meter.reopen_count,
        intervals=meter.intervals,
    )


def _judged_minutes(meter: _Meter) -> int | None:
    """Return the budget of the verdict; a broken promise stays one when it is withdrawn."""
    for terms in (meter.judged_by or meter.terms, meter.broken):
        if terms and (minutes := terms.minutes(meter.metric)) is not None:
            return minutes
    return None


def _state_of(meter: _Meter, budget_minutes: int | None) -> State:
    if budget_minutes is None:
        return State.IDLE
    if meter.phase is Phase.STOPPED:
        return State.MISSED if meter.breached_at else State.MET
    return State(meter.phase.value)
