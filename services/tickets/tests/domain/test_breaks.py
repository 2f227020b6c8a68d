"""A break is no work wherever it lay, and a gap is what nothing claims."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from psa_tickets.domain.time.work import (
    DAY_MINUTES,
    BreakTooLong,
    Work,
    gaps,
    record_work,
    split_at_midnight,
)

BERLIN = "Europe/Berlin"
YEAR = datetime(2026, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)


def work(started_at: str, ended_at: str) -> Work:
    return record_work(
        started_at=datetime.fromisoformat(started_at),
        ended_at=datetime.fromisoformat(ended_at),
        time_zone=BERLIN,
        now=datetime(2027, 1, 1, tzinfo=UTC),
    )


def test_a_break_is_no_work() -> None:
    done = record_work(
        started_at=NOON - timedelta(hours=4),
        ended_at=NOON,
        break_minutes=30,
        time_zone=BERLIN,
        now=NOON,
    )

    assert (done.minutes, done.break_minutes) == (210, 30)


def test_a_start_and_minutes_end_later_by_the_break() -> None:
    start = NOON - timedelta(hours=2)

    done = record_work(started_at=start, minutes=60, break_minutes=30, time_zone=BERLIN, now=NOON)

    assert (done.minutes, done.ended_at) == (60, start + timedelta(minutes=90))


def test_a_break_that_leaves_no_work_is_refused() -> None:
    with pytest.raises(BreakTooLong):
        record_work(
            started_at=NOON - timedelta(minutes=30),
            ended_at=NOON,
            break_minutes=30,
            time_zone=BERLIN,
            now=NOON,
        )


def test_a_day_and_minutes_have_no_break() -> None:
    with pytest.raises(BreakTooLong):
        record_work(
            work_date=date(2026, 6, 3), minutes=60, break_minutes=5, time_zone=BERLIN, now=NOON
        )


@given(
    begin=st.integers(0, 28_800_000).map(lambda second: YEAR + timedelta(seconds=second)),
    minutes=st.integers(2, DAY_MINUTES),
    share=st.integers(0, 99),
)
def test_pieces_of_work_with_a_break_add_up_in_work_and_break(
    begin: datetime, minutes: int, share: int
) -> None:
    taken = minutes * share // 100
    done = record_work(
        started_at=begin,
        ended_at=begin + timedelta(minutes=minutes),
        break_minutes=taken,
        time_zone=BERLIN,
        now=datetime(2027, 1, 1, tzinfo=UTC),
    )

    pieces = split_at_midnight(done, BERLIN)

    assert sum(piece.minutes for piece in pieces) == minutes - taken
    assert all(piece.break_minutes >= 0 for piece in pieces)


def test_gaps_lie_between_what_is_claimed() -> None:
    day = [
        work("2026-06-05T08:00Z", "2026-06-05T09:00Z"),
        work("2026-06-05T08:30Z", "2026-06-05T10:00Z"),
        work("2026-06-05T11:00Z", "2026-06-05T12:00Z"),
        record_work(work_date=date(2026, 6, 5), minutes=20, time_zone=BERLIN, now=NOON),
    ]

    assert gaps(day) == [
        (datetime(2026, 6, 5, 10, tzinfo=UTC), datetime(2026, 6, 5, 11, tzinfo=UTC))
    ]
