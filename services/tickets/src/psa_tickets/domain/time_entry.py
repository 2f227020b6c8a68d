"""Minutes worked: what an entry may say, and who lets it through to the invoice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from psa_common.errors import Conflict, Invalid, Refused
from psa_tickets.domain.local_time import as_utc, midnights_between, zone_of

DAY_MINUTES = 1_440
MINUTE = timedelta(minutes=1)


class Billable(StrEnum):
    """What the customer pays: all, nothing unseen, a shown 0, or a shown gift."""

    BILLABLE = "billable"
    NON_BILLABLE = "non_billable"
    NO_CHARGE = "no_charge"
    GOODWILL = "goodwill"


class Approval(StrEnum):
    """How far an entry is on its way to the invoice."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    BILLED = "billed"


#: An approval is final, for billing hears of it; what was wrong is put right by another entry.
STEPS: Mapping[Approval, frozenset[Approval]] = {
    Approval.DRAFT: frozenset({Approval.SUBMITTED}),
    Approval.SUBMITTED: frozenset({Approval.DRAFT, Approval.APPROVED, Approval.REJECTED}),
    Approval.REJECTED: frozenset({Approval.SUBMITTED}),
    Approval.APPROVED: frozenset({Approval.BILLED}),
    Approval.BILLED: frozenset(),
}

EDITABLE = frozenset({Approval.DRAFT, Approval.REJECTED})


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


class IllegalApproval(Refused):
    """The way to the invoice has no such step."""

    code = "illegal_approval_step"

    def __init__(self, current: Approval, wanted: Approval) -> None:
        allowed = ", ".join(sorted(STEPS[current])) or "nothing"
        super().__init__(
            f"Work that is {current} cannot become {wanted}; it may become {allowed}.",
            field="state",
        )
        self.current = current
        self.wanted = wanted


class EntryLocked(Refused):
    """Somebody relies on what the entry says."""

    code = "time_entry_locked"

    def __init__(self, current: Approval) -> None:
        super().__init__(
            f"Work that is {current} cannot be changed; "
            "withdraw a submitted entry, correct an approved one by another."
        )
        self.current = current


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """When and how long somebody worked; `work_date` is the local date of the beginning."""

    work_date: date
    started_at: datetime | None
    ended_at: datetime | None
    minutes: int

    def __str__(self) -> str:
        if self.started_at is None or self.ended_at is None:
            return f"{self.minutes} minutes on {self.work_date}"
        return f"{self.started_at:%Y-%m-%dT%H:%MZ} to {self.ended_at:%Y-%m-%dT%H:%MZ}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeEntry:
    """One person's work on one ticket or task."""

    id: UUID
    ticket_id: UUID | None
    task_id: UUID | None
    user_id: UUID
    work: Work
    work_type: str
    billable: Billable
    note: str
    state: Approval


def record_work(
    *,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
    work_date: date | None = None,
    minutes: int | None = None,
    time_zone: str,
    now: datetime,
) -> Work:
    """
    Return the work that the given two of four describe; *time_zone* decides its date.

    Raises IncompleteTime, MinutesOutOfRange or WorkInFuture.
    """
    match started_at, ended_at, work_date, minutes:
        case datetime(), datetime(), None, None:
            work = _work_from(as_utc(started_at), as_utc(ended_at), time_zone)
        case datetime(), None, None, int():
            start = as_utc(started_at)
            work = _work_from(start, start + _in_range(minutes) * MINUTE, time_zone)
        case None, None, date(), int():
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

    start, end = work.started_at, work.ended_at
    cuts = (start, *midnights_between(start, end, zone_of(time_zone)), end)
    pieces: list[Work] = []
    for since, until in pairwise(cuts):
        minutes = (until - start) // MINUTE - (since - start) // MINUTE
        if minutes:
            day = since.astimezone(zone_of(time_zone)).date()
            pieces.append(Work(work_date=day, started_at=since, ended_at=until, minutes=minutes))
    return tuple(pieces)


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


def decide(entry: TimeEntry, wanted: Approval) -> TimeEntry:
    """
    Return *entry* one step further.

    Raises IllegalApproval if there is no such step.
    """
    if wanted not in STEPS[entry.state]:
        raise IllegalApproval(entry.state, wanted)
    return replace(entry, state=wanted)


def refuse_locked(entry: TimeEntry) -> None:
    """Raise EntryLocked unless *entry* may still be changed."""
    if entry.state not in EDITABLE:
        raise EntryLocked(entry.state)


def _work_from(start: datetime, end: datetime, time_zone: str) -> Work:
    return Work(
        work_date=start.astimezone(zone_of(time_zone)).date(),
        started_at=start,
        ended_at=end,
        minutes=_in_range((end - start) // MINUTE),
    )


def _in_range(minutes: int) -> int:
    if not 1 <= minutes <= DAY_MINUTES:
        raise MinutesOutOfRange(minutes)
    return minutes
