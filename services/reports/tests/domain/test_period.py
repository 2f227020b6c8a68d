"""The time that a report is about."""

from datetime import UTC, date, datetime

import pytest

from psa_reports.domain.period import (
    EARLIEST,
    LATEST,
    Days,
    PeriodEmpty,
    days_between,
    days_of_month,
    stretch_of,
)


@pytest.mark.parametrize(
    ("month", "first", "following"),
    [
        ("2026-07", date(2026, 7, 1), date(2026, 8, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("2028-02", date(2028, 2, 1), date(2028, 3, 1)),
    ],
)
def test_a_month_ends_before_the_next_one(month: str, first: date, following: date) -> None:
    assert days_of_month(month) == Days(first, following)


def test_without_bounds_all_days_count() -> None:
    assert days_between(None, None) == Days(EARLIEST, LATEST)


@pytest.mark.parametrize("until", [date(2026, 6, 1), date(2026, 5, 31)])
def test_a_period_has_at_least_one_day(until: date) -> None:
    with pytest.raises(PeriodEmpty, match="has no day"):
        days_between(date(2026, 6, 1), until)


def test_a_day_begins_at_the_tenants_midnight() -> None:
    stretch = stretch_of(Days(date(2026, 6, 1), date(2026, 7, 1)), "Europe/Berlin")

    assert stretch.since.astimezone(UTC) == datetime(2026, 5, 31, 22, tzinfo=UTC)
    assert stretch.until.astimezone(UTC) == datetime(2026, 6, 30, 22, tzinfo=UTC)


def test_the_day_of_the_clock_change_has_its_23_hours() -> None:
    stretch = stretch_of(Days(date(2026, 3, 29), date(2026, 3, 30)), "Europe/Berlin")

    assert (stretch.until.astimezone(UTC) - stretch.since.astimezone(UTC)).seconds == 23 * 3600


def test_without_a_known_tenant_berlin_counts() -> None:
    days = Days(date(2026, 6, 1), date(2026, 7, 1))

    assert stretch_of(days, None) == stretch_of(days, "Europe/Berlin")


def test_all_days_are_a_stretch_in_every_zone() -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Niue"):
        stretch_of(days_between(None, None), zone)
