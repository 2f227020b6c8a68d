"""A stopwatch on a ticket or task: it runs, pauses, and becomes work when stopped."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from psa_common.errors import Conflict, Refused
from psa_tickets.domain.local_time import as_utc, midnights_between, zone_of
from psa_tickets.domain.time.work import MINUTE, Work

#: Who forgets a timer has gone home; a shift is no longer than this.
RUN_MAX = timedelta(hours=12)
RUNS_MAX = 200


class TimerPaused(Conflict):
    """Only what runs can be paused."""

    code = "timer_paused"

    def __init__(self) -> None:
        super().__init__("The timer is paused already; resume or stop it.")


class TimerRuns(Conflict):
    """Only what is paused can go on."""

    code = "timer_runs"

    def __init__(self) -> None:
        super().__init__("The timer runs already; pause or stop it.")


class TimerTooShort(Refused):
    """Less than a minute is no work to bill."""

    code = "timer_too_short"

    def __init__(self) -> None:
        super().__init__("The timer holds less than a minute; let it run on or delete it.")


class TooManyRuns(Refused):
    """A timer that has been paused so often is several pieces of work."""

    code = "too_many_runs"

    def __init__(self) -> None:
        super().__init__(f"The timer has been paused {RUNS_MAX} times; stop it and start anew.")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch in which the timer ran."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """What has been run, and since when it runs now; paused if it does not."""

    runs: tuple[Run, ...] = ()
    running_since: datetime | None = None

    def elapsed(self, now: datetime) -> timedelta:
        """Return how long it has run; instants are UTC, so a clock change adds nothing."""
        return sum((run.until - run.since for run in pause_if_running(self, now).runs), timedelta())


def pause(timer: Timer, *, now: datetime) -> Timer:
    """Return *timer* paused, at the latest when its run was long enough; raises TimerPaused."""
    if timer.running_since is None:
        raise TimerPaused
    until = max(timer.running_since, min(as_utc(now), timer.running_since + RUN_MAX))
    run = Run(timer.running_since, until)
    return replace(timer, runs=(*timer.runs, run), running_since=None)


def pause_if_running(timer: Timer, now: datetime) -> Timer:
    """Return *timer* paused, whether it ran or not."""
    return timer if timer.running_since is None else pause(timer, now=now)


def resume(timer: Timer, *, now: datetime) -> Timer:
    """Return *timer* running; raises TimerRuns or TooManyRuns."""
    if timer.running_since is not None:
        raise TimerRuns
    if len(timer.runs) >= RUNS_MAX:
        raise TooManyRuns
    # Two servers' clocks may differ by a little; time never runs backwards.
    since = max([as_utc(now), *(run.until for run in timer.runs)])
    return replace(timer, running_since=since)


def is_overdue(timer: Timer, now: datetime) -> bool:
    """Tell whether the timer was forgotten."""
    return timer.running_since is not None and now - timer.running_since >= RUN_MAX


def stop(timer: Timer, *, time_zone: str, now: datetime) -> tuple[Work, ...]:
    """
    Return the work that *timer* has measured: one piece for each run and local day.

    A pause belongs to no piece, for something else may have been done in it. The minutes add
    up to the whole minutes run in all. Raises TimerTooShort.
    """
    zone = zone_of(time_zone)
    pieces: list[Work] = []
    before = timedelta()
    for since, until in _days(pause_if_running(timer, now).runs, time_zone):
        after = before + (until - since)
        minutes = after // MINUTE - before // MINUTE
        before = after
        if minutes:
            work_date = since.astimezone(zone).date()
            pieces.append(
                Work(work_date=work_date, started_at=since, ended_at=until, minutes=minutes)
            )
    if not pieces:
        raise TimerTooShort
    return tuple(pieces)


def _days(runs: Iterable[Run], time_zone: str) -> Iterator[tuple[datetime, datetime]]:
    """Yield the runs, cut at midnights."""
    zone = zone_of(time_zone)
    for run in runs:
        yield from pairwise([run.since, *midnights_between(run.since, run.until, zone), run.until])
