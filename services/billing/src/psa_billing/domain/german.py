"""German spellings that appear on documents."""

from datetime import date
from decimal import Decimal

from .money import from_cents
from .period import Period, add_months

MONTHS = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)


def day_text(day: date) -> str:
    """Return the day as 01.07.2026."""
    return f"{day:%d.%m.%Y}"


def days_text(first: date, last: date) -> str:
    """Return one day, or the first and the last day of a span."""
    return day_text(first) if first == last else f"{day_text(first)}–{day_text(last)}"


def money_text(cents: int) -> str:
    """Return cents as 1.234,56."""
    return number_text(from_cents(cents))


def number_text(value: Decimal) -> str:
    """Return the number with German separators, keeping its decimal places."""
    return f"{value:,f}".translate(str.maketrans(",.", ".,"))


def quantity_text(value: Decimal) -> str:
    """Return the number with German separators, without the zeros that a database adds."""
    return number_text(value.normalize())


def period_title(title: str, period: Period) -> str:
    """Return *title* with the month, or with the days where it is not one whole month."""
    is_month = period.start.day == 1 and period.end == add_months(period.start, 1)
    if is_month:
        return f"{title}, {MONTHS[period.start.month - 1]} {period.start.year}"

    return f"{title}, {days_text(period.start, period.last_day)}"
