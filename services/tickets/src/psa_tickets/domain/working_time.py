"""
Working time: add it to an instant, and measure it between two.

Days are walked in local time, where windows are written; lengths are subtracted in UTC, where an
hour is an hour on the day of a clock change too. Durations are exact; `whole_minutes` floors them
once, at the end.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from psa_common.errors import Invalid, Refused
from psa_tickets.domain.calendar import WorkingCalendar, note_on, windows_on
from psa_tickets.domain.local_time import (
    DAY,
    MIDNIGHT,
    as_utc,
    first_instant,
    midnights_between,
    zone_of,
)

ZERO = timedelta(0)
MINUTE = timedelta(minutes=1)

#: A budget that is not used up within this many years outlives everyone who waits for it.
SEARCH_YEARS = 50


class OpensTooRarely(Refused):
    """The calendar does not hold that much working time in any reasonable future."""

    code = "calendar_opens_too_rarely"

    def __init__(self, name: str, start: datetime, duration: timedelta) -> None:
        super().__init__(
            f"Calendar {name!r} has less than {whole_minutes(duration)} working minutes in the "
            f"{SEARCH_YEARS} years after {start.isoformat()}; widen its windows."
        )
        self.name = name
        self.start = start
        self.duration = duration


class EndsBeforeStart(Invalid):
    """Time does not run backwards."""

    code = "ends_before_start"

    def __init__(self, start: datetime, end: datetime) -> None:
        super().__init__(f"{end.isoformat()} is before {start.isoformat()}; swap them.")
        self.start = start
        self.end = end


class NegativeDuration(Invalid):
    """Working time is added, never taken away."""

    code = "negative_duration"

    def __init__(self, duration: timedelta) -> None:
        super().__init__(f"{duration} is negative; give zero or more.")
        self.duration = duration


@dataclass(frozen=True, slots=True)
class DayShare:
    """How much working time one local day contributed, and why a day was not like others."""

    day: date
    minutes: int
    note: str


def add_minutes(start: datetime, minutes: int, calendar: WorkingCalendar) -> datetime:
    """Return the first instant by which *minutes* working minutes after *start* are used up."""
    return add_working_time(start, timedelta(minutes=minutes), calendar)


def minutes_between(start: datetime, end: datetime, calendar: WorkingCalendar) -> int:
    """Return the working minutes in [start, end), floored once."""
    return whole_minutes(working_time_between(start, end, calendar))


def whole_minutes(duration: timedelta) -> int:
    """Return *duration* in minutes, the begun one not counted."""
    return duration // MINUTE


def add_working_time(start: datetime, duration: timedelta, calendar: WorkingCalendar) -> datetime:
    """
    Return the first instant (UTC) by which *duration* of working time after *start* is used up.

    A budget that fits a day exactly ends at closing time, not at the next opening; no time at
    all ends at once, open or not. Raises OpensTooRarely when the search leaves SEARCH_YEARS.
    """
    if duration < ZERO:
        raise NegativeDuration(duration)
    start = as_utc(start)
    if calendar.always_open or duration == ZERO:
        return start + duration

    first = _local_year(start, calendar)
    wanted = _timetable(calendar, first).open_until(start) + duration
    for year in range(first, first + SEARCH_YEARS):
        timetable = _timetable(calendar, year)
        if wanted <= timetable.total:
            return timetable.instant_of(wanted)
        wanted -= timetable.total
    raise OpensTooRarely(calendar.name, start, duration)


def working_time_between(start: datetime, end: datetime, calendar: WorkingCalendar) -> timedelta:
    """Return the exact working time in [start, end)."""
    start, end = as_utc(start), as_utc(end)
    if end < start:
        raise EndsBeforeStart(start, end)
    if calendar.always_open:
        return end - start

    first, last = _local_year(start, calendar), _local_year(end, calendar)
    years = (_timetable(calendar, year).total for year in range(first, last))
    return (
        sum(years, ZERO)
        + _timetable(calendar, last).open_until(end)
        - _timetable(calendar, first).open_until(start)
    )


def days_between(
    start: datetime, end: datetime, calendar: WorkingCalendar, *, counted: timedelta = ZERO
) -> tuple[DayShare, ...]:
    """
    Return what each local day contributes to the working time in [start, end).

    Seconds that *counted* has left over fill up the first minute.
    """
    start, end = as_utc(start), as_utc(end)
    zone = zone_of(calendar.time_zone)
    cuts = [start, *midnights_between(start, end, zone), end]
    shares: list[DayShare] = []
    passed = counted
    for since, until in pairwise(cuts):
        before = whole_minutes(passed)
        passed += working_time_between(since, until, calendar)
        day = since.astimezone(zone).date()
        shares.append(DayShare(day, whole_minutes(passed) - before, note_on(day, calendar)))
    return tuple(shares)


@dataclass(frozen=True, slots=True)
class _Timetable:
    """The windows of one local year in UTC, in order, with the working time before each."""

    opens: tuple[datetime, ...]
    closes: tuple[datetime, ...]
    before: tuple[timedelta, ...]
    total: timedelta

    def open_until(self, instant: datetime) -> timedelta:
        """Return the working time of the year that lies before *instant*."""
        last = bisect_right(self.opens, instant) - 1
        if last < 0:
            return ZERO
        return self.before[last] + min(instant, self.closes[last]) - self.opens[last]

    def instant_of(self, passed: timedelta) -> datetime:
        """Return the first instant by which *passed*, more than zero, of the year is used up."""
        window = bisect_left(self.before, passed) - 1
        return self.opens[window] + (passed - self.before[window])


@lru_cache(maxsize=256)
def _timetable(calendar: WorkingCalendar, year: int) -> _Timetable:
    zone = zone_of(calendar.time_zone)
    opens: list[datetime] = []
    closes: list[datetime] = []
    before: list[timedelta] = []
    total = ZERO
    for day in _days_of(year):
        for window in windows_on(day, calendar):
            since = first_instant(datetime.combine(day, window.opens), zone)
            last_day = day + DAY if window.closes == MIDNIGHT else day
            until = first_instant(datetime.combine(last_day, window.closes), zone)
            opens.append(since)
            closes.append(until)
            before.append(total)
            total += until - since
    return _Timetable(tuple(opens), tuple(closes), tuple(before), total)


def _days_of(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += DAY


def _local_year(instant: datetime, calendar: WorkingCalendar) -> int:
    return instant.astimezone(zone_of(calendar.time_zone)).year
