"""Which stories a ticket can live, phase by phase."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from psa_tickets.domain.calendar import CLOSED, Window, WorkingCalendar
from psa_tickets.domain.sla import fold
from psa_tickets.domain.sla_clock import Clocks
from psa_tickets.domain.sla_log import (
    LIFE,
    DeadlineCleared,
    DeadlineSet,
    Escalated,
    Event,
    Excluded,
    ImpossibleOrder,
    Included,
    Paused,
    Phase,
    Reopened,
    Resolved,
    Responded,
    Resumed,
    Started,
    TermsChanged,
    in_order,
)
from psa_tickets.domain.sla_terms import Metric, Terms

BERLIN = ZoneInfo("Europe/Berlin")
MICROSECOND = timedelta(microseconds=1)
OPENED_AT = datetime(2026, 6, 3, 16, 30, tzinfo=BERLIN)


def berlin(text: str) -> datetime:
    """Read a time of June 2026, such as "03T16:30"."""
    return datetime.fromisoformat(f"2026-06-{text}").replace(tzinfo=BERLIN)


def at(log: Sequence[Event], text: str) -> Clocks:
    return fold(log, now=berlin(text))


# Order


def test_backdated_events_are_sorted_by_when_they_happened(t1001: tuple[Event, ...]) -> None:
    assert at(tuple(reversed(t1001)), "08T15:00") == at(t1001, "08T15:00")


def test_what_happened_at_one_instant_keeps_its_order(p2: Terms) -> None:
    now = berlin("08T10:00")
    log = (
        Started(at=berlin("08T09:00"), terms=p2),
        Paused(at=berlin("08T09:30"), reason="waiting_customer"),
        Resumed(at=now),
        Paused(at=now, reason="scheduled"),
    )

    resolution = fold(log, now=berlin("08T10:30")).resolution

    assert [interval.reason for interval in resolution.intervals] == [
        "opened",
        "waiting_customer",
        "scheduled",
    ]


def test_what_happens_later_has_not_happened_yet(t1001: tuple[Event, ...]) -> None:
    assert at(t1001, "05T10:00") == at(t1001[:3], "05T10:00")


NOON = datetime(2026, 6, 3, 10, tzinfo=UTC)
OFFICE = WorkingCalendar(
    name="Büro",
    time_zone="Europe/Berlin",
    week=((Window.parse("08:00-12:00"), Window.parse("13:00-17:00")),) * 5 + (CLOSED, CLOSED),
)
TERMS = Terms(calendar=OFFICE, response_minutes=60, resolution_minutes=480)
ALL_KINDS: tuple[Event, ...] = (
    Started(at=NOON, terms=TERMS),
    Responded(at=NOON),
    Paused(at=NOON, reason="scheduled"),
    Resumed(at=NOON),
    Resolved(at=NOON),
    Reopened(at=NOON),
    TermsChanged(at=NOON, terms=TERMS, reason="priority P1"),
    Escalated(at=NOON, terms=TERMS, reason="escalation"),
    DeadlineSet(at=NOON, metric=Metric.RESOLUTION, due_at=NOON, reason="agreed"),
    DeadlineCleared(at=NOON, metric=Metric.RESOLUTION, reason="void"),
    Excluded(at=NOON, reason="force majeure"),
    Included(at=NOON, reason="mistake"),
)
TO_PHASE: dict[Phase, tuple[Event, ...]] = {
    Phase.IDLE: (),
    Phase.RUNNING: ALL_KINDS[:1],
    Phase.PAUSED: (ALL_KINDS[0], ALL_KINDS[2]),
    Phase.STOPPED: (ALL_KINDS[0], ALL_KINDS[4]),
}
# One row for each phase, one column for each kind in the order above; what it leads to, or not.
TABLE = {
    Phase.IDLE: "running - - - - - -" + " -" * 5,
    Phase.RUNNING: "- running paused - stopped - running" + " running" * 5,
    Phase.PAUSED: "- paused - running stopped - paused" + " paused" * 5,
    Phase.STOPPED: "- stopped - - - running stopped" + " stopped" * 5,
}
CELLS = [
    (phase, event, mark)
    for phase, row in TABLE.items()
    for event, mark in zip(ALL_KINDS, row.split(), strict=True)
]


@pytest.mark.parametrize(("phase", "event", "mark"), [cell for cell in CELLS if cell[2] != "-"])
def test_a_possible_story_goes_on(phase: Phase, event: Event, mark: str) -> None:
    assert in_order((*TO_PHASE[phase], event))[-1] == event
    assert LIFE[phase][type(event)] == Phase(mark)


@pytest.mark.parametrize(("phase", "event"), [cell[:2] for cell in CELLS if cell[2] == "-"])
def test_an_impossible_story_is_refused(phase: Phase, event: Event) -> None:
    with pytest.raises(
        ImpossibleOrder, match=f"{event.kind} at .* the clock is {phase}"
    ) as refusal:
        fold((*TO_PHASE[phase], event), now=NOON)

    assert (refusal.value.event, refusal.value.phase) == (event, phase)


def test_an_answer_before_the_opening_is_refused(p2: Terms) -> None:
    log = (Started(at=OPENED_AT, terms=p2), Responded(at=OPENED_AT - MICROSECOND))

    with pytest.raises(ImpossibleOrder, match="possible is started"):
        fold(log, now=OPENED_AT)
