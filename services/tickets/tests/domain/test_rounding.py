"""Begun increments, as the contract of the scenario and others agree on them."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings, strategies as st

from psa_tickets.domain.rounding import (
    INCREMENTS,
    BadRounding,
    Mode,
    RoundingPolicy,
    Scope,
    round_entries,
    round_minutes,
)
from psa_tickets.domain.time_entry import Approval, Billable, TimeEntry, Work

CONTRACT = RoundingPolicy(increment_minutes=15, mode=Mode.UP, minimum_minutes=15)


def entry(number: int, ticket: int, day: int, minutes: int) -> TimeEntry:
    return TimeEntry(
        id=UUID(int=number),
        ticket_id=UUID(int=ticket),
        task_id=None,
        user_id=UUID(int=2),
        work=Work(work_date=date(2026, 6, day), started_at=None, ended_at=None, minutes=minutes),
        work_type="remote",
        billable=Billable.BILLABLE,
        note="",
        state=Approval.APPROVED,
    )


@pytest.mark.parametrize(
    ("worked", "counted"),
    [
        ([20, 75, 5], 105),  # T-1001
        ([50, 40], 90),  # T-1002
        ([140], 150),  # T-1003
        ([190, 95], 285),  # T-1005
        ([7], 15),  # T-1004
        ([80], 90),  # T-1006
        ([], 0),
    ],
)
def test_the_tickets_of_june_are_rounded_as_agreed(worked: list[int], counted: int) -> None:
    assert round_minutes(worked, CONTRACT) == counted


@pytest.mark.parametrize(
    ("mode", "counted"),
    [
        (Mode.UP, [0, 15, 15, 15, 15, 30]),
        (Mode.NEAREST, [0, 0, 0, 15, 15, 15]),
        (Mode.DOWN, [0, 0, 0, 0, 15, 15]),
    ],
)
def test_the_mode_decides_about_a_begun_increment(mode: Mode, counted: list[int]) -> None:
    policy = RoundingPolicy(increment_minutes=15, mode=mode)

    assert [round_minutes([worked], policy) for worked in (0, 1, 7, 8, 15, 16)] == counted


def test_exactly_half_an_increment_goes_up() -> None:
    policy = RoundingPolicy(increment_minutes=10, mode=Mode.NEAREST)

    assert round_minutes([25], policy) == 30


@pytest.mark.parametrize(
    ("worked", "counted"), [(3, 0), (4, 15), (15, 15), (18, 15), (19, 30), (33, 30)]
)
def test_a_remainder_within_the_grace_is_given_away(worked: int, counted: int) -> None:
    assert round_minutes([worked], RoundingPolicy(grace_minutes=3)) == counted


def test_the_grace_comes_before_the_minimum_and_the_minimum_before_the_increment() -> None:
    policy = RoundingPolicy(increment_minutes=15, minimum_minutes=20, grace_minutes=3)

    assert [round_minutes([worked], policy) for worked in (0, 2, 18, 33, 34)] == [0, 30, 30, 30, 45]


@pytest.mark.parametrize(
    ("scope", "counted"),
    [
        (Scope.ENTRY, 30 + 15 + 15 + 15),
        (Scope.TICKET_DAY, 30 + 15 + 15),
        (Scope.TICKET_PERIOD, 30 + 15),
        (Scope.INVOICE, 45),
    ],
)
def test_the_scope_decides_what_is_added_up_first(scope: Scope, counted: int) -> None:
    entries = [
        entry(1, 1001, 3, 16),
        entry(2, 1001, 3, 10),
        entry(3, 1001, 5, 3),
        entry(4, 1002, 5, 3),
    ]

    assert round_entries(entries, RoundingPolicy(scope=scope)) == counted


@settings(max_examples=80, deadline=None, database=None)
@given(st.lists(st.integers(1, 1440), max_size=20), st.sampled_from(INCREMENTS))
def test_rounding_up_adds_less_than_an_increment(worked: list[int], increment: int) -> None:
    counted = round_minutes(worked, RoundingPolicy(increment_minutes=increment))

    assert sum(worked) <= counted < sum(worked) + increment
    assert counted % increment == 0


@pytest.mark.parametrize(
    ("increment", "minimum", "grace", "message"),
    [
        (0, 0, 0, "An increment of 0"),
        (7, 0, 0, "An increment of 7"),
        (15, -1, 0, "A minimum of -1"),
        (15, 481, 0, "A minimum of 481"),
        (15, 0, -1, "A grace of -1"),
        (15, 0, 15, "A grace of 15"),
    ],
)
def test_what_no_policy_can_be_is_refused(
    increment: int, minimum: int, grace: int, message: str
) -> None:
    with pytest.raises(BadRounding, match=message):
        RoundingPolicy(increment_minutes=increment, minimum_minutes=minimum, grace_minutes=grace)
