"""When a promise is met, when it is missed, and why a miss stays one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from psa_tickets.domain.sla import fold
from psa_tickets.domain.sla_clock import Clocks, State
from psa_tickets.domain.sla_log import (
    Event,
    Paused,
    Reopened,
    Resolved,
    Responded,
    Resumed,
    Started,
    TermsChanged,
)
from psa_tickets.domain.sla_terms import Terms

BERLIN = ZoneInfo("Europe/Berlin")
MICROSECOND = timedelta(microseconds=1)
OPENED_AT = datetime(2026, 6, 3, 16, 30, tzinfo=BERLIN)


def berlin(text: str) -> datetime:
    """Read a time of June 2026, such as "03T16:30"."""
    return datetime.fromisoformat(f"2026-06-{text}").replace(tzinfo=BERLIN)


def at(log: Sequence[Event], text: str) -> Clocks:
    return fold(log, now=berlin(text))


def one_hour(p2: Terms) -> Terms:
    return replace(p2, response_minutes=60, resolution_minutes=60)


# Met and missed


def test_a_clock_is_met_up_to_and_including_its_due_instant(p2: Terms) -> None:
    started = Started(at=berlin("08T09:00"), terms=one_hour(p2))

    in_time = at((started, Resolved(at=berlin("08T10:00"))), "08T10:00").resolution
    too_late = at((started, Resolved(at=berlin("08T10:00") + MICROSECOND)), "08T11:00").resolution

    assert (in_time.state, in_time.breached_at) == (State.MET, None)
    assert (too_late.state, too_late.breached_at) == (State.MISSED, berlin("08T10:00"))


def test_a_breached_clock_runs_on_and_ends_missed(p2: Terms) -> None:
    log = (Started(at=berlin("08T09:00"), terms=one_hour(p2)), Resolved(at=berlin("08T11:30")))

    running = at(log, "08T10:30").resolution
    ended = at(log, "08T11:30").resolution

    assert (running.state, running.breached_at) == (State.RUNNING, berlin("08T10:00"))
    assert (running.due_at, running.remaining_minutes) == (berlin("08T10:00"), -30)
    assert (ended.state, ended.consumed_minutes) == (State.MISSED, 150)
    assert ended.consumed_percent == Decimal("250.0")


def test_a_due_date_at_closing_time_is_missed_by_an_answer_on_saturday(p2: Terms) -> None:
    log = (Started(at=berlin("05T16:00"), terms=one_hour(p2)), Resolved(at=berlin("06T10:00")))

    assert at(log, "06T10:00").resolution.breached_at == berlin("05T17:00")


def test_a_miss_is_not_laundered_by_a_reopening(p2: Terms) -> None:
    log = (
        Started(at=berlin("08T09:00"), terms=one_hour(p2)),
        Resolved(at=berlin("08T11:00")),
        Reopened(at=berlin("08T12:00")),
        Resolved(at=berlin("08T12:01")),
    )

    resolution = at(log, "08T13:00").resolution

    assert (resolution.state, resolution.breached_at) == (State.MISSED, berlin("08T10:00"))


def test_a_miss_is_not_laundered_by_a_lower_priority(p2: Terms) -> None:
    started = Started(at=berlin("08T09:00"), terms=one_hour(p2))
    lowered = TermsChanged(at=berlin("08T10:30"), terms=p2, reason="priority P4")

    resolution = at((started, lowered), "08T10:30").resolution

    assert resolution.breached_at == resolution.due_at == berlin("08T10:00")


def test_a_pause_after_the_miss_does_not_move_the_due_date(p2: Terms) -> None:
    log = (
        Started(at=berlin("08T09:00"), terms=one_hour(p2)),
        Paused(at=berlin("08T11:00"), reason="waiting_customer"),
        Resumed(at=berlin("08T12:00")),
    )

    assert at(log, "08T13:00").resolution.due_at == berlin("08T10:00")


def test_a_smaller_budget_than_was_consumed_is_broken_by_the_change(p2: Terms) -> None:
    started = Started(at=berlin("08T09:00"), terms=p2)
    raised = TermsChanged(at=berlin("08T11:00"), terms=one_hour(p2), reason="priority P1")

    at_once = at((started, raised), "08T11:00").resolution
    then = at((started, raised), "08T11:01").resolution

    assert (at_once.due_at, at_once.breached_at) == (berlin("08T11:00"), None)
    assert (then.breached_at, then.remaining_minutes) == (berlin("08T11:00"), -61)


def test_raising_and_lowering_the_priority_gains_nothing(p2: Terms) -> None:
    started = Started(at=berlin("08T09:00"), terms=p2)
    raised = TermsChanged(at=berlin("08T10:00"), terms=one_hour(p2), reason="priority P1")
    lowered = TermsChanged(at=berlin("08T10:00"), terms=p2, reason="priority P2")

    changed = at((started, raised, lowered), "08T12:00").resolution

    assert changed.due_at == at((started,), "08T12:00").resolution.due_at
    assert changed.consumed_minutes == 180


# The response clock


def test_the_response_clock_does_not_pause(p2: Terms) -> None:
    log = (
        Started(at=berlin("08T09:00"), terms=p2),
        Paused(at=berlin("08T09:10"), reason="waiting_third_party"),
    )

    response = at(log, "08T10:01").response

    assert (response.state, response.consumed_minutes) == (State.RUNNING, 61)
    assert response.breached_at == berlin("08T10:00")


def test_only_the_first_answer_counts(t1001: tuple[Event, ...]) -> None:
    again = Responded(at=berlin("05T09:00"))

    assert at((*t1001, again), "09T09:00").response == at(t1001, "09T09:00").response


def test_a_solution_without_a_word_is_an_answer(p2: Terms) -> None:
    log = (Started(at=berlin("08T09:00"), terms=p2), Resolved(at=berlin("08T09:20")))

    response = at(log, "08T12:00").response

    assert (response.state, response.consumed_minutes) == (State.MET, 20)


def test_a_reopening_does_not_ask_for_another_first_response(t1001: tuple[Event, ...]) -> None:
    response = at((*t1001, Reopened(at=berlin("09T09:00"))), "30T09:00").response

    assert (response.state, response.reopen_count) == (State.MET, 0)


def test_another_priority_after_the_answer_does_not_judge_it_again(
    t1001: tuple[Event, ...], p2: Terms
) -> None:
    strict = replace(p2, response_minutes=5, resolution_minutes=5)
    raised = TermsChanged(at=berlin("08T15:00"), terms=strict, reason="priority P1")

    clocks = at((*t1001, raised), "08T16:00")

    assert (clocks.response.state, clocks.response.budget_minutes) == (State.MET, 60)
    assert (clocks.resolution.state, clocks.resolution.budget_minutes) == (State.MET, 480)
