"""A solved ticket closes by itself: business days later, announced, never over a child."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psa_tickets.domain.calendar import CLOSED, Window, WorkingCalendar, windows_on
from psa_tickets.domain.local_time import DAY, as_utc, first_instant, zone_of
from psa_tickets.domain.working_time import SEARCH_YEARS, OpensTooRarely

#: For a desk that has promised nothing yet, and therefore has no calendar.
WEEKDAYS = WorkingCalendar(
    name="Werktage",
    time_zone="Europe/Berlin",
    week=((Window.parse("08:00-17:00"),),) * 5 + (CLOSED, CLOSED),
)


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is to be done before *until*."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell everybody that the ticket will be closed at *closes_at*."""

    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Close:
    """Close the ticket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """What is known of a solved ticket; *announced_for* is None before anybody was told."""

    resolved_at: datetime
    announced_for: datetime | None
    open_children: int


def next_step(
    solved: Solved, *, after_days: int | None, calendar: WorkingCalendar, now: datetime
) -> Wait | Announce | Close:
    """
    Return what is to be done with a solved ticket at *now*.

    Whoever was solved long ago is still told a business day before.
    """
    if after_days is None:
        return Wait(now + DAY)
    announce_at = add_business_days(solved.resolved_at, after_days - 1, calendar)
    if now < announce_at:
        return Wait(announce_at)
    if solved.open_children:
        return Wait(add_business_days(now, 1, calendar))

    closes_at = add_business_days(solved.resolved_at, after_days, calendar)
    if solved.announced_for is None:
        return Announce(max(closes_at, add_business_days(now, 1, calendar)))
    closes_at = max(closes_at, solved.announced_for)
    return Wait(closes_at) if now < closes_at else Close()


def add_business_days(start: datetime, days: int, calendar: WorkingCalendar) -> datetime:
    """
    Return the same local time *days* days later, counting only those on which the desk opens.

    Raises OpensTooRarely when the search leaves SEARCH_YEARS.
    """
    zone = zone_of(calendar.time_zone)
    local = as_utc(start).astimezone(zone).replace(tzinfo=None)
    last = local + timedelta(days=365 * SEARCH_YEARS)
    left = days
    while left > 0:
        local += DAY
        if local > last:
            raise OpensTooRarely(calendar.name, start, timedelta(days=days))
        if calendar.always_open or windows_on(local.date(), calendar):
            left -= 1
    return first_instant(local, zone)
