"""
Half-open date periods and the months that contracts are billed in.

A period holds its first day and not its end: `[2026-07-01, 2026-08-01)` is July. Documents
for people show `last_day` instead.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from psa_common.errors import Refused

MONTHS_PER_YEAR = 12
#: Later days do not exist in every month.
LAST_ANCHOR_DAY = 28


class ImpossiblePeriod(Refused):
    """A period would end before or on the day on which it starts."""

    code = "impossible_period"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from *start* up to and not including *end*."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ImpossiblePeriod(
                f"The end {self.end} must be later than the start {self.start}.", field="end"
            )

    @property
    def last_day(self) -> date:
        """The last day that still belongs to the period."""
        return self.end - timedelta(days=1)

    @property
    def days(self) -> int:
        """The number of days in the period."""
        return (self.end - self.start).days

    def contains(self, day: date) -> bool:
        """Return whether *day* belongs to the period."""
        return self.start <= day < self.end

    def overlap(self, start: date, end: date | None) -> "Period | None":
        """Return the part within `[start, end)`; an open *end* never ends."""
        first = max(self.start, start)
        past = self.end if end is None else min(self.end, end)
        return Period(first, past) if first < past else None


def within(day: date, start: date, end: date | None) -> bool:
    """Return whether *day* lies in `[start, end)`; an open *end* never ends."""
    return start <= day and (end is None or day < end)


def add_months(day: date, months: int) -> date:
    """Return the same day of the month, *months* later; *day* must be at most the 28th."""
    index = day.year * MONTHS_PER_YEAR + day.month - 1 + months
    return day.replace(year=index // MONTHS_PER_YEAR, month=index % MONTHS_PER_YEAR + 1)


def period_holding(day: date, *, anchor_day: int) -> Period:
    """Return the month, counted from *anchor_day*, that *day* belongs to."""
    start = day.replace(day=anchor_day)
    if start > day:
        start = add_months(start, -1)
    return Period(start, add_months(start, 1))


def periods_from(day: date, *, anchor_day: int, months: int) -> Iterator[Period]:
    """Yield, without end, the periods of *months* months from the month that holds *day*."""
    start = period_holding(day, anchor_day=anchor_day).start
    while True:
        end = add_months(start, months)
        yield Period(start, end)
        start = end
