"""Working time between two instants, in the stories of the scenario and for any calendar."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies as st

from psa_tickets.domain.calendar import (
    CLOSED,
    SpecialDay,
    Window,
    Windows,
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
    add_working_time,
    days_between,
    minutes_between,
    working_time_between,
)

BERLIN = ZoneInfo("Europe/Berlin")
QUICK = settings(max_examples=60, deadline=None)


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


# For any calendar


def windows_of(edges: list[int]) -> Windows:
    """Pair sorted minutes of the day into windows; 1440 is the end of the day."""
    clock = [time(minute % 1440 // 60, minute % 60) for minute in sorted(edges)]
    return tuple(Window(*pair) for pair in zip(clock[::2], clock[1::2], strict=True))


EDGES = st.lists(st.integers(0, 1440), min_size=0, max_size=6, unique=True)
DAYS = EDGES.map(lambda edges: windows_of(edges[: len(edges) // 2 * 2]))
ZONES = st.sampled_from(
    ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
)
CALENDARS = st.builds(
    lambda zone, week, special: WorkingCalendar(
        name="any",
        time_zone=zone,
        week=(*week, (Window.parse("01:00-04:00"),)),
        special_days=(SpecialDay(date(2026, 3, 29), special),),
    ),
    ZONES,
    st.tuples(DAYS, DAYS, DAYS, DAYS, DAYS, DAYS),
    DAYS,
)
#: Around the clock changes of 2026 and over a new year.
INSTANTS = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
    datetime(2027, 2, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
DURATIONS = st.timedeltas(timedelta(0), timedelta(days=40))


@QUICK
@given(CALENDARS, INSTANTS, st.integers(0, 20_000))
def test_what_is_added_is_what_lies_between(
    calendar: WorkingCalendar, start: datetime, minutes: int
) -> None:
    assert minutes_between(start, add_minutes(start, minutes, calendar), calendar) == minutes


@QUICK
@given(CALENDARS, INSTANTS, DURATIONS)
def test_the_end_is_the_first_such_instant(
    calendar: WorkingCalendar, start: datetime, duration: timedelta
) -> None:
    end = add_working_time(start, duration, calendar)

    assert working_time_between(start, end, calendar) == duration
    if end > start:
        just_before = end - timedelta(microseconds=1)
        assert working_time_between(start, just_before, calendar) < duration


@QUICK
@given(CALENDARS, INSTANTS, DURATIONS, DURATIONS)
def test_two_budgets_in_a_row_are_their_sum(
    calendar: WorkingCalendar, start: datetime, first: timedelta, second: timedelta
) -> None:
    in_two_steps = add_working_time(add_working_time(start, first, calendar), second, calendar)

    assert in_two_steps == add_working_time(start, first + second, calendar)


@QUICK
@given(CALENDARS, st.tuples(INSTANTS, INSTANTS, INSTANTS).map(sorted))
def test_time_through_a_point_between_is_the_whole_time(
    calendar: WorkingCalendar, instants: list[datetime]
) -> None:
    start, middle, end = instants

    whole = working_time_between(start, end, calendar)
    parts = working_time_between(start, middle, calendar) + working_time_between(
        middle, end, calendar
    )

    assert parts == whole
    assert timedelta(0) <= whole <= end - start


@QUICK
@given(CALENDARS, st.tuples(INSTANTS, INSTANTS).map(sorted), DURATIONS)
def test_who_starts_later_is_not_due_earlier(
    calendar: WorkingCalendar, starts: list[datetime], duration: timedelta
) -> None:
    earlier, later = (add_working_time(start, duration, calendar) for start in starts)

    assert earlier <= later


@QUICK
@given(CALENDARS, INSTANTS, DURATIONS, DURATIONS)
def test_a_longer_budget_is_not_due_earlier(
    calendar: WorkingCalendar, start: datetime, one: timedelta, other: timedelta
) -> None:
    shorter, longer = sorted((one, other))

    assert add_working_time(start, shorter, calendar) <= add_working_time(start, longer, calendar)


@QUICK
@given(CALENDARS, st.tuples(INSTANTS, INSTANTS).map(sorted))
def test_the_days_add_up_to_the_whole(calendar: WorkingCalendar, instants: list[datetime]) -> None:
    start, end = instants

    shares = days_between(start, end, calendar)

    assert sum(share.minutes for share in shares) == minutes_between(start, end, calendar)


def minutes_by_walking(start: datetime, end: datetime, calendar: WorkingCalendar) -> int:
    """Count minute by minute what the wall clock shows; slow, and without any cleverness."""
    zone = ZoneInfo(calendar.time_zone)
    count = 0
    while start < end:
        local = start.astimezone(zone)
        count += any(
            window.opens <= local.time()
            and (window.closes == time(0) or local.time() < window.closes)
            for window in calendar.week[local.weekday()]
        )
        start += timedelta(minutes=1)
    return count


@QUICK
@given(st.tuples(*[DAYS] * 7), st.integers(0, 350))
def test_the_count_is_that_of_a_patient_observer(week: tuple[Windows, ...], day: int) -> None:
    calendar = WorkingCalendar(
        name="any", time_zone="Europe/Berlin", week=week, special_days=(ANY_OPEN_DAY,)
    )
    start = datetime(2027, 1, 1, 11, tzinfo=UTC) + timedelta(days=day)
    end = start + timedelta(days=2)
    # Windows with an edge inside the repeated hour are the one case that is a convention.
    if start < berlin("2027-10-31T03:00") and end > berlin("2027-10-31T02:00"):
        return

    assert minutes_between(start, end, calendar) == minutes_by_walking(start, end, calendar)


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
