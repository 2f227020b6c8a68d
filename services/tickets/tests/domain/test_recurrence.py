"""When recurring tickets open: days, clock changes, business days, and long pauses."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, strategies as st

from psa_tickets.domain.calendar import SpecialDay, Window, WorkingCalendar
from psa_tickets.domain.local_time import UnknownTimeZone
from psa_tickets.domain.routines.recurrence import (
    BadRecurrence,
    CatchUp,
    NeverRecurs,
    NoBusinessDay,
    Recurrence,
    first_dates,
    first_to_come,
    round_of,
)


def a_recurrence(
    text: str = "FREQ=DAILY",
    *,
    starts_on: date = date(2026, 1, 1),
    at: time = time(7, 30),
    calendar: WorkingCalendar | None = None,
) -> Recurrence:
    """Build a recurrence in Berlin."""
    return Recurrence(
        text=text, starts_on=starts_on, local_time=at, time_zone="Europe/Berlin", calendar=calendar
    )


def days(text: str, after: date, count: int, calendar: WorkingCalendar | None = None) -> list[str]:
    """Return the next days as texts."""
    found = first_dates(a_recurrence(text, calendar=calendar), after, count=count)
    return [one.on.isoformat() for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FREQ=DAILY;INTERVAL=2", ["2026-01-03", "2026-01-05", "2026-01-07"]),
        ("FREQ=WEEKLY;BYDAY=MO,FR", ["2026-01-02", "2026-01-05", "2026-01-09"]),
        ("FREQ=MONTHLY;BYDAY=1MO", ["2026-01-05", "2026-02-02", "2026-03-02"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", ["2026-01-31", "2026-03-31", "2026-05-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", ["2026-01-31", "2026-02-28", "2026-03-31"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", ["2028-02-29", "2032-02-29"]),
        ("FREQ=DAILY;COUNT=3", ["2026-01-02", "2026-01-03"]),
        ("FREQ=DAILY;UNTIL=20260103", ["2026-01-02", "2026-01-03"]),
        ("FREQ=DAILY;UNTIL=20260103T120000Z", ["2026-01-02", "2026-01-03"]),
    ],
)
def test_a_rule_names_its_days(text: str, expected: list[str]) -> None:
    assert days(text, date(2026, 1, 1), 3) == expected


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY",
        "FREQ=HOURLY",
        "",
        "INTERVAL=2",
        "FREQ=DAILY;BYHOUR=3",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=999999999999",
        "FREQ=DAILY;COUNT=1001",
        "FREQ=DAILY;COUNT=-1",
        "FREQ=DAILY;COUNT=2;UNTIL=20270101",
        "FREQ=DAILY;UNTIL=soon",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=MONTHLY;BYSETPOS=0",
        "RRULE:FREQ=DAILY",
        "FREQ=DAILY\nRDATE=20260101",
        "DTSTART=20260101;FREQ=DAILY",
    ],
)
def test_what_a_desk_cannot_follow_is_refused(text: str) -> None:
    with pytest.raises(BadRecurrence):
        a_recurrence(text)


@pytest.mark.parametrize(
    "text",
    ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30"],
)
def test_a_day_that_never_comes_is_refused_without_searching_for_millennia(text: str) -> None:
    with pytest.raises(NeverRecurs):
        first_to_come(a_recurrence(text), now=datetime(2026, 1, 1, tzinfo=UTC))


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(UnknownTimeZone):
        Recurrence(
            text="FREQ=DAILY",
            starts_on=date(2026, 1, 1),
            local_time=time(8),
            time_zone="Europe/Bärlin",
        )


def test_the_local_time_stays_when_the_clocks_change() -> None:
    found = first_dates(a_recurrence(at=time(7, 30)), date(2026, 3, 27), count=3)

    assert [one.at.isoformat() for one in found] == [
        "2026-03-28T06:30:00+00:00",
        "2026-03-29T05:30:00+00:00",
        "2026-03-30T05:30:00+00:00",
    ]


def test_a_time_that_the_clock_change_leaves_out_becomes_the_first_after_the_gap() -> None:
    [found] = first_dates(a_recurrence(at=time(2, 30)), date(2026, 3, 28), count=1)

    assert found.at == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_a_time_that_comes_twice_is_the_first_of_both() -> None:
    [found] = first_dates(a_recurrence(at=time(2, 30)), date(2026, 10, 24), count=1)

    assert found.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_holiday_moves_to_the_next_business_day(nrw: WorkingCalendar) -> None:
    # 1 May 2026 is a Friday and a holiday.
    assert days("FREQ=MONTHLY;BYMONTHDAY=1", date(2026, 4, 2), 2, nrw) == [
        "2026-05-04",
        "2026-06-01",
    ]


def test_days_that_move_onto_one_business_day_open_one_ticket(nrw: WorkingCalendar) -> None:
    # Good Friday to Easter Monday 2026 are four days off.
    assert days("FREQ=DAILY", date(2026, 4, 1), 3, nrw) == [
        "2026-04-02",
        "2026-04-07",
        "2026-04-08",
    ]


def test_a_calendar_that_stays_closed_is_refused() -> None:
    once = SpecialDay(date(2020, 1, 1), (Window(time(8), time(9)),))
    closed = WorkingCalendar(name="Zu", time_zone="Europe/Berlin", special_days=(once,))

    with pytest.raises(NoBusinessDay):
        days("FREQ=DAILY", date(2026, 1, 1), 1, closed)


def test_before_its_time_nothing_is_due() -> None:
    now = datetime(2026, 6, 3, 5, 29, tzinfo=UTC)

    found = round_of(a_recurrence(), date(2026, 6, 3), CatchUp.LATEST, now=now)

    assert (found.due, found.missed) == (None, ())
    assert found.next is not None
    assert found.next.on == date(2026, 6, 3)


def test_at_its_time_one_is_due_and_the_next_follows() -> None:
    now = datetime(2026, 6, 3, 5, 30, tzinfo=UTC)

    found = round_of(a_recurrence(), date(2026, 6, 3), CatchUp.LATEST, now=now)

    assert found.due is not None
    assert found.next is not None
    assert (found.due.on, found.missed, found.next.on) == (
        date(2026, 6, 3),
        (),
        date(2026, 6, 4),
    )


@pytest.mark.parametrize(
    ("catch_up", "late", "due"),
    [
        (CatchUp.LATEST, timedelta(hours=1), date(2026, 6, 8)),
        (CatchUp.LATEST, timedelta(days=4), date(2026, 6, 8)),
        (CatchUp.NONE, timedelta(hours=1), date(2026, 6, 8)),
        (CatchUp.NONE, timedelta(days=4), None),
    ],
)
def test_after_a_long_pause_at_most_the_latest_is_caught_up(
    catch_up: CatchUp, late: timedelta, due: date | None
) -> None:
    mondays = a_recurrence("FREQ=WEEKLY;BYDAY=MO")

    found = round_of(
        mondays, date(2026, 5, 18), catch_up, now=datetime(2026, 6, 8, 5, 30, tzinfo=UTC) + late
    )

    assert (found.due.on if found.due else None) == due
    assert len(found.missed) == (3 if due else 4)
    assert found.next is not None
    assert found.next.on == date(2026, 6, 15)


def test_after_its_last_date_a_recurrence_has_no_next() -> None:
    now = datetime(2026, 6, 8, tzinfo=UTC)

    found = round_of(a_recurrence("FREQ=DAILY;COUNT=2"), date(2026, 1, 2), CatchUp.LATEST, now=now)

    assert found.due is not None
    assert (found.due.on, found.next) == (date(2026, 1, 2), None)


@given(
    text=st.sampled_from(
        ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SA,SU", "FREQ=MONTHLY;BYMONTHDAY=1,15", "FREQ=YEARLY"]
    ),
    since=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    hours=st.integers(0, 24 * 90),
)
def test_every_date_is_due_missed_or_to_come_exactly_once(
    nrw: WorkingCalendar, text: str, since: date, hours: int
) -> None:
    recurrence = a_recurrence(text, calendar=nrw)
    now = datetime.combine(since, time(0), UTC) + timedelta(hours=hours)

    found = round_of(recurrence, since, CatchUp.LATEST, now=now)

    told = [
        *found.missed,
        *([found.due] if found.due else []),
        *([found.next] if found.next else []),
    ]
    assert tuple(told) == first_dates(recurrence, since - timedelta(days=1), count=len(told))
    assert all(one.at <= now for one in told[:-1])
    assert found.next is not None
    assert found.next.at > now
