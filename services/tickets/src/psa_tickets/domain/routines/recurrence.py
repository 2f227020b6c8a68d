"""
When recurring tickets open: an RRULE of RFC 5545 by days, one local time, business days if asked.

Days are expanded as local dates and only then become instants, because the expansion knows no
clock changes: 02:30 on the day that has none becomes the first instant after the gap.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import islice, takewhile

from dateutil.rrule import rrulestr

from psa_common.errors import Invalid, Refused
from psa_tickets.domain.calendar import WorkingCalendar, windows_on
from psa_tickets.domain.local_time import DAY, first_instant, zone_of

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
PARTS = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH"}
    | {"BYSETPOS", "BYYEARDAY", "BYWEEKNO"}
)
INTERVAL_MAX = 366
COUNT_MAX = 1_000
#: What does not happen for so long is not looked for any further.
HORIZON = timedelta(days=3_660)
#: The longest that a desk is closed in one piece.
CLOSED_DAYS_MAX = 60
LATE = timedelta(days=1)
#: The calendar repeats every 400 years, weekdays included. Late years end the search for a day
#: such as 30 February, which the expansion gives up only at the end of the year 9999.
YEARS_ON = 7_600


class BadRecurrence(Invalid):
    """The RRULE is one that a desk can follow."""

    code = "bad_recurrence"

    def __init__(self, problem: str) -> None:
        super().__init__(
            f"{problem} Write a rule such as FREQ=MONTHLY;BYDAY=1MO, with FREQ "
            f"{', '.join(FREQUENCIES)}.",
            field="recurrence",
        )


class NeverRecurs(Refused):
    """A rule names at least one day to come."""

    code = "never_recurs"

    def __init__(self, text: str) -> None:
        super().__init__(f"{text} names no day in the next ten years.", field="recurrence")


class NoBusinessDay(Refused):
    """A calendar that closes for months has no next business day."""

    code = "no_business_day"

    def __init__(self, name: str, day: date) -> None:
        super().__init__(
            f"Calendar {name!r} is closed for {CLOSED_DAYS_MAX} days after {day}.",
            field="calendar_id",
        )


class CatchUp(StrEnum):
    """What happens to dates that passed while nobody looked."""

    LATEST = "latest"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """Which days, from when on, at what local time; with a calendar, the next business day."""

    text: str
    starts_on: date
    local_time: time
    time_zone: str
    calendar: WorkingCalendar | None = None

    def __post_init__(self) -> None:
        zone_of(self.time_zone)
        _expanded(self.text, self.starts_on, date((self.starts_on + HORIZON).year, 12, 31))


@dataclass(frozen=True, slots=True, order=True)
class Date:
    """A day on which a ticket opens, and the instant."""

    on: date
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What to do now: the date to open for, those that were missed, and when to look again."""

    due: Date | None
    missed: tuple[Date, ...]
    next: Date | None


def dates_after(recurrence: Recurrence, day: date) -> Iterator[Date]:
    """Yield the dates after *day* in order, each once, for as long as the horizon reaches."""
    zone = zone_of(recurrence.time_zone)
    first, last = day - timedelta(days=CLOSED_DAYS_MAX), day
    for named in _days_between(recurrence, first, day + HORIZON):
        on = _business_day(named, recurrence.calendar)
        if on > last:
            last = on
            local = datetime.combine(on, recurrence.local_time)
            yield Date(on, first_instant(local, zone))


def first_dates(recurrence: Recurrence, day: date, *, count: int) -> tuple[Date, ...]:
    """Return up to *count* dates after *day*."""
    return tuple(islice(dates_after(recurrence, day), count))


def first_to_come(recurrence: Recurrence, *, now: datetime) -> Date:
    """Return the first date that is not over; raises NeverRecurs."""
    yesterday = now.astimezone(zone_of(recurrence.time_zone)).date() - DAY
    for one in dates_after(recurrence, yesterday):
        if one.at > now:
            return one
    raise NeverRecurs(recurrence.text)


def round_of(recurrence: Recurrence, next_on: date, catch_up: CatchUp, *, now: datetime) -> Round:
    """
    Return what is due since *next_on*: at most one ticket, however long nobody looked.

    Of several dates that passed only the latest opens one, and with CatchUp.NONE not even that
    when it is more than a day late.
    """
    passed: list[Date] = []
    coming: Date | None = None
    for one in dates_after(recurrence, next_on - DAY):
        if one.at > now:
            coming = one
            break
        passed.append(one)
    due = passed.pop() if passed else None
    if due and catch_up is CatchUp.NONE and now - due.at > LATE:
        passed.append(due)
        due = None
    return Round(due=due, missed=tuple(passed), next=coming)


def _parts(text: str) -> dict[str, str]:
    """Read what dateutil would read, but no seconds, sets or endless numbers."""
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if not equals or name not in PARTS or name in parts or not value:
            raise BadRecurrence(f"{part[:40]!r} is no part of a rule here, or there twice.")
        parts[name] = value
    if parts.get("FREQ") not in FREQUENCIES:
        raise BadRecurrence(f"FREQ {parts.get('FREQ')} is not possible.")
    for name, most in (("INTERVAL", INTERVAL_MAX), ("COUNT", COUNT_MAX)):
        value = parts.get(name, "1")
        if not (value.isascii() and value.isdigit() and len(value) < 6 and 1 <= int(value) <= most):
            raise BadRecurrence(f"{name} is 1 to {most}.")
    if "COUNT" in parts and "UNTIL" in parts:
        raise BadRecurrence("COUNT and UNTIL exclude each other.")
    return parts


def _last_day(until: str) -> date:
    """Read UNTIL as a local day; its time of day has no meaning here."""
    try:
        return date.fromisoformat(until.partition("T")[0])
    except ValueError as error:
        raise BadRecurrence(f"UNTIL {until[:40]!r} is no day such as 20271231.") from error


def _days_between(recurrence: Recurrence, first: date, last: date) -> Iterator[date]:
    """Yield the days that the rule names; most rules never leave what is expanded already."""
    until = max(last, recurrence.starts_on + HORIZON)
    known = _expanded(recurrence.text, recurrence.starts_on, date(until.year, 12, 31))
    return (day for day in known if first <= day <= last)


@lru_cache(maxsize=256)
def _expanded(text: str, starts_on: date, last: date) -> tuple[date, ...]:
    parts = _parts(text)
    last = min(last, _last_day(parts.pop("UNTIL"))) if "UNTIL" in parts else last
    start = datetime.combine(_later(starts_on), time(0))
    try:
        rule = rrulestr(";".join(f"{name}={value}" for name, value in parts.items()), dtstart=start)
        moments = takewhile(lambda moment: moment.date() <= _later(last), rule)
        return tuple(_earlier(moment.date()) for moment in moments)
    except (ValueError, TypeError, OverflowError, IndexError) as error:
        raise BadRecurrence(f"{text[:80]!r} is not understood: {error}.") from error


def _later(day: date) -> date:
    return day.replace(year=day.year + YEARS_ON)


def _earlier(day: date) -> date:
    return day.replace(year=day.year - YEARS_ON)


def _business_day(day: date, calendar: WorkingCalendar | None) -> date:
    if calendar is None or calendar.always_open:
        return day
    for later in range(CLOSED_DAYS_MAX):
        if windows_on(day + later * DAY, calendar):
            return day + later * DAY
    raise NoBusinessDay(calendar.name, day)
