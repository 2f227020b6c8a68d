"""Rounding: add up, give the grace away, raise to the minimum, round; 4.4 of the scenario."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from psa_tickets.domain.time.rounding import (
    INCREMENTS,
    GraceTooLong,
    Mode,
    Rounding,
    Scope,
    UnknownIncrement,
    rounded,
    rounded_total,
)

T_1001 = [(date(2026, 6, 3), 20), (date(2026, 6, 5), 75), (date(2026, 6, 8), 5)]
ONE_DAY = [(date(2026, 6, 9), 50), (date(2026, 6, 9), 40)]


@pytest.mark.parametrize(
    ("scope", "t_1001", "one_day"),
    [
        (Scope.TICKET_PERIOD, 105, 90),
        (Scope.TICKET_DAY, 120, 90),
        (Scope.ENTRY, 120, 105),
    ],
)
def test_what_is_added_up_before_decides(scope: Scope, t_1001: int, one_day: int) -> None:
    policy = Rounding(scope=scope)

    assert (rounded_total(T_1001, policy), rounded_total(ONE_DAY, policy)) == (t_1001, one_day)


@pytest.mark.parametrize(
    ("mode", "results"),
    [
        (Mode.UP, {1: 15, 7: 15, 15: 15, 16: 30}),
        (Mode.NEAREST, {1: 0, 7: 0, 8: 15, 22: 15, 23: 30}),
        (Mode.DOWN, {1: 0, 14: 0, 15: 15, 29: 15}),
    ],
)
def test_a_started_increment_goes_where_the_mode_says(mode: Mode, results: dict[int, int]) -> None:
    policy = Rounding(mode=mode)

    assert {minutes: rounded(minutes, policy) for minutes in results} == results


def test_the_grace_is_given_away_before_the_minimum_is_raised() -> None:
    policy = Rounding(grace=5, minimum=30)

    assert [rounded(minutes, policy) for minutes in (5, 20, 35, 36)] == [30, 30, 30, 45]


def test_what_is_taken_back_rounds_as_what_was_given() -> None:
    assert rounded(-20, Rounding()) == -30
    assert rounded_total([(date(2026, 6, 3), 20), (date(2026, 6, 3), -20)], Rounding()) == 0


def test_an_impossible_policy_is_refused() -> None:
    with pytest.raises(GraceTooLong):
        Rounding(increment=15, grace=15)
    with pytest.raises(UnknownIncrement):
        Rounding(increment=7)


@given(st.integers(0, 100_000), st.sampled_from(INCREMENTS), st.sampled_from(Mode))
def test_rounding_gives_whole_increments_and_moves_by_less_than_one(
    minutes: int, increment: int, mode: Mode
) -> None:
    result = rounded(minutes, Rounding(increment=increment, mode=mode))

    assert result % increment == 0
    assert abs(result - minutes) < increment
