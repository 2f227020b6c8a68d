"""Periods are half-open months from an anchor day; minutes are rounded as agreed."""

from datetime import date
from itertools import islice, pairwise

import pytest
from hypothesis import given, strategies as st

from psa_billing.domain.period import (
    ImpossiblePeriod,
    Period,
    add_months,
    period_holding,
    periods_from,
)
from psa_billing.domain.rounding import (
    ImpossibleRounding,
    RoundingDirection,
    RoundingPolicy,
    RoundingScope,
    rounded,
    rounded_together,
)

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
JULY = Period(date(2026, 7, 1), date(2026, 8, 1))


def test_a_period_holds_its_first_day_and_not_its_end() -> None:
    assert JULY.contains(date(2026, 7, 1))
    assert JULY.contains(JULY.last_day)
    assert not JULY.contains(date(2026, 8, 1))
    assert JULY.days == 31


@pytest.mark.parametrize("end", [date(2026, 7, 1), date(2026, 6, 30)])
def test_a_period_that_ends_before_it_starts_is_refused(end: date) -> None:
    with pytest.raises(ImpossiblePeriod):
        Period(date(2026, 7, 1), end)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2026, 7, 16), None, Period(date(2026, 7, 16), date(2026, 8, 1))),
        (date(2026, 1, 1), date(2026, 7, 11), Period(date(2026, 7, 1), date(2026, 7, 11))),
        (date(2026, 8, 1), None, None),
        (date(2026, 1, 1), date(2026, 7, 1), None),
    ],
)
def test_the_overlap_is_what_both_cover(
    start: date, end: date | None, expected: Period | None
) -> None:
    assert JULY.overlap(start, end) == expected


@given(DAYS, st.integers(1, 28))
def test_every_day_lies_in_the_month_that_holds_it(day: date, anchor: int) -> None:
    period = period_holding(day, anchor_day=anchor)

    assert period.contains(day)
    assert period.start.day == period.end.day == anchor


@given(DAYS, st.integers(1, 28), st.sampled_from([1, 3, 6, 12]))
def test_periods_follow_each_other_without_gap(day: date, anchor: int, months: int) -> None:
    periods = list(islice(periods_from(day, anchor_day=anchor, months=months), 5))

    assert all(left.end == right.start for left, right in pairwise(periods))


def test_a_month_after_december_is_january() -> None:
    assert add_months(date(2026, 12, 28), 2) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("worked", "billed"), [(0, 0), (1, 15), (7, 15), (15, 15), (16, 30), (100, 105), (285, 285)]
)
def test_a_started_quarter_of_an_hour_is_billed(worked: int, billed: int) -> None:
    assert rounded(worked, RoundingPolicy(increment_minutes=15, minimum_minutes=15)) == billed


@pytest.mark.parametrize(("worked", "billed"), [(3, 0), (18, 15), (19, 30), (33, 30)])
def test_a_remainder_within_the_grace_is_given_away(worked: int, billed: int) -> None:
    assert rounded(worked, RoundingPolicy(increment_minutes=15, grace_minutes=3)) == billed


@pytest.mark.parametrize(
    ("direction", "billed"),
    [
        (RoundingDirection.UP, 30),
        (RoundingDirection.NEAREST, 30),
        (RoundingDirection.DOWN, 15),
    ],
)
def test_the_direction_decides_about_a_started_increment(
    direction: RoundingDirection, billed: int
) -> None:
    assert rounded(23, RoundingPolicy(increment_minutes=15, direction=direction)) == billed


def test_the_scope_decides_what_is_added_up_first() -> None:
    ticket = RoundingPolicy(scope=RoundingScope.TICKET_PERIOD)
    entry = RoundingPolicy(scope=RoundingScope.ENTRY)

    assert rounded_together([20, 75, 5], ticket) == 105
    assert rounded_together([20, 75, 5], entry) == 120


@given(st.integers(0, 10_000), st.integers(1, 120))
def test_rounding_up_bills_less_than_one_increment_more(worked: int, increment: int) -> None:
    billed = rounded(worked, RoundingPolicy(increment_minutes=increment))

    assert worked <= billed < worked + increment
    assert billed % increment == 0


@pytest.mark.parametrize(
    ("increment", "minimum", "grace"), [(0, 0, 0), (481, 0, 0), (15, -1, 0), (15, 0, 15)]
)
def test_a_policy_that_no_policy_can_be_is_refused(
    increment: int, minimum: int, grace: int
) -> None:
    with pytest.raises(ImpossibleRounding):
        RoundingPolicy(increment_minutes=increment, minimum_minutes=minimum, grace_minutes=grace)


def test_the_minimum_is_rounded_like_work() -> None:
    assert rounded(5, RoundingPolicy(increment_minutes=15, minimum_minutes=20)) == 30
