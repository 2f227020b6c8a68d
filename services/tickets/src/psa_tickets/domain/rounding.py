"""How worked minutes become chargeable ones; what was really worked never changes."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from psa_common.errors import Invalid
from psa_tickets.domain.time_entry import TimeEntry

INCREMENTS = (1, 5, 6, 10, 15, 30, 60)


class Mode(StrEnum):
    """Where a begun increment goes; nearest sends the half up."""

    UP = "up"
    NEAREST = "nearest"
    DOWN = "down"


class Scope(StrEnum):
    """What is added up before it is rounded."""

    ENTRY = "entry"
    TICKET_DAY = "ticket_day"
    TICKET_PERIOD = "ticket_period"
    INVOICE = "invoice"


class BadRounding(Invalid):
    """A rounding policy holds a value that no policy can have."""

    code = "bad_rounding"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundingPolicy:
    """
    What is agreed about begun increments.

    A remainder of at most `grace_minutes` over a full increment is given away; what is left of
    any work counts at least `minimum_minutes`.
    """

    increment_minutes: int = 15
    mode: Mode = Mode.UP
    minimum_minutes: int = 0
    grace_minutes: int = 0
    scope: Scope = Scope.TICKET_PERIOD

    def __post_init__(self) -> None:
        if self.increment_minutes not in INCREMENTS:
            raise BadRounding(
                f"An increment of {self.increment_minutes} minutes; use one of {INCREMENTS}.",
                field="increment_minutes",
            )
        if not 0 <= self.minimum_minutes <= 480:
            raise BadRounding(
                f"A minimum of {self.minimum_minutes} minutes; use 0 to 480.",
                field="minimum_minutes",
            )
        if not 0 <= self.grace_minutes < self.increment_minutes:
            raise BadRounding(
                f"A grace of {self.grace_minutes} minutes; use less than the increment.",
                field="grace_minutes",
            )


def round_minutes(minutes: Iterable[int], policy: RoundingPolicy) -> int:
    """Return what *minutes* of one scope count: added up, then grace, minimum, increment."""
    worked = sum(minutes)
    if worked == 0:
        return 0

    remainder = worked % policy.increment_minutes
    left = worked - remainder if remainder <= policy.grace_minutes else worked
    return _to_increment(max(left, policy.minimum_minutes), policy)


def round_entries(entries: Iterable[TimeEntry], policy: RoundingPolicy) -> int:
    """Return what *entries* of one period count, rounded within each scope."""
    scopes: defaultdict[Hashable, list[int]] = defaultdict(list)
    for entry in entries:
        scopes[_scope_of(entry, policy.scope)].append(entry.work.minutes)
    return sum(round_minutes(minutes, policy) for minutes in scopes.values())


def _scope_of(entry: TimeEntry, scope: Scope) -> Hashable:
    match scope:
        case Scope.ENTRY:
            return entry.id
        case Scope.TICKET_DAY:
            return entry.ticket_id, entry.task_id, entry.work.work_date
        case Scope.TICKET_PERIOD:
            return entry.ticket_id, entry.task_id
        case Scope.INVOICE:
            return None


def _to_increment(minutes: int, policy: RoundingPolicy) -> int:
    increment = policy.increment_minutes
    match policy.mode:
        case Mode.UP:
            return -(-minutes // increment) * increment
        case Mode.NEAREST:
            return (2 * minutes + increment) // (2 * increment) * increment
        case Mode.DOWN:
            return minutes // increment * increment
