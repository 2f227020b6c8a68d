"""When a solved ticket is closed by itself: business days, and told before."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from psa_tickets.domain.auto_close import (
    WEEKDAYS,
    Announce,
    Close,
    Solved,
    Wait,
    add_business_days,
    next_step,
)
from psa_tickets.domain.calendar import WorkingCalendar


def june(day: int, hour: int = 14, minute: int = 20) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=ZoneInfo("Europe/Berlin"))


def solved(
    *, at: datetime, announced_for: datetime | None = None, open_children: int = 0
) -> Solved:
    return Solved(resolved_at=at, announced_for=announced_for, open_children=open_children)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (june(1), 0, june(1)),
        (june(1), 1, june(2)),
        # Corpus Christi (4 June) is a holiday in North Rhine-Westphalia.
        (june(3), 1, june(5)),
        (june(5), 1, june(8)),
        (june(6), 1, june(8)),
        (june(3), 5, june(11)),
    ],
)
def test_only_days_on_which_the_desk_opens_count(
    nrw: WorkingCalendar, start: datetime, days: int, expected: datetime
) -> None:
    assert add_business_days(start, days, nrw) == expected


def test_the_local_time_stays_when_clocks_change() -> None:
    friday = datetime(2026, 3, 27, 14, tzinfo=ZoneInfo("Europe/Berlin"))

    monday = add_business_days(friday, 1, WEEKDAYS)

    assert monday.astimezone(ZoneInfo("Europe/Berlin")).hour == 14
    assert monday - friday == timedelta(days=3, hours=-1)


def test_a_desk_that_never_sleeps_counts_every_day(always: WorkingCalendar) -> None:
    assert add_business_days(june(5), 2, always) == june(7)


@pytest.mark.parametrize(
    ("now", "ticket", "expected"),
    [
        (june(8), solved(at=june(8)), Wait(june(12))),
        (june(12), solved(at=june(8)), Announce(june(15))),
        (june(13), solved(at=june(8), announced_for=june(15)), Wait(june(15))),
        (june(15), solved(at=june(8), announced_for=june(15)), Close()),
        (june(30), solved(at=june(8)), Announce(datetime(2026, 7, 1, 12, 20, tzinfo=UTC))),
        (june(12), solved(at=june(8), open_children=1), Wait(june(15))),
        (june(15), solved(at=june(8), announced_for=june(15), open_children=1), Wait(june(16))),
    ],
)
def test_a_solved_ticket_waits_is_announced_and_is_closed(
    nrw: WorkingCalendar, now: datetime, ticket: Solved, expected: object
) -> None:
    assert next_step(ticket, after_days=5, calendar=nrw, now=now) == expected


def test_a_desk_that_does_not_want_it_closes_nothing(nrw: WorkingCalendar) -> None:
    step = next_step(solved(at=june(1)), after_days=None, calendar=nrw, now=june(30))

    assert step == Wait(june(30) + timedelta(days=1))


@given(
    st.integers(0, 17_520),
    st.integers(1, 30),
    st.lists(st.integers(0, 400), max_size=40),
)
def test_nothing_is_closed_before_its_days_are_over_or_less_than_a_day_after_it_was_told(
    hour: int, days: int, hours: list[int]
) -> None:
    resolved_at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
    announced_at: datetime | None = None
    announced_for: datetime | None = None
    now = resolved_at
    for pause in hours:
        now += timedelta(hours=pause)
        ticket = solved(at=resolved_at, announced_for=announced_for)
        match next_step(ticket, after_days=days, calendar=WEEKDAYS, now=now):
            case Wait(until):
                assert until > now
            case Announce(closes_at):
                announced_at, announced_for = now, closes_at
            case Close():
                assert announced_at is not None
                assert now >= add_business_days(resolved_at, days, WEEKDAYS)
                assert now >= add_business_days(announced_at, 1, WEEKDAYS)
