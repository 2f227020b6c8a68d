"""Levels at shares of the budget: when they are reached, and that it is once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from psa_tickets.domain.sla import fold
from psa_tickets.domain.sla_clock import Clock
from psa_tickets.domain.sla_log import (
    Escalated,
    Event,
    Paused,
    Resumed,
    Started,
    TermsChanged,
)
from psa_tickets.domain.sla_terms import (
    LATEST_LEVEL_PERCENT,
    Escalation,
    LevelOutOfRange,
    LevelTwice,
    Metric,
    Recipient,
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


@pytest.mark.parametrize(
    ("now", "reached"),
    [
        ("08T09:49", []),
        ("08T09:50", [50]),
        ("08T10:29", [50]),
        ("08T10:30", [50, 90]),
        ("08T10:40", [50, 90, 100]),
        ("08T10:49", [50, 90, 100]),
        ("08T10:50", [50, 90, 100, 110]),
    ],
)
def test_a_level_is_reached_to_the_minute(started: Started, now: str, reached: list[int]) -> None:
    clock = resolution((started,), now)

    assert sorted(clock.reached) == reached
    assert sorted(clock.ahead) == sorted({50, 90, 100, 110} - set(reached))


def test_the_timer_looks_for_levels_after_the_breach_too(started: Started) -> None:
    clock = resolution((started,), "08T10:41")

    assert clock.breached_at == berlin("08T10:40")
    assert clock.next_timer_at == berlin("08T10:50")
    assert resolution((started,), "08T10:50").next_timer_at is None


def test_a_level_waits_out_a_pause(started: Started) -> None:
    log = (
        started,
        Paused(at=berlin("08T09:40"), reason="waiting_customer"),
        Resumed(at=berlin("09T09:00")),
    )

    paused, resumed = resolution(log, "08T16:00"), resolution(log, "09T09:00")

    assert (paused.ahead, paused.reached, paused.next_timer_at) == ({}, {}, None)
    assert resumed.ahead[50] == berlin("09T09:10")


def test_a_level_does_not_fire_at_night(started: Started) -> None:
    late = replace(started, at=berlin("08T16:50"))

    assert resolution((late,), "09T07:59").reached == {}
    assert resolution((late,), "09T08:40").reached == {50: berlin("09T08:40")}


def test_a_level_of_one_metric_leaves_the_other_alone(p2: Terms) -> None:
    only_response = (Escalation(percent=50, metric=Metric.RESPONSE),)
    log = (Started(at=berlin("08T09:00"), terms=replace(p2, escalations=only_response)),)

    clocks = fold(log, now=berlin("08T17:00"))

    assert list(clocks.response.reached) == [50]
    assert clocks.resolution.reached == clocks.resolution.ahead == {}


def test_other_terms_by_a_person_begin_a_new_budget_that_escalates_anew(
    started: Started, levelled: Terms
) -> None:
    changed = TermsChanged(at=berlin("08T10:00"), terms=levelled, reason="priority P1")

    clock = resolution((started, changed), "08T10:00")

    assert clock.budget_version == 2
    assert clock.reached == {50: berlin("08T10:00")}


def test_other_terms_by_an_escalation_escalate_only_what_is_still_ahead(
    started: Started, levelled: Terms
) -> None:
    shorter = replace(levelled, resolution_minutes=60)
    changed = Escalated(at=berlin("08T09:50"), terms=shorter, reason="escalation")

    at_once, later = (resolution((started, changed), now) for now in ("08T09:50", "08T09:54"))

    assert at_once.budget_version == later.budget_version == 1
    assert at_once.reached == {50: berlin("08T09:50")}
    assert later.reached == {50: berlin("08T09:50"), 90: berlin("08T09:54")}


def test_a_broken_promise_escalates_what_comes_after_it_and_nothing_before(
    started: Started, levelled: Terms
) -> None:
    changed = TermsChanged(
        at=berlin("08T10:45"),
        terms=replace(levelled, escalations=(*levelled.escalations, Escalation(percent=80))),
        reason="priority P1",
    )

    clock = resolution((started, changed), "08T12:00")

    assert sorted(clock.reached) == [50, 90, 100, 110]


@pytest.mark.parametrize("percent", [0, -1, LATEST_LEVEL_PERCENT + 1])
def test_a_level_out_of_range_is_refused(percent: int) -> None:
    with pytest.raises(LevelOutOfRange) as refusal:
        Escalation(percent=percent)

    assert refusal.value.percent == percent


def test_two_escalations_of_one_level_are_refused(p2: Terms) -> None:
    twice = (Escalation(percent=90), Escalation(percent=90, metric=Metric.RESPONSE))

    with pytest.raises(LevelTwice) as refusal:
        replace(p2, escalations=twice)

    assert (refusal.value.metric, refusal.value.percent) == (Metric.RESPONSE, 90)


def test_telling_people_is_no_act() -> None:
    assert not Escalation(percent=90, notify=(Recipient.ASSIGNEE,)).acts
    assert Escalation(percent=90, set_status="in_progress").acts
