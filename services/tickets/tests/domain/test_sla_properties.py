"""What must hold for the clocks of every log."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import assume, given, settings, strategies as st

from psa_tickets.domain.calendar import CLOSED, Window, WorkingCalendar
from psa_tickets.domain.sla import Clock, Clocks, explain, fold
from psa_tickets.domain.sla_log import (
    LIFE,
    Event,
    Metric,
    Paused,
    Phase,
    Reopened,
    Resolved,
    Responded,
    Resumed,
    Started,
    Terms,
    TermsChanged,
)

NOON = datetime(2026, 6, 3, 10, tzinfo=UTC)
OFFICE = WorkingCalendar(
    name="Büro",
    time_zone="Europe/Berlin",
    week=((Window.parse("08:00-12:00"), Window.parse("13:00-17:00")),) * 5 + (CLOSED, CLOSED),
)
TERMS = Terms(calendar=OFFICE, response_minutes=60, resolution_minutes=480)
MICROSECOND = timedelta(microseconds=1)


GAPS = st.timedeltas(timedelta(0), timedelta(days=5))
BUDGETS = st.none() | st.integers(1, 3_000)


@st.composite
def logs(draw: st.DrawFn) -> tuple[Event, ...]:
    """A possible story of up to ten events around the clock change of March 2026."""
    moment = datetime(2026, 3, 26, 7, tzinfo=UTC) + draw(GAPS)
    log: list[Event] = [Started(at=moment, terms=draw(terms()))]
    phase = Phase.RUNNING
    for _ in range(draw(st.integers(0, 9))):
        moment += draw(GAPS)
        kind = draw(st.sampled_from(sorted(LIFE[phase], key=lambda kind: kind.kind)))
        phase = LIFE[phase][kind]
        if kind is TermsChanged:
            log.append(TermsChanged(at=moment, terms=draw(terms()), reason="priority"))
        elif kind is Paused:
            log.append(Paused(at=moment, reason="scheduled"))
        else:
            log.append(replace(SIMPLE[kind], at=moment))
    return tuple(log)


SIMPLE: dict[type[Event], Responded | Resumed | Resolved | Reopened] = {
    Responded: Responded(at=NOON),
    Resumed: Resumed(at=NOON),
    Resolved: Resolved(at=NOON),
    Reopened: Reopened(at=NOON),
}


def terms() -> st.SearchStrategy[Terms]:
    return st.builds(
        Terms,
        calendar=st.just(OFFICE),
        response_minutes=BUDGETS,
        resolution_minutes=BUDGETS,
        warning_percent=st.sampled_from([50, 75, 100]),
    )


QUICK = settings(max_examples=50, deadline=None, database=None)


def both(clocks: Clocks) -> tuple[Clock, Clock]:
    return clocks.response, clocks.resolution


@QUICK
@given(logs(), GAPS)
def test_the_running_intervals_add_up_to_what_was_consumed(
    log: tuple[Event, ...], more: timedelta
) -> None:
    for clock in both(fold(log, now=log[-1].at + more)):
        minutes = dict.fromkeys(Phase, 0)
        for step in explain(clock):
            minutes[step.interval.kind] += step.interval.minutes
            assert sum(day.minutes for day in step.days) - step.interval.minutes in {-1, 0, 1}

        assert minutes[Phase.RUNNING] == clock.consumed_minutes
        assert minutes[Phase.PAUSED] == clock.paused_minutes


@QUICK
@given(logs(), GAPS)
def test_the_intervals_follow_each_other_without_a_gap(
    log: tuple[Event, ...], more: timedelta
) -> None:
    for clock in both(fold(log, now=log[-1].at + more)):
        edges = [(interval.since, interval.until) for interval in clock.intervals]

        assert all(since < until for since, until in edges)
        assert all(one[1] == other[0] for one, other in pairwise(edges))


@QUICK
@given(logs(), st.lists(GAPS, min_size=2, max_size=2))
def test_a_breach_and_what_was_consumed_only_grow(
    log: tuple[Event, ...], gaps: list[timedelta]
) -> None:
    middle = log[len(log) // 2].at + gaps[0]
    pairs = zip(both(fold(log, now=middle)), both(fold(log, now=middle + gaps[1])), strict=True)

    for earlier, later in pairs:
        assert earlier.consumed_minutes <= later.consumed_minutes
        if earlier.breached_at:
            assert later.breached_at == earlier.breached_at


@QUICK
@given(logs(), GAPS)
def test_a_running_clock_breaks_its_promise_right_after_the_due_instant(
    log: tuple[Event, ...], more: timedelta
) -> None:
    now = log[-1].at + more
    for metric, clock in zip(Metric, both(fold(log, now=now)), strict=True):
        if clock.due_at is None or clock.breached_at:
            continue

        on_time, too_late = (
            both(fold(log, now=max(now, clock.due_at) + late))[list(Metric).index(metric)]
            for late in (timedelta(0), MICROSECOND)
        )
        assert on_time.breached_at is None
        assert too_late.breached_at == clock.due_at


@QUICK
@given(logs(), GAPS)
def test_the_order_of_recording_does_not_matter(log: tuple[Event, ...], more: timedelta) -> None:
    assume(len({event.at for event in log}) == len(log))
    now = log[-1].at + more

    assert fold(log[::-1], now=now) == fold(log, now=now)
