"""What is promised, when to warn, and what changes when the promise does."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from psa_tickets.domain.calendar import WorkingCalendar
from psa_tickets.domain.sla import fold
from psa_tickets.domain.sla_clock import Clocks, State
from psa_tickets.domain.sla_log import (
    Event,
    Paused,
    Resolved,
    Responded,
    Resumed,
    Started,
    TermsChanged,
)
from psa_tickets.domain.sla_terms import (
    LONGEST_BUDGET_MINUTES,
    BudgetOutOfRange,
    Metric,
    Terms,
    WarningOutOfRange,
)

BERLIN = ZoneInfo("Europe/Berlin")
MICROSECOND = timedelta(microseconds=1)
OPENED_AT = datetime(2026, 6, 3, 16, 30, tzinfo=BERLIN)


def berlin(text: str) -> datetime:
    """Read a time of June 2026, such as "03T16:30"."""
    return datetime.fromisoformat(f"2026-06-{text}").replace(tzinfo=BERLIN)


def at(log: Sequence[Event], text: str) -> Clocks:
    return fold(log, now=berlin(text))


def one_hour(p2: Terms) -> Terms:
    return replace(p2, response_minutes=60, resolution_minutes=60)


# Terms


def test_a_clock_before_its_start_is_idle(t1001: tuple[Event, ...]) -> None:
    clocks = at(t1001, "03T16:29")

    assert clocks.response.state is clocks.resolution.state is State.IDLE
    assert clocks.resolution.consumed_percent is None


def test_a_ticket_without_a_log_has_idle_clocks() -> None:
    clocks = at((), "03T16:29")

    assert clocks.response.state is clocks.resolution.state is State.IDLE
    assert clocks.resolution.remaining_minutes is None


def test_where_nothing_is_promised_nothing_is_due(t1001: tuple[Event, ...], p2: Terms) -> None:
    started = Started(at=OPENED_AT, terms=replace(p2, resolution_minutes=None))
    log = (started, *t1001[1:])

    running, ended = at(log, "08T12:00"), at(log, "08T15:00")

    assert running.resolution.state is ended.resolution.state is State.IDLE
    assert (running.resolution.due_at, running.resolution.next_timer_at) == (None, None)
    assert ended.resolution.consumed_minutes == 380
    assert ended.response.state is State.MET


def test_a_later_promise_counts_from_the_opening(p2: Terms) -> None:
    log = (
        Started(at=berlin("08T09:00"), terms=replace(p2, resolution_minutes=None)),
        TermsChanged(at=berlin("08T10:00"), terms=p2, reason="contract V-2026-007"),
    )

    resolution = at(log, "08T10:00").resolution

    assert (resolution.consumed_minutes, resolution.due_at) == (60, berlin("08T17:00"))


def test_another_calendar_counts_from_the_change_on(p2: Terms, always: WorkingCalendar) -> None:
    started = Started(at=berlin("05T16:00"), terms=p2)
    changed = TermsChanged(
        at=berlin("05T18:00"), terms=replace(p2, calendar=always), reason="priority P1"
    )

    resolution = at((started, changed), "05T20:00").resolution

    assert resolution.consumed_minutes == 60 + 120
    assert resolution.due_at == berlin("06T01:00")


def test_terms_that_change_during_a_pause_leave_the_pause_alone(
    t1001: tuple[Event, ...], p2: Terms
) -> None:
    changed = TermsChanged(at=berlin("05T12:00"), terms=one_hour(p2), reason="priority P1")

    paused = at((*t1001[:3], changed), "05T13:00").resolution

    assert (paused.state, paused.due_at, paused.paused_minutes) == (State.PAUSED, None, 210)
    assert [interval.reason for interval in paused.intervals[1:]] == ["waiting_customer"] * 2


@pytest.mark.parametrize(
    ("minutes", "metric"), [(0, Metric.RESPONSE), (LONGEST_BUDGET_MINUTES + 1, Metric.RESOLUTION)]
)
def test_a_budget_out_of_range_is_refused(p2: Terms, minutes: int, metric: Metric) -> None:
    budgets = {
        Metric.RESPONSE: p2.response_minutes,
        Metric.RESOLUTION: p2.resolution_minutes,
        metric: minutes,
    }

    with pytest.raises(BudgetOutOfRange) as refusal:
        Terms(
            calendar=p2.calendar,
            response_minutes=budgets[Metric.RESPONSE],
            resolution_minutes=budgets[Metric.RESOLUTION],
        )

    assert (refusal.value.metric, refusal.value.minutes) == (metric, minutes)


@pytest.mark.parametrize("percent", [0, -1, 101])
def test_a_warning_out_of_range_is_refused(p2: Terms, percent: int) -> None:
    with pytest.raises(WarningOutOfRange) as refusal:
        replace(p2, warning_percent=percent)

    assert refusal.value.percent == percent


# Warnings and timers


def test_the_warning_level_is_agreed(p2: Terms) -> None:
    started = Started(at=berlin("08T09:00"), terms=replace(p2, warning_percent=50))

    assert at((started,), "08T09:00").resolution.warning_at == berlin("08T13:00")


def test_a_warning_level_may_lie_between_two_minutes(p2: Terms) -> None:
    started = Started(at=berlin("08T09:00"), terms=replace(p2, response_minutes=15))

    assert at((started,), "08T09:00").response.warning_at == berlin("08T09:11:15")


def test_the_timer_is_the_warning_and_then_the_due_date_and_then_none(p2: Terms) -> None:
    log = (Started(at=berlin("08T09:00"), terms=one_hour(p2)),)

    assert at(log, "08T09:44").resolution.next_timer_at == berlin("08T09:45")
    assert at(log, "08T09:45").resolution.next_timer_at == berlin("08T10:00")
    assert at(log, "08T10:01").resolution.next_timer_at is None


def test_the_ticket_wants_a_look_when_the_first_of_its_clocks_does(p2: Terms) -> None:
    log = (Started(at=berlin("08T09:00"), terms=p2), Responded(at=berlin("08T09:30")))

    assert at(log, "08T09:00").next_timer_at == berlin("08T09:45")
    assert at(log, "08T09:30").next_timer_at == berlin("08T15:00")
    assert at((*log, Resolved(at=berlin("08T10:00"))), "08T10:00").next_timer_at is None


def test_a_warning_once_given_is_not_planned_again_after_a_pause(t1001: tuple[Event, ...]) -> None:
    log = (*t1001[:4], Paused(at=berlin("08T14:10"), reason="scheduled"))
    resumed = (*log, Resumed(at=berlin("09T09:00")))

    assert at(log, "08T15:00").resolution.warned_at == berlin("08T14:00")
    assert at(resumed, "09T09:00").resolution.warning_at == berlin("08T14:00")
    assert at(resumed, "09T09:00").resolution.next_timer_at == berlin("09T10:50")


def test_new_terms_warn_anew(t1001: tuple[Event, ...], p2: Terms) -> None:
    more = replace(p2, resolution_minutes=960)
    changed = TermsChanged(at=berlin("08T14:10"), terms=more, reason="priority P3")

    resolution = at((*t1001[:4], changed), "08T14:10").resolution

    assert resolution.warned_at is None
    assert resolution.warning_at == berlin("09T11:00")
