"""Deadlines by hand, agreements that come and go, and what is left out of reports."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from psa_tickets.domain.calendar import WorkingCalendar
from psa_tickets.domain.sla import fold
from psa_tickets.domain.sla_clock import Clock, State
from psa_tickets.domain.sla_log import (
    DeadlineCleared,
    DeadlineSet,
    Event,
    Excluded,
    Included,
    Paused,
    Resolved,
    Responded,
    Resumed,
    Started,
    TermsChanged,
    reason_of,
)
from psa_tickets.domain.sla_terms import (
    Escalation,
    Metric,
    Terms,
)

BERLIN = ZoneInfo("Europe/Berlin")


def berlin(text: str) -> datetime:
    """Read a time of June 2026, such as "08T09:00"; the 8th is a Monday."""
    return datetime.fromisoformat(f"2026-06-{text}").replace(tzinfo=BERLIN)


def resolution(log: Sequence[Event], text: str) -> Clock:
    return fold(log, now=berlin(text)).resolution


@pytest.fixture
def levelled(p2: Terms) -> Terms:
    """Promise a solution in 100 minutes, with levels before and after its end."""
    escalations = tuple(Escalation(percent=percent) for percent in (50, 90, 100, 110))
    return replace(p2, resolution_minutes=100, escalations=escalations)


@pytest.fixture
def started(levelled: Terms) -> Started:
    return Started(at=berlin("08T09:00"), terms=levelled)


def deadline(at: str, due: str) -> DeadlineSet:
    return DeadlineSet(at=berlin(at), metric=Metric.RESOLUTION, due_at=berlin(due), reason="agreed")


def test_a_deadline_replaces_the_computed_due_date(started: Started) -> None:
    log = (started, deadline("08T09:30", "10T12:00"))

    clock = resolution(log, "08T12:00")

    assert (clock.due_at, clock.breached_at) == (berlin("10T12:00"), None)
    assert clock.budget_minutes == 100
    assert resolution(log, "10T12:01").breached_at == berlin("10T12:00")


def test_levels_follow_the_deadline(started: Started) -> None:
    clock = resolution((started, deadline("08T09:30", "08T12:00")), "08T09:30")

    # 180 working minutes from the opening to the deadline; half of them are 90.
    assert clock.ahead[50] == berlin("08T10:30")
    assert clock.ahead[100] == berlin("08T12:00")


def test_a_deadline_rests_with_its_clock(started: Started) -> None:
    log = (
        started,
        deadline("08T09:30", "08T12:00"),
        Paused(at=berlin("08T10:00"), reason="waiting_customer"),
    )

    paused = resolution(log, "08T13:00")
    resumed = resolution((*log, Resumed(at=berlin("08T14:00"))), "08T14:01")

    assert (paused.due_at, paused.breached_at) == (None, None)
    assert resumed.breached_at == berlin("08T14:00")


def test_a_cleared_deadline_brings_the_computed_due_date_back(started: Started) -> None:
    log = (started, deadline("08T09:30", "10T12:00"))
    cleared = DeadlineCleared(at=berlin("08T10:00"), metric=Metric.RESOLUTION, reason="void")

    clock = resolution((*log, cleared), "08T10:00")

    assert (clock.due_at, clock.deadline_at) == (berlin("08T10:40"), None)


def test_a_deadline_after_the_breach_launders_nothing(started: Started) -> None:
    log = (started, deadline("08T11:00", "10T12:00"), Resolved(at=berlin("08T11:30")))

    clock = resolution(log, "08T12:00")

    assert (clock.state, clock.breached_at) == (State.MISSED, berlin("08T10:40"))


def test_a_deadline_of_the_solution_leaves_the_response_alone(started: Started) -> None:
    alone = fold((started,), now=berlin("08T09:30"))

    both = fold((started, deadline("08T09:30", "10T12:00")), now=berlin("08T09:30"))

    assert both.response == alone.response


# Agreements that come, go and stay broken


def test_time_before_the_first_agreement_is_counted_from_the_opening(p2: Terms) -> None:
    log = (
        Started(at=berlin("08T09:00"), terms=None, reason="no policy"),
        TermsChanged(at=berlin("08T10:00"), terms=p2, reason="policy of the customer"),
    )

    clock = resolution(log, "08T10:00")

    assert (clock.consumed_minutes, clock.due_at) == (60, berlin("08T17:00"))
    assert reason_of(log) == "policy of the customer"


def test_without_any_agreement_nothing_is_counted() -> None:
    clock = resolution((Started(at=berlin("08T09:00"), terms=None),), "08T12:00")

    assert (clock.state, clock.consumed_minutes, clock.intervals) == (State.IDLE, 0, ())


def test_a_withdrawn_promise_is_due_no_more(started: Started) -> None:
    withdrawn = TermsChanged(at=berlin("08T10:00"), terms=None, reason="no promise")

    clock = resolution((started, withdrawn), "08T12:00")

    assert (clock.state, clock.due_at, clock.next_timer_at) == (State.IDLE, None, None)
    assert clock.consumed_minutes == 60


@pytest.mark.parametrize("has_terms", [True, False])
def test_a_broken_promise_stays_broken_when_it_is_withdrawn(
    started: Started, levelled: Terms, has_terms: bool
) -> None:
    nothing = replace(levelled, resolution_minutes=None) if has_terms else None
    withdrawn = TermsChanged(at=berlin("08T11:00"), terms=nothing, reason="priority P4")

    clock = resolution((started, withdrawn, Resolved(at=berlin("08T11:30"))), "08T12:00")

    assert (clock.state, clock.budget_minutes) == (State.MISSED, 100)
    assert clock.breached_at == berlin("08T10:40")


def test_a_calendar_that_changes_counts_what_is_left_in_the_new_one(
    started: Started, levelled: Terms, nrw_with_lunch: WorkingCalendar
) -> None:
    changed = TermsChanged(
        at=berlin("08T10:00"), terms=replace(levelled, calendar=nrw_with_lunch), reason="calendar"
    )
    late = replace(started, at=berlin("08T11:00"))

    clock = resolution((late, replace(changed, at=berlin("08T11:30"))), "08T11:30")

    assert clock.consumed_minutes == 30
    assert clock.due_at == berlin("08T13:40")


# Reports


def test_an_excluded_ticket_says_why_and_its_clocks_go_on(started: Started) -> None:
    plain = fold((started,), now=berlin("08T12:00"))

    clocks = fold(
        (started, Excluded(at=berlin("08T10:00"), reason="power cut")), now=berlin("08T12:00")
    )

    assert clocks.excluded == "power cut"
    assert (clocks.response, clocks.resolution) == (plain.response, plain.resolution)


def test_an_included_ticket_is_counted_again(started: Started) -> None:
    log = (
        started,
        Excluded(at=berlin("08T10:00"), reason="power cut"),
        Responded(at=berlin("08T10:10")),
        Included(at=berlin("08T11:00"), reason="counted again"),
    )

    assert fold(log, now=berlin("08T10:30")).excluded == "power cut"
    assert fold(log, now=berlin("08T12:00")).excluded is None
