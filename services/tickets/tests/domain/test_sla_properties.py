"""What must hold for the clocks of every log."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import assume, given, settings, strategies as st

from psa_tickets.domain.sla import explain, fold
from psa_tickets.domain.sla_clock import Clock, Clocks, State
from psa_tickets.domain.sla_log import Escalated, Event, Phase, TermsChanged
from psa_tickets.domain.sla_terms import Metric
from tickets_sla import GAPS, logs

MICROSECOND = timedelta(microseconds=1)
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
            assert sum(day.minutes for day in step.days) == step.interval.minutes

        assert minutes[Phase.RUNNING] == clock.consumed_minutes
        assert minutes[Phase.PAUSED] == clock.paused_minutes


@QUICK
@given(logs(), GAPS)
def test_the_intervals_follow_each_other_and_have_gaps_only_where_nothing_was_agreed(
    log: tuple[Event, ...], more: timedelta
) -> None:
    for clock in both(fold(log, now=log[-1].at + more)):
        edges = [(interval.since, interval.until) for interval in clock.intervals]

        assert all(since < until for since, until in edges)
        gaps = [(one[1], other[0]) for one, other in pairwise(edges) if one[1] != other[0]]
        withdrawn = {
            event.at for event in log if isinstance(event, TermsChanged) and not event.terms
        }
        assert all(since < until and since in withdrawn for since, until in gaps)


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


@QUICK
@given(logs(), GAPS)
def test_a_level_is_reached_or_ahead_and_never_both(
    log: tuple[Event, ...], more: timedelta
) -> None:
    now = log[-1].at + more
    for clock in both(fold(log, now=now)):
        assert not set(clock.reached) & set(clock.ahead)
        assert all(at <= now for at in clock.reached.values())
        assert all(at > now for at in clock.ahead.values())


@QUICK
@given(logs(), GAPS)
def test_an_escalation_that_changes_the_terms_reaches_no_level_twice(
    log: tuple[Event, ...], more: timedelta
) -> None:
    now = log[-1].at + more
    for clock, metric in zip(both(fold(log, now=now)), Metric, strict=True):
        if clock.terms is None or clock.state is State.MET or clock.state is State.MISSED:
            continue
        escalated = Escalated(at=now, terms=clock.terms, reason="escalation")

        again = fold((*log, escalated), now=now).of(metric)

        assert again.reached == clock.reached
        assert again.budget_version == clock.budget_version
