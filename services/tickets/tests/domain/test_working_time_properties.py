"""What must hold for working time in every calendar, clock changes included."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings, strategies as st

from psa_tickets.domain.calendar import (
    SpecialDay,
    Window,
    Windows,
    WorkingCalendar,
)
from psa_tickets.domain.working_time import (
    add_minutes,
    add_working_time,
    days_between,
    minutes_between,
    working_time_between,
)

QUICK = settings(max_examples=40, deadline=None, database=None)
ANY_OPEN_DAY = SpecialDay(date(2020, 1, 1), (Window.parse("08:00-17:00"),))
#: Berlin shows 02:00 to 03:00 twice; this is between the two.
REPEATED_HOUR = datetime(2027, 10, 31, 1, tzinfo=UTC)


def windows_of(edges: list[int]) -> Windows:
    """Pair sorted minutes of the day into windows; 1440 is the end of the day."""
    clock = [time(minute % 1440 // 60, minute % 60) for minute in sorted(edges)]
    return tuple(Window(*pair) for pair in zip(clock[::2], clock[1::2], strict=True))


EDGES = st.lists(st.integers(0, 1440), min_size=0, max_size=6, unique=True)
DAYS = EDGES.map(lambda edges: windows_of(edges[: len(edges) // 2 * 2]))
ZONES = st.sampled_from(
    ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
)


def any_calendar(time_zone: str, days: list[Windows], special: Windows) -> WorkingCalendar:
    """Build a calendar of six such days that is open at least in Sunday's smallest hours."""
    return WorkingCalendar(
        name="any",
        time_zone=time_zone,
        week=(*days, (Window.parse("01:00-04:00"),)),
        special_days=(SpecialDay(date(2026, 3, 29), special),),
    )


CALENDARS = st.builds(any_calendar, ZONES, st.lists(DAYS, min_size=6, max_size=6), DAYS)
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
    assume(not start < REPEATED_HOUR < end)

    assert minutes_between(start, end, calendar) == minutes_by_walking(start, end, calendar)
