"""
When a service desk is open: windows a weekday, holidays of a region, days of their own.

How much working time lies between two instants is in `working_time`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from itertools import pairwise
from typing import Self

import holidays as public_holidays

from psa_common.errors import Invalid
from psa_tickets.domain.local_time import MIDNIGHT, zone_of

MOST_DAYS = 500


class BadWindow(Invalid):
    """Working hours open before they close and do not overlap."""

    code = "bad_window"

    def __init__(self, message: str) -> None:
        super().__init__(f"{message} Write windows as 08:00-12:00, in order.", field="windows")


class UnknownHolidayRegion(Invalid):
    """There is no holiday table for this country, subdivision or category."""

    code = "unknown_holiday_region"

    def __init__(self, region: "HolidayRegion") -> None:
        super().__init__(
            f"No holidays for {region.country}-{region.subdivision} "
            f"({', '.join(region.categories)}); use for example DE, NW, public.",
            field="holidays",
        )
        self.region = region


class CalendarNeverOpens(Invalid):
    """A calendar without a single working window cannot count anything."""

    code = "calendar_never_opens"

    def __init__(self, name: str) -> None:
        super().__init__(f"Calendar {name!r} never opens; give it a window.", field="windows")
        self.name = name


class TooManyDays(Invalid):
    """A calendar is read by people, who name a year or two of exceptions."""

    code = "too_many_days"

    def __init__(self, name: str, days: int) -> None:
        super().__init__(
            f"Calendar {name!r} names {days} exceptional days; keep up to {MOST_DAYS}.",
            field="special_days",
        )
        self.name = name
        self.days = days


class SpecialDayTwice(Invalid):
    """A date has one list of windows."""

    code = "special_day_twice"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Calendar {name!r} names a special day twice; merge their windows.",
            field="special_days",
        )
        self.name = name


@dataclass(frozen=True, slots=True)
class Window:
    """Working hours [opens, closes) of one day; closing at 00:00 means the end of the day."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        for edge in (self.opens, self.closes):
            if edge.tzinfo or edge.second or edge.microsecond:
                raise BadWindow(f"{edge.isoformat()} is no local time in whole minutes.")
        if self.closes != MIDNIGHT and self.closes <= self.opens:
            raise BadWindow(f"{self} closes before it opens.")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a window written as "08:00-17:00"; "24:00" is the end of the day."""
        opens, _, closes = text.partition("-")
        try:
            return cls(
                time.fromisoformat(opens.strip()),
                MIDNIGHT if closes.strip() == "24:00" else time.fromisoformat(closes.strip()),
            )
        except ValueError as error:
            raise BadWindow(f"{text!r} is no window.") from error

    def __str__(self) -> str:
        closes = "24:00" if self.closes == MIDNIGHT else f"{self.closes:%H:%M}"
        return f"{self.opens:%H:%M}-{closes}"


Windows = tuple[Window, ...]

CLOSED: Windows = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayRegion:
    """Whose public holidays are kept, such as DE, NW."""

    country: str = "DE"
    subdivision: str | None = None
    categories: tuple[str, ...] = ("public",)


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """One date with its own windows, stronger than weekday and holiday; no windows: closed."""

    day: date
    windows: Windows
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingCalendar:
    """
    When a service desk works.

    `week` holds the windows of Monday to Sunday. Extra and removed days correct the holidays of
    the region. A calendar that is always open ignores all of them.
    """

    name: str
    time_zone: str
    week: tuple[Windows, ...] = (CLOSED,) * 7
    holidays: HolidayRegion | None = None
    extra_holidays: tuple[date, ...] = ()
    removed_holidays: tuple[date, ...] = ()
    special_days: tuple[SpecialDay, ...] = ()
    always_open: bool = False

    def __post_init__(self) -> None:
        zone_of(self.time_zone)
        if len(self.week) != 7:
            raise BadWindow(f"A week of {len(self.week)} days, Monday to Sunday are seven.")
        days = (*self.week, *(special.windows for special in self.special_days))
        for windows in days:
            _refuse_overlap(windows)
        if self.holidays:
            _public_holidays(self.holidays, 2026)
        exceptions = (*self.special_days, *self.extra_holidays, *self.removed_holidays)
        if len(exceptions) > MOST_DAYS:
            raise TooManyDays(self.name, len(exceptions))
        if len({special.day for special in self.special_days}) < len(self.special_days):
            raise SpecialDayTwice(self.name)
        if not (self.always_open or any(days)):
            raise CalendarNeverOpens(self.name)


def windows_on(day: date, calendar: WorkingCalendar) -> Windows:
    """Return the windows of *day*: its own, none on a holiday, else those of its weekday."""
    special = _special_day(day, calendar)
    if special:
        return special.windows
    return CLOSED if holiday_on(day, calendar) else calendar.week[day.weekday()]


def note_on(day: date, calendar: WorkingCalendar) -> str:
    """Say what is special about *day*: the name of the special day or holiday, or nothing."""
    special = _special_day(day, calendar)
    return special.name if special else holiday_on(day, calendar)


def holiday_on(day: date, calendar: WorkingCalendar) -> str:
    """Return the name of the holiday on *day*, empty on any other day."""
    if day in calendar.extra_holidays:
        return "extra holiday"
    if calendar.holidays is None or day in calendar.removed_holidays:
        return ""
    return _public_holidays(calendar.holidays, day.year).get(day, "")


def _refuse_overlap(windows: Windows) -> None:
    for earlier, later in pairwise(windows):
        if earlier.closes == MIDNIGHT or later.opens < earlier.closes:
            raise BadWindow(f"{earlier} and {later} overlap or are out of order.")


def _special_day(day: date, calendar: WorkingCalendar) -> SpecialDay | None:
    return next((special for special in calendar.special_days if special.day == day), None)


@lru_cache(maxsize=512)
def _public_holidays(region: HolidayRegion, year: int) -> Mapping[date, str]:
    # The package looks names up among its own: without this check any of them would do.
    if not re.fullmatch("[A-Z]{2}", region.country):
        raise UnknownHolidayRegion(region)
    try:
        table = public_holidays.country_holidays(
            region.country,
            subdiv=region.subdivision,
            years=year,
            categories=region.categories,
            # Else the names would follow the locale of the process.
            language="de",
        )
    except (NotImplementedError, ValueError) as error:
        raise UnknownHolidayRegion(region) from error
    return dict(table)
