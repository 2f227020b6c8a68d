"""What an entry of work may say, and its way to the invoice."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from psa_tickets.domain.local_time import NaiveInstant, UnknownTimeZone
from psa_tickets.domain.time.work import (
    DAY_MINUTES,
    IncompleteTime,
    MinutesOutOfRange,
    OverlappingWork,
    Work,
    WorkInFuture,
    overlaps,
    record_work,
    refuse_overlap,
    split_at_midnight,
)

BERLIN = "Europe/Berlin"
NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)


def work(started_at: str, ended_at: str) -> Work:
    return record_work(
        started_at=datetime.fromisoformat(started_at),
        ended_at=datetime.fromisoformat(ended_at),
        time_zone=BERLIN,
        now=datetime(2027, 1, 1, tzinfo=UTC),
    )


# Start and end, start and minutes, date and minutes


def test_start_and_end_give_the_minutes() -> None:
    done = work("2026-06-05T08:15+02:00", "2026-06-05T09:30+02:00")

    assert (done.minutes, done.work_date) == (75, date(2026, 6, 5))
    assert done.started_at == datetime(2026, 6, 5, 6, 15, tzinfo=UTC)


def test_start_and_minutes_give_the_end() -> None:
    start = NOON - timedelta(hours=1)

    done = record_work(started_at=start, minutes=20, time_zone=BERLIN, now=NOON)

    assert done.ended_at == start + timedelta(minutes=20)


def test_a_date_and_minutes_have_no_start() -> None:
    done = record_work(work_date=date(2026, 6, 3), minutes=20, time_zone=BERLIN, now=NOON)

    assert done == Work(work_date=date(2026, 6, 3), started_at=None, ended_at=None, minutes=20)


def test_the_date_is_that_of_the_beginning_where_the_tenant_is() -> None:
    assert work("2026-06-05T22:30Z", "2026-06-05T23:00Z").work_date == date(2026, 6, 6)


def test_begun_minutes_do_not_count() -> None:
    assert work("2026-06-05T08:00:30Z", "2026-06-05T08:02:29Z").minutes == 1


@pytest.mark.parametrize(
    ("day", "minutes"), [("2026-03-29", 120), ("2026-10-25", 240), ("2026-10-26", 180)]
)
def test_a_night_of_work_is_as_long_as_the_night(day: str, minutes: int) -> None:
    offset = {"2026-03-29": ("+01:00", "+02:00"), "2026-10-25": ("+02:00", "+01:00")}
    before, after = offset.get(day, ("+01:00", "+01:00"))

    assert work(f"{day}T01:00{before}", f"{day}T04:00{after}").minutes == minutes


@pytest.mark.parametrize("minutes", [1, DAY_MINUTES])
def test_a_minute_and_a_day_are_allowed(minutes: int) -> None:
    day = date(2026, 6, 1)

    assert (
        record_work(work_date=day, minutes=minutes, time_zone=BERLIN, now=NOON).minutes == minutes
    )


@pytest.mark.parametrize("minutes", [0, -1, DAY_MINUTES + 1, 10**9])
def test_no_minute_negative_ones_and_more_than_a_day_are_refused(minutes: int) -> None:
    with pytest.raises(MinutesOutOfRange) as refusal:
        record_work(work_date=date(2026, 6, 1), minutes=minutes, time_zone=BERLIN, now=NOON)

    assert refusal.value.minutes == minutes


@pytest.mark.parametrize("minutes", [0, -5, 10**18])
def test_impossible_minutes_after_a_start_are_refused(minutes: int) -> None:
    with pytest.raises(MinutesOutOfRange):
        record_work(
            started_at=NOON - timedelta(hours=1), minutes=minutes, time_zone=BERLIN, now=NOON
        )


@pytest.mark.parametrize(
    "ended_at", ["2026-06-05T07:59Z", "2026-06-05T08:00Z", "2026-06-05T08:00:59Z"]
)
def test_work_that_ends_at_or_before_its_start_is_refused(ended_at: str) -> None:
    with pytest.raises(MinutesOutOfRange):
        work("2026-06-05T08:00Z", ended_at)


def test_more_than_a_day_in_one_piece_is_refused() -> None:
    with pytest.raises(MinutesOutOfRange, match="1441 minutes"):
        work("2026-06-05T08:00Z", "2026-06-06T08:01Z")


def test_work_that_ends_in_the_future_is_refused() -> None:
    end = NOON + timedelta(minutes=1)

    with pytest.raises(WorkInFuture) as refusal:
        record_work(started_at=NOON - timedelta(hours=1), ended_at=end, time_zone=BERLIN, now=NOON)

    assert (refusal.value.when, refusal.value.now) == (end, NOON)


def test_work_may_end_now() -> None:
    start = NOON - timedelta(hours=1)

    assert record_work(started_at=start, ended_at=NOON, time_zone=BERLIN, now=NOON).minutes == 60


def test_work_of_tomorrow_is_refused() -> None:
    with pytest.raises(WorkInFuture, match="2026-07-01 is after now"):
        record_work(work_date=date(2026, 7, 1), minutes=30, time_zone=BERLIN, now=NOON)


def test_today_is_where_the_tenant_is() -> None:
    late = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    tomorrow = date(2026, 7, 1)

    assert record_work(work_date=tomorrow, minutes=10, time_zone=BERLIN, now=late).minutes == 10
    with pytest.raises(WorkInFuture):
        record_work(work_date=tomorrow, minutes=10, time_zone="UTC", now=late)


@pytest.mark.parametrize(
    ("started_at", "ended_at", "work_date", "minutes"),
    [
        (None, None, None, None),
        (NOON, None, None, None),
        (None, NOON, None, None),
        (None, NOON, None, 5),
        (None, None, NOON.date(), None),
        (None, None, None, 5),
        (NOON, NOON, None, 5),
        (NOON, NOON, NOON.date(), None),
        (NOON, None, NOON.date(), 5),
        (NOON, NOON, NOON.date(), 5),
    ],
)
def test_any_other_two_or_four_are_refused(
    started_at: datetime | None,
    ended_at: datetime | None,
    work_date: date | None,
    minutes: int | None,
) -> None:
    with pytest.raises(IncompleteTime):
        record_work(
            started_at=started_at,
            ended_at=ended_at,
            work_date=work_date,
            minutes=minutes,
            time_zone=BERLIN,
            now=NOON,
        )


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(NaiveInstant):
        record_work(started_at=NOON.replace(tzinfo=None), minutes=5, time_zone=BERLIN, now=NOON)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(UnknownTimeZone):
        record_work(work_date=NOON.date(), minutes=5, time_zone="Rhein/Ruhr", now=NOON)


# Midnight


def test_work_over_midnight_belongs_to_two_days() -> None:
    pieces = split_at_midnight(work("2026-06-30T23:50+02:00", "2026-07-01T00:20+02:00"), BERLIN)

    assert [(piece.work_date, piece.minutes) for piece in pieces] == [
        (date(2026, 6, 30), 10),
        (date(2026, 7, 1), 20),
    ]
    assert pieces[0].ended_at == pieces[1].started_at


def test_work_until_midnight_belongs_to_one_day() -> None:
    evening = work("2026-06-30T23:00+02:00", "2026-07-01T00:00+02:00")

    assert split_at_midnight(evening, BERLIN) == (evening,)


def test_work_from_midnight_belongs_to_one_day() -> None:
    night = work("2026-07-01T00:00+02:00", "2026-07-01T01:00+02:00")

    assert split_at_midnight(night, BERLIN) == (night,)


def test_work_without_a_start_is_not_split() -> None:
    done = record_work(work_date=date(2026, 6, 3), minutes=20, time_zone=BERLIN, now=NOON)

    assert split_at_midnight(done, BERLIN) == (done,)


def test_a_piece_under_a_minute_is_left_out() -> None:
    pieces = split_at_midnight(work("2026-06-30T23:59:30+02:00", "2026-07-01T00:20+02:00"), BERLIN)

    assert [(piece.work_date, piece.minutes) for piece in pieces] == [(date(2026, 7, 1), 20)]


SECONDS = st.integers(60, DAY_MINUTES * 60)


@settings(max_examples=80, deadline=None, database=None)
@given(st.integers(0, 365 * 86_400), SECONDS)
def test_the_pieces_are_as_much_as_the_whole(second: int, seconds: int) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
    end = start + timedelta(seconds=seconds)
    whole = record_work(
        started_at=start, ended_at=end, time_zone=BERLIN, now=datetime(2028, 1, 1, tzinfo=UTC)
    )

    pieces = split_at_midnight(whole, BERLIN)

    assert sum(piece.minutes for piece in pieces) == whole.minutes
    last = pieces[-1].ended_at
    assert last is not None
    assert timedelta(0) <= end - last < timedelta(minutes=1)


# Overlap


@pytest.mark.parametrize(
    ("started_at", "ended_at", "clash"),
    [
        ("08:00", "09:00", False),  # touches the start
        ("08:00", "09:01", True),
        ("09:30", "09:40", True),  # inside
        ("08:00", "11:00", True),  # around
        ("09:00", "10:00", True),  # the same
        ("09:59", "11:00", True),
        ("10:00", "11:00", False),  # touches the end
    ],
)
def test_two_works_overlap_when_they_share_an_instant(
    started_at: str, ended_at: str, clash: bool
) -> None:
    one = work("2026-06-05T09:00Z", "2026-06-05T10:00Z")
    other = work(f"2026-06-05T{started_at}Z", f"2026-06-05T{ended_at}Z")

    assert overlaps(one, other) is overlaps(other, one) is clash


def test_work_without_a_start_overlaps_nothing() -> None:
    done = record_work(work_date=date(2026, 6, 5), minutes=20, time_zone=BERLIN, now=NOON)

    assert not overlaps(done, work("2026-06-05T09:00Z", "2026-06-05T10:00Z"))


def test_the_refusal_names_the_work_that_is_there_already() -> None:
    there = work("2026-06-05T09:00Z", "2026-06-05T10:00Z")
    new = work("2026-06-05T09:30Z", "2026-06-05T10:30Z")

    with pytest.raises(OverlappingWork, match="2026-06-05T09:00Z to 2026-06-05T10:00Z") as refusal:
        refuse_overlap(new, [there])

    assert refusal.value.other == there


def test_work_beside_other_work_passes() -> None:
    there = work("2026-06-05T09:00Z", "2026-06-05T10:00Z")

    refuse_overlap(work("2026-06-05T10:00Z", "2026-06-05T10:30Z"), [there])


def test_work_without_a_start_is_named_by_its_date() -> None:
    done = record_work(work_date=date(2026, 6, 5), minutes=20, time_zone=BERLIN, now=NOON)

    assert str(done) == "20 minutes on 2026-06-05"
