"""The clocks of T-1001 and its variants, to the minute."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from psa_tickets.domain.calendar import HolidayRegion, WorkingCalendar
from psa_tickets.domain.sla import explain, fold
from psa_tickets.domain.sla_clock import Clocks, State
from psa_tickets.domain.sla_log import Event, Phase, Reopened, Resolved, Started, TermsChanged
from psa_tickets.domain.sla_terms import Terms

BERLIN = ZoneInfo("Europe/Berlin")
MICROSECOND = timedelta(microseconds=1)
OPENED_AT = datetime(2026, 6, 3, 16, 30, tzinfo=BERLIN)


def berlin(text: str) -> datetime:
    """Read a time of June 2026, such as "03T16:30"."""
    return datetime.fromisoformat(f"2026-06-{text}").replace(tzinfo=BERLIN)


def at(log: Sequence[Event], text: str) -> Clocks:
    return fold(log, now=berlin(text))


# T-1001


def test_the_response_is_due_on_friday_half_past_eight(t1001: tuple[Event, ...]) -> None:
    response = fold(t1001, now=OPENED_AT).response

    assert (response.state, response.due_at) == (State.RUNNING, berlin("05T08:30"))


def test_the_response_is_met_after_ten_minutes(t1001: tuple[Event, ...]) -> None:
    response = at(t1001, "03T16:40").response

    assert (response.state, response.consumed_minutes) == (State.MET, 10)
    assert response.due_at is None
    assert response.last_due_at == berlin("05T08:30")
    assert response.satisfied_at == berlin("03T16:40")


def test_the_resolution_is_first_due_on_friday_half_past_three(t1001: tuple[Event, ...]) -> None:
    assert fold(t1001, now=OPENED_AT).resolution.due_at == berlin("05T15:30")


def test_a_paused_clock_has_no_due_date_and_says_what_is_left(t1001: tuple[Event, ...]) -> None:
    resolution = at(t1001, "05T09:30").resolution

    assert resolution.state is State.PAUSED
    assert (resolution.consumed_minutes, resolution.remaining_minutes) == (120, 360)
    assert resolution.due_at is None
    assert resolution.warning_at is None
    assert resolution.next_timer_at is None


def test_a_pause_over_the_old_due_date_breaks_nothing(t1001: tuple[Event, ...]) -> None:
    resolution = at(t1001, "08T09:59").resolution

    assert (resolution.state, resolution.consumed_minutes) == (State.PAUSED, 120)
    assert resolution.breached_at is None


def test_after_the_pause_it_is_due_by_what_is_left(t1001: tuple[Event, ...]) -> None:
    resolution = at(t1001, "08T10:00").resolution

    assert resolution.due_at == berlin("08T16:00")
    assert resolution.warning_at == berlin("08T14:00")
    assert resolution.paused_minutes == 570


def test_the_resolution_is_met_with_380_of_480_minutes(t1001: tuple[Event, ...]) -> None:
    resolution = at(t1001, "08T14:20").resolution

    assert (resolution.state, resolution.consumed_minutes) == (State.MET, 380)
    assert resolution.consumed_percent == Decimal("79.2")
    assert resolution.warned_at == berlin("08T14:00")
    assert resolution.breached_at is None
    assert resolution.satisfied_at == berlin("08T14:20")


def test_a_stopped_clock_stays_as_it_is(t1001: tuple[Event, ...]) -> None:
    assert at(t1001, "30T12:00") == at(t1001, "08T14:20")


def test_the_explanation_shows_every_day(t1001: tuple[Event, ...]) -> None:
    story = explain(at(t1001, "08T14:20").resolution)

    assert [
        (step.interval.kind, step.interval.reason, step.interval.minutes) for step in story
    ] == [
        (Phase.RUNNING, "opened", 120),
        (Phase.PAUSED, "waiting_customer", 570),
        (Phase.RUNNING, "resumed", 260),
    ]
    assert [(day.day.day, day.minutes, day.note) for day in story[0].days] == [
        (3, 30, ""),
        (4, 0, "Fronleichnam"),
        (5, 90, ""),
    ]
    assert [(day.day.day, day.minutes) for day in story[1].days] == [
        (5, 450),
        (6, 0),
        (7, 0),
        (8, 120),
    ]


# The same log, other inputs


def test_in_hamburg_corpus_christi_is_worked(p2: Terms) -> None:
    hamburg = replace(p2.calendar, holidays=HolidayRegion(country="DE", subdivision="HH"))
    started = Started(at=OPENED_AT, terms=replace(p2, calendar=hamburg))

    clocks = fold((started,), now=OPENED_AT)

    assert clocks.response.due_at == berlin("04T08:30")
    assert clocks.resolution.due_at == berlin("04T15:30")


def test_a_lunch_break_moves_the_due_date(p2: Terms, nrw_with_lunch: WorkingCalendar) -> None:
    started = Started(at=OPENED_AT, terms=replace(p2, calendar=nrw_with_lunch))

    assert fold((started,), now=OPENED_AT).resolution.due_at == berlin("05T16:30")


def test_a_reopened_ticket_goes_on_where_it_stopped(t1001: tuple[Event, ...]) -> None:
    reopened = (*t1001, Reopened(at=berlin("09T09:00")))
    resolved = (*reopened, Resolved(at=berlin("09T09:30")))

    assert at(reopened, "09T09:00").resolution.due_at == berlin("09T10:40")
    again = at(resolved, "09T09:30").resolution
    assert (again.state, again.consumed_minutes, again.reopen_count) == (State.MET, 410, 1)


def test_the_time_between_resolving_and_reopening_is_shown_and_not_counted(
    t1001: tuple[Event, ...],
) -> None:
    resolution = at((*t1001, Reopened(at=berlin("09T09:00"))), "09T09:00").resolution

    between = resolution.intervals[-1]
    assert (between.kind, between.minutes, between.reason) == (Phase.STOPPED, 220, "resolved")
    assert resolution.consumed_minutes == 380


def test_a_raised_priority_keeps_what_was_consumed(t1001: tuple[Event, ...], p2: Terms) -> None:
    p1 = replace(p2, response_minutes=15, resolution_minutes=240)
    raised = TermsChanged(at=berlin("08T11:00"), terms=p1, reason="priority P1")

    before = at(t1001, "08T11:00").resolution
    after = at((*t1001, raised), "08T11:00").resolution

    assert (after.consumed_minutes, after.due_at) == (180, berlin("08T12:00"))
    assert after.intervals == before.intervals
    assert after.paused_minutes == 570
