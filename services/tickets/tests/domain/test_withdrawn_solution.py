"""A solution that was withdrawn has not been: both clocks count as if nobody had said it."""

from datetime import UTC, datetime, timedelta

import pytest

from psa_tickets.domain import sla
from psa_tickets.domain.sla_log import (
    Event,
    ImpossibleOrder,
    Paused,
    Recorded,
    Resolved,
    Responded,
    Resumed,
    Started,
    Terms,
    Withdrawn,
)

OPENED = datetime(2026, 6, 3, 8, 0, tzinfo=UTC)
MERGED = OPENED + timedelta(minutes=30)
LATER = OPENED + timedelta(hours=3)


def _log(p2: Terms, *events: Event) -> tuple[Event, ...]:
    return (Started(at=OPENED, terms=p2), *events)


@pytest.mark.parametrize(
    "happened",
    [
        pytest.param((), id="running"),
        pytest.param((Responded(at=OPENED + timedelta(minutes=5)),), id="answered"),
        pytest.param((Paused(at=OPENED + timedelta(minutes=9), reason="customer"),), id="paused"),
    ],
)
def test_the_clocks_stand_where_they_would_without_it(
    p2: Terms, happened: tuple[Event, ...]
) -> None:
    log = _log(p2, *happened)
    stop = (Resolved(at=MERGED), Withdrawn(at=MERGED))

    assert sla.fold((*log, *stop), now=LATER) == sla.fold(log, now=LATER)


def test_the_story_goes_on_after_it(p2: Terms) -> None:
    paused = Paused(at=OPENED + timedelta(minutes=9), reason="customer")
    stop: tuple[Recorded, ...] = (Resolved(at=MERGED), Withdrawn(at=MERGED))
    after = (Resumed(at=LATER), Resolved(at=LATER + timedelta(minutes=10)))
    now = LATER + timedelta(hours=1)

    with_stop = sla.fold((*_log(p2, paused), *stop, *after), now=now)

    assert with_stop == sla.fold(_log(p2, paused, *after), now=now)


@pytest.mark.parametrize("at", [MERGED - timedelta(minutes=1), MERGED + timedelta(minutes=1)])
def test_only_the_solution_of_that_instant_can_be_withdrawn(p2: Terms, at: datetime) -> None:
    with pytest.raises(ImpossibleOrder):
        sla.fold((*_log(p2), Resolved(at=MERGED), Withdrawn(at=at)), now=LATER)
