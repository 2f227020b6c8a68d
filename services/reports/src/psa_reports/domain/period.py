"""The time that a report is about: from a first day up to, not including, a last one."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from psa_common.errors import Invalid

#: Bounds of a report that was asked for without any.
EARLIEST = date(1970, 1, 1)
LATEST = date(2101, 1, 1)
#: Whose days we count while the tenant itself is not known yet.
TIME_ZONE = "Europe/Berlin"


class PeriodEmpty(Invalid):
    """A period needs at least one day."""

    code = "period_empty"

    def __init__(self, since: date, until: date) -> None:
        super().__init__(
            f"The period from {since} until {until} has no day; until is the day after the last.",
            field="until",
        )


@dataclass(frozen=True, slots=True)
class Days:
    """From *since* up to, not including, *until*."""

    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Stretch:
    """The instants of some days."""

    since: datetime
    until: datetime


def days_between(since: date | None, until: date | None) -> Days:
    """Return the days from *since* until *until*, open where None; raises PeriodEmpty."""
    days = Days(since or EARLIEST, until or LATEST)
    if days.since >= days.until:
        raise PeriodEmpty(days.since, days.until)
    return days


def days_of_month(month: str) -> Days:
    """Return the days of a month such as "2026-07"."""
    first = date.fromisoformat(f"{month}-01")
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return Days(first, following)


def stretch_of(days: Days, time_zone: str | None) -> Stretch:
    """Return the instants of *days* where the tenant's clock shows midnight at both ends."""
    zone = ZoneInfo(time_zone or TIME_ZONE)
    since, until = (datetime.combine(day, time(), zone) for day in (days.since, days.until))
    return Stretch(since, until)
