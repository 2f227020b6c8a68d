"""Shares of promises kept."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from psa_reports.domain.figures import percent, percent_of
from psa_reports.domain.sla import AlertCount, Measured, rows_of, totals_of


def clocks(**changes: object) -> Measured:
    """Return T-1001's resolution clock, alone."""
    known: dict[str, object] = {
        "priority": "P2",
        "metric": "resolution",
        "budget_minutes": 480,
        "measured": 1,
        "met": 1,
        "consumed_minutes": 380,
    }
    return Measured(**{**known, **changes})  # type: ignore[arg-type]  # fields by name


def test_t_1001_used_79_2_percent_of_its_budget() -> None:
    [row] = rows_of([clocks()], [])

    assert (row.measured, row.met, row.missed) == (1, 1, 0)
    assert row.met_percent == Decimal("100.0")
    assert row.average_consumed_percent == Decimal("79.2")


def test_every_clock_weighs_the_same_whatever_its_budget() -> None:
    quick = clocks(budget_minutes=60, consumed_minutes=60)
    slow = clocks(budget_minutes=600, consumed_minutes=0)

    [row] = rows_of([quick, slow], [])

    assert row.average_consumed_percent == Decimal("50.0")


def test_a_mean_is_rounded_once() -> None:
    thirds = [
        clocks(budget_minutes=3, consumed_minutes=1),
        clocks(budget_minutes=2000, consumed_minutes=1337),
        clocks(budget_minutes=3, consumed_minutes=2),
        clocks(budget_minutes=2000, consumed_minutes=665),
    ]

    [row] = rows_of(thirds, [])

    # A third, 66.85, two thirds and 33.25 make 200.1 percent: exactly 50.025, so 50.0.
    assert row.average_consumed_percent == Decimal("50.0")


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (Fraction(0), "0.0"),
        (Fraction(1, 3), "33.3"),
        (Fraction(2, 3), "66.7"),
        (Fraction(5, 10_000), "0.1"),
        (Fraction(4_999, 10_000_000), "0.0"),
        (Fraction(12_345, 100_000), "12.3"),
        (Fraction(1_235, 10_000), "12.4"),
        (Fraction(5, 4), "125.0"),
    ],
)
def test_a_half_goes_up(share: Fraction, expected: str) -> None:
    assert str(percent(share)) == expected


def test_of_nothing_there_is_no_share() -> None:
    assert percent_of(0, 0) is None


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_rounded_share_is_never_more_than_half_a_tenth_away(part: int, whole: int) -> None:
    share = Fraction(part, whole)

    difference = Fraction(percent(share)) - share * 100

    assert Fraction(-1, 20) < difference <= Fraction(1, 20)


def test_answers_come_before_solutions_and_urgent_before_others() -> None:
    rows = rows_of(
        [clocks(priority="P3"), clocks(metric="response"), clocks(), clocks(metric="callback")], []
    )

    assert [(row.priority, row.metric) for row in rows] == [
        ("P2", "response"),
        ("P2", "resolution"),
        ("P2", "callback"),
        ("P3", "resolution"),
    ]


def test_a_clock_that_only_warned_has_a_row_without_shares() -> None:
    [row] = rows_of([], [AlertCount(priority="P1", metric="response", warnings=2, breaches=1)])

    assert (row.measured, row.warnings, row.breaches) == (0, 2, 1)
    assert row.met_percent is None
    assert row.average_consumed_percent is None


def test_totals_are_taken_anew_over_all_priorities() -> None:
    missed = clocks(priority="P1", met=0, budget_minutes=240, consumed_minutes=300)
    alert = AlertCount(priority="P1", metric="resolution", warnings=1, breaches=1)

    [total] = totals_of([clocks(), missed], [alert])

    assert total.priority is None
    assert (total.measured, total.met, total.missed) == (2, 1, 1)
    assert total.met_percent == Decimal("50.0")
    # 79.1666… and 125 percent.
    assert total.average_consumed_percent == Decimal("102.1")
    assert (total.warnings, total.breaches) == (1, 1)


def test_of_no_clock_there_is_no_row() -> None:
    assert rows_of([], []) == totals_of([], []) == []
