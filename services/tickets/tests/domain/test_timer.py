"""A stopwatch loses no minute and invents none."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from psa_tickets.domain.time.timer import (
    RUN_MAX,
    RUNS_MAX,
    Run,
    Timer,
    TimerPaused,
    TimerRuns,
    TimerTooShort,
    TooManyRuns,
    is_overdue,
    pause,
    resume,
    stop,
)

BERLIN = "Europe/Berlin"
YEAR = datetime(2026, 1, 1, tzinfo=UTC)
NINE = datetime(2026, 6, 3, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_work_is_one_piece_for_each_run_so_that_pauses_stay_free() -> None:
    timer = pause(Timer(running_since=NINE), now=NINE + HOUR)
    timer = resume(timer, now=NINE + 2 * HOUR)

    pieces = stop(timer, time_zone=BERLIN, now=NINE + 3 * HOUR)

    assert [(piece.started_at, piece.minutes) for piece in pieces] == [
        (NINE, 60),
        (NINE + 2 * HOUR, 60),
    ]


def test_a_run_across_midnight_is_two_days_of_work() -> None:
    late = datetime(2026, 6, 30, 21, 50, tzinfo=UTC)

    pieces = stop(Timer(running_since=late), time_zone=BERLIN, now=late + timedelta(minutes=30))

    assert [(piece.work_date, piece.minutes) for piece in pieces] == [
        (date(2026, 6, 30), 10),
        (date(2026, 7, 1), 20),
    ]


@pytest.mark.parametrize(
    ("since", "until", "minutes"),
    [
        # 01:00 to 04:00 on the wall in Berlin, in the nights in which clocks change.
        ("2026-03-29T00:00Z", "2026-03-29T02:00Z", 120),
        ("2026-10-24T23:00Z", "2026-10-25T03:00Z", 240),
    ],
)
def test_a_clock_change_adds_and_takes_nothing(since: str, until: str, minutes: int) -> None:
    timer = Timer(running_since=datetime.fromisoformat(since))

    [piece] = stop(timer, time_zone=BERLIN, now=datetime.fromisoformat(until))

    assert piece.minutes == minutes


def test_a_forgotten_timer_counts_twelve_hours() -> None:
    timer = Timer(running_since=NINE)

    assert not is_overdue(timer, NINE + RUN_MAX - timedelta(seconds=1))
    assert is_overdue(timer, NINE + RUN_MAX)
    assert timer.elapsed(NINE + 50 * HOUR) == RUN_MAX


def test_a_paused_timer_is_never_overdue() -> None:
    assert not is_overdue(Timer(runs=(Run(NINE, NINE + HOUR),)), NINE + 50 * HOUR)


def test_only_a_running_timer_is_paused_and_only_a_paused_one_resumed() -> None:
    with pytest.raises(TimerPaused):
        pause(Timer(), now=NINE)
    with pytest.raises(TimerRuns):
        resume(Timer(running_since=NINE), now=NINE)


def test_less_than_a_minute_is_no_work() -> None:
    with pytest.raises(TimerTooShort):
        stop(Timer(running_since=NINE), time_zone=BERLIN, now=NINE + timedelta(seconds=59))


def test_a_timer_is_not_paused_forever() -> None:
    with pytest.raises(TooManyRuns):
        resume(Timer(runs=(Run(NINE, NINE),) * RUNS_MAX), now=NINE)


def test_a_server_whose_clock_is_behind_makes_no_time_negative() -> None:
    timer = pause(Timer(running_since=NINE), now=NINE - HOUR)

    assert timer.runs == (Run(NINE, NINE),)
    assert resume(timer, now=NINE - HOUR).running_since == NINE


@given(
    st.lists(st.tuples(st.integers(0, 43_200), st.integers(0, 100_000)), min_size=1, max_size=8),
    st.integers(0, 28_800_000).map(lambda second: YEAR + timedelta(seconds=second)),
)
def test_the_pieces_add_up_to_the_whole_minutes_run(
    stretches: list[tuple[int, int]], at: datetime
) -> None:
    timer = Timer()
    for runs, rests in stretches:
        timer = pause(resume(timer, now=at), now=at + timedelta(seconds=runs))
        at += timedelta(seconds=runs + rests)
    total = sum(runs for runs, _ in stretches) // 60

    if not total:
        with pytest.raises(TimerTooShort):
            stop(timer, time_zone=BERLIN, now=at)
        return
    pieces = stop(timer, time_zone=BERLIN, now=at)

    assert sum(piece.minutes for piece in pieces) == total
    assert all(1 <= piece.minutes <= 1_440 for piece in pieces)
