"""Working time between two instants, in the stories of the scenario and for any calendar."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from psa_tickets.domain.calendar import (
    CLOSED,
    SpecialDay,
    Window,
    WorkingCalendar,
)
from psa_tickets.domain.local_time import NaiveInstant
from psa_tickets.domain.working_time import (
    SEARCH_YEARS,
    DayShare,
    EndsBeforeStart,
    NegativeDuration,
    OpensTooRarely,
    add_minutes,
    days_between,
    minutes_between,
    working_time_between,
)

BERLIN = ZoneInfo("Europe/Berlin")


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


# The scenario


def test_eight_hours_opened_before_corpus_christi_end_on_friday(nrw: WorkingCalendar) -> None:
    assert add_minutes(berlin("2026-06-03T16:30"), 480, nrw) == berlin("2026-06-05T15:30")


def test_an_hour_opened_before_corpus_christi_ends_on_friday(nrw: WorkingCalendar) -> None:
    assert add_minutes(berlin("2026-06-03T16:30"), 60, nrw) == berlin("2026-06-05T08:30")


def test_a_lunch_break_moves_the_end_by_an_hour(nrw_with_lunch: WorkingCalendar) -> None:
    due_at = add_minutes(berlin("2026-06-03T16:30"), 480, nrw_with_lunch)

    assert due_at == berlin("2026-06-05T16:30")


def test_the_half_christmas_eve_counts_until_noon(nrw: WorkingCalendar) -> None:
    morning = (Window.parse("08:00-12:00"),)
    calendar = replace(nrw, special_days=(SpecialDay(date(2026, 12, 24), morning),))
    opened_at = berlin("2026-12-24T10:00")

    assert minutes_between(opened_at, berlin("2026-12-25T00:00"), calendar) == 120
    assert add_minutes(opened_at, 240, calendar) == berlin("2026-12-28T10:00")


def test_what_is_opened_exactly_at_closing_time_starts_on_monday(nrw: WorkingCalendar) -> None:
    assert add_minutes(berlin("2026-06-12T17:00"), 60, nrw) == berlin("2026-06-15T09:00")


# The edges of a window


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-06-08T08:00", 1, "2026-06-08T08:01"),
        ("2026-06-08T07:59", 1, "2026-06-08T08:01"),
        ("2026-06-06T12:00", 30, "2026-06-08T08:30"),
        ("2026-06-08T16:59", 1, "2026-06-08T17:00"),
        ("2026-06-08T16:59", 2, "2026-06-09T08:01"),
        ("2026-06-08T08:00", 540, "2026-06-08T17:00"),
        ("2026-06-08T08:00", 541, "2026-06-09T08:01"),
        ("2026-12-31T16:00", 61, "2027-01-04T08:01"),
    ],
)
def test_a_window_is_open_from_its_first_instant_and_closed_from_its_last(
    nrw: WorkingCalendar, start: str, minutes: int, end: str
) -> None:
    assert add_minutes(berlin(start), minutes, nrw) == berlin(end)


@pytest.mark.parametrize("start", ["2026-06-08T09:00", "2026-06-07T09:00", "2026-06-08T17:00"])
def test_no_time_at_all_ends_at_once(nrw: WorkingCalendar, start: str) -> None:
    assert add_minutes(berlin(start), 0, nrw) == berlin(start)


def test_seconds_count_and_are_floored_once(nrw: WorkingCalendar) -> None:
    start, end = berlin("2026-06-08T16:59:31"), berlin("2026-06-09T08:00:58")

    assert working_time_between(start, end, nrw) == timedelta(seconds=87)
    assert minutes_between(start, end, nrw) == 1
    assert add_minutes(start, 1, nrw) == berlin("2026-06-09T08:00:31")


def test_the_answer_is_in_utc(nrw: WorkingCalendar) -> None:
    assert add_minutes(berlin("2026-06-08T09:00"), 1, nrw).tzinfo is UTC


def test_a_calendar_that_is_always_open_counts_every_minute(always: WorkingCalendar) -> None:
    start, end = berlin("2026-10-24T12:00"), berlin("2026-10-25T12:00")

    assert minutes_between(start, end, always) == 25 * 60
    assert add_minutes(start, 25 * 60, always) == end


# Clock changes


@pytest.mark.parametrize(
    ("night", "minutes"),
    [("2026-03-28", 180), ("2026-03-29", 120), ("2026-10-25", 240), ("2026-10-26", 180)],
)
def test_a_night_window_is_as_long_as_the_night_of_the_clock_change(
    nights: WorkingCalendar, night: str, minutes: int
) -> None:
    start, end = berlin(f"{night}T00:00"), berlin(f"{night}T05:00")

    assert minutes_between(start, end, nights) == minutes
    assert add_minutes(start, minutes, nights) == berlin(f"{night}T04:00")


@pytest.mark.parametrize(
    ("windows", "minutes"),
    [
        ("02:15-02:45", 0),  # does not exist
        ("02:30-03:30", 30),  # begins where the clock jumps
        ("01:30-02:30", 30),  # ends where the clock jumps
        ("02:30-04:00", 60),
    ],
)
def test_a_window_edge_that_the_clock_jumps_over_is_the_instant_of_the_jump(
    nights: WorkingCalendar, windows: str, minutes: int
) -> None:
    calendar = replace(nights, week=((Window.parse(windows),),) * 7)
    start, end = berlin("2026-03-29T00:00"), berlin("2026-03-30T00:00")

    assert minutes_between(start, end, calendar) == minutes


@pytest.mark.parametrize(
    ("windows", "minutes"),
    [
        (("02:15-02:45",), 30),  # the first of two
        (("02:30-04:00",), 150),  # opens at the first, the hour is there twice
        (("01:30-02:30",), 60),  # closes at the first
        (("01:00-02:30", "02:30-04:00"), 240),  # touching windows: no hole, no overlap
    ],
)
def test_a_window_edge_that_the_clock_shows_twice_is_the_first(
    nights: WorkingCalendar, windows: tuple[str, ...], minutes: int
) -> None:
    calendar = replace(nights, week=(tuple(map(Window.parse, windows)),) * 7)
    start, end = berlin("2026-10-25T00:00"), berlin("2026-10-26T00:00")

    assert minutes_between(start, end, calendar) == minutes


def test_a_weekend_with_a_clock_change_costs_no_hour(nrw: WorkingCalendar) -> None:
    assert add_minutes(berlin("2026-03-27T15:00"), 240, nrw) == berlin("2026-03-30T10:00")
    assert add_minutes(berlin("2026-10-23T15:00"), 240, nrw) == berlin("2026-10-26T10:00")


def test_a_day_that_a_country_skipped_has_no_working_time() -> None:
    samoa = WorkingCalendar(
        name="Apia", time_zone="Pacific/Apia", week=((Window.parse("08:00-17:00"),),) * 7
    )
    zone = ZoneInfo("Pacific/Apia")
    start, end = datetime(2011, 12, 29, tzinfo=zone), datetime(2012, 1, 1, tzinfo=zone)

    assert minutes_between(start, end, samoa) == 2 * 540


def test_a_clock_that_changes_by_half_an_hour_changes_the_night_by_half_an_hour() -> None:
    lord_howe = WorkingCalendar(
        name="Lord Howe",
        time_zone="Australia/Lord_Howe",
        week=((Window.parse("01:00-04:00"),),) * 7,
    )
    zone = ZoneInfo("Australia/Lord_Howe")
    start, end = datetime(2026, 10, 4, tzinfo=zone), datetime(2026, 10, 5, tzinfo=zone)

    assert minutes_between(start, end, lord_howe) == 150


# Day by day


def test_a_weekend_explains_itself_day_by_day(nrw: WorkingCalendar) -> None:
    shares = days_between(berlin("2026-06-03T16:30"), berlin("2026-06-05T09:30"), nrw)

    assert shares == (
        DayShare(date(2026, 6, 3), 30, ""),
        DayShare(date(2026, 6, 4), 0, "Fronleichnam"),
        DayShare(date(2026, 6, 5), 90, ""),
    )


def test_the_days_add_up_although_seconds_are_floored(nrw: WorkingCalendar) -> None:
    shares = days_between(berlin("2026-06-08T16:59:30"), berlin("2026-06-09T08:00:30"), nrw)

    assert [share.minutes for share in shares] == [0, 1]


# Refusals


def test_a_span_that_ends_before_it_starts_is_refused(nrw: WorkingCalendar) -> None:
    start, end = berlin("2026-06-08T09:00"), berlin("2026-06-08T08:59")

    with pytest.raises(EndsBeforeStart) as refusal:
        minutes_between(start, end, nrw)

    assert (refusal.value.start, refusal.value.end) == (start, end)


def test_a_negative_duration_is_refused(nrw: WorkingCalendar) -> None:
    with pytest.raises(NegativeDuration):
        add_minutes(berlin("2026-06-08T09:00"), -1, nrw)


def test_an_instant_without_a_zone_is_refused(nrw: WorkingCalendar) -> None:
    naive = berlin("2026-06-08T09:00").replace(tzinfo=None)

    with pytest.raises(NaiveInstant) as refusal:
        add_minutes(naive, 1, nrw)

    assert refusal.value.instant == naive


def test_the_search_ends_where_nobody_waits_any_more() -> None:
    one_day = SpecialDay(date(2026, 6, 8), (Window.parse("08:00-17:00"),))
    calendar = WorkingCalendar(name="Einmal", time_zone="Europe/Berlin", special_days=(one_day,))
    start = berlin("2026-06-08T09:00")

    assert add_minutes(start, 480, calendar) == berlin("2026-06-08T17:00")
    with pytest.raises(OpensTooRarely, match=f"{SEARCH_YEARS} years") as refusal:
        add_minutes(start, 481, calendar)

    assert refusal.value.duration == timedelta(minutes=481)


# Rare calendars


ANY_OPEN_DAY = SpecialDay(date(2020, 1, 1), (Window.parse("08:00-17:00"),))


def test_a_week_without_windows_is_open_on_its_special_day() -> None:
    calendar = WorkingCalendar(
        name="Inventur",
        time_zone="Europe/Berlin",
        week=(CLOSED,) * 7,
        special_days=(ANY_OPEN_DAY,),
    )

    assert add_minutes(berlin("2019-06-01T00:00"), 60, calendar) == berlin("2020-01-01T09:00")


def test_decades_are_counted_at_once(nrw: WorkingCalendar) -> None:
    start, end = berlin("1996-06-03T16:30"), berlin("2026-06-03T16:30")
    minutes = minutes_between(start, end, nrw)

    assert add_minutes(start, minutes, nrw) == end
    assert 30 * 240 * 540 < minutes < 30 * 262 * 540
