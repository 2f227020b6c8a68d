"""When and how long somebody worked: recorded, split at midnight, compared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from psa_common.errors import Conflict, Invalid, Refused
from psa_tickets.domain.local_time import as_utc, midnights_between, zone_of

DAY_MINUTES = 1_440
MINUTE = timedelta(minutes=1)


class IncompleteTime(Invalid):
    """Work is a start and an end, a start and minutes, or a date and minutes."""

    code = "incomplete_time"

    def __init__(self) -> None:
        super().__init__(
            "Give started_at and ended_at, or started_at and minutes, or work_date and minutes.",
            field="minutes",
        )


class MinutesOutOfRange(Refused):
    """Nobody works less than a minute or more than a day in one piece."""

    code = "minutes_out_of_range"

    def __init__(self, minutes: int) -> None:
        super().__init__(
            f"{minutes} minutes of work; give 1 to {DAY_MINUTES}, and started_at before ended_at.",
            field="minutes",
        )
        self.minutes = minutes


class BreakTooLong(Refused):
    """A break is a part of the time between start and end."""

    code = "break_too_long"

    def __init__(self, break_minutes: int, minutes: int) -> None:
        super().__init__(
            f"A break of {break_minutes} minutes leaves no work of {minutes}; shorten it, "
            "and give one only beside started_at and ended_at.",
            field="break_minutes",
        )
        self.break_minutes = break_minutes
        self.minutes = minutes


class WorkInFuture(Refused):
    """Work is written down when it is done."""

    code = "work_in_future"

    def __init__(self, when: datetime | date, now: datetime) -> None:
        super().__init__(
            f"{when.isoformat()} is after now, {now.isoformat()}; enter work when it is done.",
            field="ended_at" if isinstance(when, datetime) else "work_date",
        )
        self.when = when
        self.now = now


class OverlappingWork(Conflict):
    """A person does one thing at a time."""

    code = "overlapping_work"

    def __init__(self, work: "Work", other: "Work") -> None:
        super().__init__(
            f"{work} overlaps {other}, entered already; shorten one of them.", field="started_at"
        )
        self.work = work
        self.other = other


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """
    When and how long somebody worked; `work_date` is the local date of the beginning.

    `minutes` are those worked: the break within start and end is taken off already.
    """

    work_date: date
    started_at: datetime | None
    ended_at: datetime | None
    minutes: int
    break_minutes: int = 0

    def __str__(self) -> str:
        if self.started_at is None or self.ended_at is None:
            return f"{self.minutes} minutes on {self.work_date}"
        return f"{self.started_at:%Y-%m-%dT%H:%MZ} to {self.ended_at:%Y-%m-%dT%H:%MZ}"


def record_work(
    *,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
    work_date: date | None = None,
    minutes: int | None = None,
    break_minutes: int = 0,
    time_zone: str,
    now: datetime,
) -> Work:
    """
    Return the work that the given two of four describe; *time_zone* decides its date.

    Raises IncompleteTime, MinutesOutOfRange, BreakTooLong or WorkInFuture.
    """
    match started_at, ended_at, work_date, minutes:
        case datetime(), datetime(), None, None:
            start, end = as_utc(started_at), as_utc(ended_at)
            work = _work_from(start, end, break_minutes, time_zone)
        case datetime(), None, None, int():
            start = as_utc(started_at)
            end = start + (_in_range(minutes) + break_minutes) * MINUTE
            work = _work_from(start, end, break_minutes, time_zone)
        case None, None, date(), int():
            if break_minutes:
                raise BreakTooLong(break_minutes, minutes)
            work = Work(
                work_date=work_date, started_at=None, ended_at=None, minutes=_in_range(minutes)
            )
        case _:
            raise IncompleteTime

    today = as_utc(now).astimezone(zone_of(time_zone)).date()
    if work.ended_at and work.ended_at > now:
        raise WorkInFuture(work.ended_at, now)
    if work.work_date > today:
        raise WorkInFuture(work.work_date, now)
    return work


def split_at_midnight(work: Work, time_zone: str) -> tuple[Work, ...]:
    """
    Return *work* in one piece a local day, so that each month is billed its own.

    The minutes of the pieces add up to those of the whole; a piece under a minute is left out.
    """
    if work.started_at is None or work.ended_at is None:
        return (work,)

    zone = zone_of(time_zone)
    midnights = midnights_between(work.started_at, work.ended_at, zone)
    cuts = (work.started_at, *midnights, work.ended_at)
    pieces: list[Work] = []
    for (since, until), minutes in zip(pairwise(cuts), shares(work, cuts), strict=True):
        if minutes:
            pieces.append(
                Work(
                    work_date=since.astimezone(zone).date(),
                    started_at=since,
                    ended_at=until,
                    minutes=minutes,
                    break_minutes=_gross(work, since, until) - minutes,
                )
            )
    return tuple(pieces)


def shares(work: Work, cuts: Sequence[datetime]) -> list[int]:
    """
    Return the minutes worked between each two of *cuts*, which begin and end with the work.

    Nobody writes down when the break was, so each stretch bears its part of it; the shares
    always add up to the minutes of the whole.
    """
    gross = work.minutes + work.break_minutes
    worked = [_gross(work, cuts[0], cut) * work.minutes // gross for cut in cuts]
    return [later - earlier for earlier, later in pairwise(worked)]


def overlaps(work: Work, other: Work) -> bool:
    """Tell whether both claim the same instant; work without a start claims none."""
    if not (work.started_at and work.ended_at and other.started_at and other.ended_at):
        return False
    return work.started_at < other.ended_at and other.started_at < work.ended_at


def refuse_overlap(work: Work, others: Iterable[Work]) -> None:
    """Raise OverlappingWork if one of *others*, the same person's, claims the same time."""
    for other in others:
        if overlaps(work, other):
            raise OverlappingWork(work, other)


def gaps(works: Iterable[Work]) -> list[tuple[datetime, datetime]]:
    """Return the stretches between the first start and the last end that nothing claims."""
    claimed = sorted(
        (work.started_at, work.ended_at) for work in works if work.started_at and work.ended_at
    )
    found: list[tuple[datetime, datetime]] = []
    for index, (since, _) in enumerate(claimed[1:], start=1):
        until_now = max(ended for _, ended in claimed[:index])
        if until_now < since:
            found.append((until_now, since))
    return found


def _gross(work: Work, since: datetime, until: datetime) -> int:
    """Return the minutes on the clock, counted from the start so that parts add up."""
    start = work.started_at or since
    return (until - start) // MINUTE - (since - start) // MINUTE


def _work_from(start: datetime, end: datetime, break_minutes: int, time_zone: str) -> Work:
    gross = _in_range((end - start) // MINUTE)
    if break_minutes >= gross:
        raise BreakTooLong(break_minutes, gross)
    return Work(
        work_date=start.astimezone(zone_of(time_zone)).date(),
        started_at=start,
        ended_at=end,
        minutes=gross - break_minutes,
        break_minutes=break_minutes,
    )


def _in_range(minutes: int) -> int:
    if not 1 <= minutes <= DAY_MINUTES:
        raise MinutesOutOfRange(minutes)
    return minutes
