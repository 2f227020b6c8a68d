"""When a calendar is open, and which calendars cannot be."""

from dataclasses import replace
from datetime import UTC, date, time, timedelta

import pytest

from psa_tickets.domain.calendar import (
    CLOSED,
    MOST_DAYS,
    BadWindow,
    CalendarNeverOpens,
    HolidayRegion,
    SpecialDay,
    SpecialDayTwice,
    TooManyDays,
    UnknownHolidayRegion,
    Window,
    WorkingCalendar,
    holiday_on,
    note_on,
    windows_on,
)
from psa_tickets.domain.local_time import MIDNIGHT, UnknownTimeZone

CORPUS_CHRISTI = date(2026, 6, 4)
CHRISTMAS_EVE = date(2026, 12, 24)
SATURDAY = date(2026, 6, 6)
MORNING = (Window.parse("08:00-12:00"),)


def test_corpus_christi_is_a_holiday_in_north_rhine_westphalia(nrw: WorkingCalendar) -> None:
    assert holiday_on(CORPUS_CHRISTI, nrw) == "Fronleichnam"
    assert windows_on(CORPUS_CHRISTI, nrw) == CLOSED


def test_corpus_christi_is_a_working_day_in_hamburg(nrw: WorkingCalendar) -> None:
    hamburg = replace(nrw, holidays=HolidayRegion(country="DE", subdivision="HH"))

    assert holiday_on(CORPUS_CHRISTI, hamburg) == ""
    assert windows_on(CORPUS_CHRISTI, hamburg) == nrw.week[0]


def test_assumption_day_is_a_holiday_where_bavaria_is_catholic(nrw: WorkingCalendar) -> None:
    everywhere = HolidayRegion(country="DE", subdivision="BY")
    catholic = replace(everywhere, categories=("public", "catholic"))

    assert holiday_on(date(2026, 8, 15), replace(nrw, holidays=everywhere)) == ""
    assert holiday_on(date(2026, 8, 15), replace(nrw, holidays=catholic)) == "Mariä Himmelfahrt"


def test_without_a_region_no_day_is_a_holiday(nrw: WorkingCalendar) -> None:
    assert windows_on(CORPUS_CHRISTI, replace(nrw, holidays=None)) == nrw.week[0]


def test_a_removed_holiday_is_a_working_day(nrw: WorkingCalendar) -> None:
    calendar = replace(nrw, removed_holidays=(CORPUS_CHRISTI,))

    assert windows_on(CORPUS_CHRISTI, calendar) == nrw.week[0]


def test_an_extra_holiday_is_closed(nrw: WorkingCalendar) -> None:
    calendar = replace(nrw, extra_holidays=(date(2026, 6, 5),))

    assert windows_on(date(2026, 6, 5), calendar) == CLOSED
    assert note_on(date(2026, 6, 5), calendar) == "extra holiday"


def test_a_special_day_has_its_own_windows(nrw: WorkingCalendar) -> None:
    calendar = replace(nrw, special_days=(SpecialDay(CHRISTMAS_EVE, MORNING, "Heiligabend"),))

    assert windows_on(CHRISTMAS_EVE, calendar) == MORNING
    assert note_on(CHRISTMAS_EVE, calendar) == "Heiligabend"


@pytest.mark.parametrize("day", [CORPUS_CHRISTI, SATURDAY])
def test_a_special_day_is_stronger_than_holiday_and_weekend(
    nrw: WorkingCalendar, day: date
) -> None:
    calendar = replace(nrw, special_days=(SpecialDay(day, MORNING),), extra_holidays=(day,))

    assert windows_on(day, calendar) == MORNING


def test_a_special_day_without_windows_is_closed(nrw: WorkingCalendar) -> None:
    calendar = replace(nrw, special_days=(SpecialDay(date(2026, 6, 5), CLOSED, "Umzug"),))

    assert windows_on(date(2026, 6, 5), calendar) == CLOSED


def test_a_window_may_last_until_the_end_of_the_day() -> None:
    evening = Window.parse("18:00-24:00")

    assert evening == Window(time(18), MIDNIGHT)
    assert str(evening) == "18:00-24:00"


def test_a_window_is_written_as_it_is_read() -> None:
    assert str(Window.parse(" 08:00 - 17:30 ")) == "08:00-17:30"


@pytest.mark.parametrize(
    "text", ["17:00-08:00", "08:00-08:00", "08:00", "", "8-17", "08:00-25:00", "08:00:30-09:00"]
)
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(BadWindow):
        Window.parse(text)


def test_a_window_in_a_zone_of_its_own_is_refused() -> None:
    with pytest.raises(BadWindow, match="no local time"):
        Window(time(8, tzinfo=UTC), time(17))


@pytest.mark.parametrize(
    "windows",
    [
        ("08:00-12:00", "11:00-15:00"),
        ("13:00-17:00", "08:00-12:00"),
        ("20:00-24:00", "21:00-22:00"),
    ],
)
def test_windows_that_overlap_or_are_out_of_order_are_refused(
    nrw: WorkingCalendar, windows: tuple[str, str]
) -> None:
    first, second = map(Window.parse, windows)

    with pytest.raises(BadWindow, match="overlap or are out of order"):
        replace(nrw, week=((first, second),) * 7)


def test_windows_may_touch(nrw: WorkingCalendar) -> None:
    day = (Window.parse("08:00-12:00"), Window.parse("12:00-17:00"))

    assert replace(nrw, week=(day,) * 7).week[0] == day


def test_overlapping_windows_of_a_special_day_are_refused(nrw: WorkingCalendar) -> None:
    with pytest.raises(BadWindow):
        replace(nrw, special_days=(SpecialDay(SATURDAY, MORNING + MORNING),))


def test_a_week_has_seven_days(nrw: WorkingCalendar) -> None:
    with pytest.raises(BadWindow, match="A week of 5 days"):
        replace(nrw, week=nrw.week[:5])


def test_a_calendar_that_never_opens_is_refused() -> None:
    with pytest.raises(CalendarNeverOpens, match="'Ferien' never opens") as refusal:
        WorkingCalendar(name="Ferien", time_zone="Europe/Berlin")

    assert refusal.value.name == "Ferien"


@pytest.mark.parametrize("name", ["Europe/Köln", "", "Europe", "../etc/passwd", "x" * 5_000, "\0"])
def test_an_unknown_time_zone_is_refused(nrw: WorkingCalendar, name: str) -> None:
    with pytest.raises(UnknownTimeZone) as refusal:
        replace(nrw, time_zone=name)

    assert refusal.value.name == name


@pytest.mark.parametrize(
    "region",
    [
        HolidayRegion(country="XX"),
        HolidayRegion(country="HolidayBase"),
        HolidayRegion(country="country_holidays"),
        HolidayRegion(subdivision="ZZ"),
        HolidayRegion(categories=("lazy",)),
    ],
)
def test_an_unknown_holiday_region_is_refused(nrw: WorkingCalendar, region: HolidayRegion) -> None:
    with pytest.raises(UnknownHolidayRegion) as refusal:
        replace(nrw, holidays=region)

    assert refusal.value.region == region


def test_a_special_day_is_named_once(nrw: WorkingCalendar) -> None:
    with pytest.raises(SpecialDayTwice):
        replace(nrw, special_days=(SpecialDay(SATURDAY, MORNING), SpecialDay(SATURDAY, CLOSED)))


def test_too_many_exceptional_days_are_refused(nrw: WorkingCalendar) -> None:
    days = tuple(SATURDAY + timedelta(days=count) for count in range(MOST_DAYS + 1))

    with pytest.raises(TooManyDays, match=f"{MOST_DAYS + 1} exceptional days"):
        replace(nrw, extra_holidays=days)
