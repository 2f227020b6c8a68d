"""Random stories of SLA clocks, for tests of what must hold for all of them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from psa_tickets.domain.calendar import CLOSED, Window, WorkingCalendar
from psa_tickets.domain.sla_log import (
    LIFE,
    DeadlineCleared,
    DeadlineSet,
    Escalated,
    Event,
    Excluded,
    Included,
    Paused,
    Phase,
    Reopened,
    Resolved,
    Responded,
    Resumed,
    Started,
    TermsChanged,
)
from psa_tickets.domain.sla_terms import Escalation, Metric, Terms

OFFICE = WorkingCalendar(
    name="Büro",
    time_zone="Europe/Berlin",
    week=((Window.parse("08:00-12:00"), Window.parse("13:00-17:00")),) * 5 + (CLOSED, CLOSED),
)
NIGHTS = WorkingCalendar(
    name="Nachtwartung", time_zone="Europe/Berlin", week=((Window.parse("01:00-04:00"),),) * 7
)
GAPS = st.timedeltas(timedelta(0), timedelta(days=5))
BUDGETS = st.none() | st.integers(1, 3_000)
LEVELS = st.lists(st.sampled_from([25, 50, 75, 90, 100, 110, 200]), unique=True, max_size=4)


def terms() -> st.SearchStrategy[Terms]:
    """Draw a promise, in one of two calendars, with up to four levels."""
    return st.builds(
        Terms,
        calendar=st.sampled_from([OFFICE, NIGHTS]),
        response_minutes=BUDGETS,
        resolution_minutes=BUDGETS,
        warning_percent=st.sampled_from([50, 75, 100]),
        escalations=LEVELS.map(
            lambda levels: tuple(Escalation(percent=percent) for percent in levels)
        ),
    )


def _deadlines(at: datetime) -> st.SearchStrategy[Event]:
    return st.builds(
        DeadlineSet,
        at=st.just(at),
        metric=st.sampled_from(Metric),
        due_at=GAPS.map(lambda gap: at + gap),
        reason=st.just("agreed"),
    )


#: How each kind of event is drawn for an instant.
DRAW: dict[type[Event], Callable[[datetime], st.SearchStrategy[Event]]] = {
    Responded: lambda at: st.just(Responded(at=at)),
    Paused: lambda at: st.just(Paused(at=at, reason="scheduled")),
    Resumed: lambda at: st.just(Resumed(at=at)),
    Resolved: lambda at: st.just(Resolved(at=at)),
    Reopened: lambda at: st.just(Reopened(at=at)),
    TermsChanged: lambda at: st.builds(
        TermsChanged, at=st.just(at), terms=st.none() | terms(), reason=st.just("priority P1")
    ),
    Escalated: lambda at: st.builds(
        Escalated, at=st.just(at), terms=terms(), reason=st.just("escalation")
    ),
    DeadlineSet: _deadlines,
    DeadlineCleared: lambda at: st.builds(
        DeadlineCleared, at=st.just(at), metric=st.sampled_from(Metric), reason=st.just("void")
    ),
    Excluded: lambda at: st.just(Excluded(at=at, reason="force majeure")),
    Included: lambda at: st.just(Included(at=at, reason="mistake")),
}


@st.composite
def logs(draw: st.DrawFn) -> tuple[Event, ...]:
    """A possible story of up to ten events around the clock change of March 2026."""
    moment = datetime(2026, 3, 26, 7, tzinfo=UTC) + draw(GAPS)
    log: list[Event] = [Started(at=moment, terms=draw(st.none() | terms()))]
    phase = Phase.RUNNING
    for _ in range(draw(st.integers(0, 9))):
        moment += draw(GAPS)
        kind = draw(st.sampled_from(sorted(LIFE[phase], key=lambda kind: kind.kind)))
        phase = LIFE[phase][kind]
        log.append(draw(DRAW[kind](moment)))
    return tuple(log)
