"""
A preview of how worked minutes would be billed; what was worked never changes.

Billing rounds by the contract and has the last word; the order is the same there:
add up, give the grace away, raise to the minimum, round.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import count

from psa_common.errors import Invalid

INCREMENTS = (1, 5, 6, 10, 15, 30, 60)


class Mode(StrEnum):
    """Where a started increment goes."""

    UP = "up"
    NEAREST = "nearest"
    DOWN = "down"


class Scope(StrEnum):
    """What is added up before it is rounded."""

    ENTRY = "entry"
    TICKET_DAY = "ticket_day"
    TICKET_PERIOD = "ticket_period"


class GraceTooLong(Invalid):
    """A grace of a whole increment would give all work away."""

    code = "grace_too_long"

    def __init__(self, grace: int, increment: int) -> None:
        super().__init__(
            f"A grace of {grace} minutes is no part of an increment of {increment}; shorten it.",
            field="grace",
        )


class UnknownIncrement(Invalid):
    """Bills count in parts of an hour that people know."""

    code = "unknown_increment"

    def __init__(self, increment: int) -> None:
        known = ", ".join(str(one) for one in INCREMENTS)
        super().__init__(f"{increment} is no increment; use one of {known}.", field="increment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """How the minutes of one ticket are rounded."""

    increment: int = 15
    mode: Mode = Mode.UP
    minimum: int = 0
    grace: int = 0
    scope: Scope = Scope.TICKET_PERIOD

    def __post_init__(self) -> None:
        if self.increment not in INCREMENTS:
            raise UnknownIncrement(self.increment)
        if self.grace >= self.increment:
            raise GraceTooLong(self.grace, self.increment)


def rounded_total(worked: Iterable[tuple[date, int]], rounding: Rounding) -> int:
    """Return the minutes that (day, minutes) of one ticket would be billed as."""
    entry = count()
    groups: dict[Hashable, int] = {}
    for day, minutes in worked:
        key: Hashable = None
        match rounding.scope:
            case Scope.ENTRY:
                key = next(entry)
            case Scope.TICKET_DAY:
                key = day
            case Scope.TICKET_PERIOD:
                pass
        groups[key] = groups.get(key, 0) + minutes
    return sum(rounded(minutes, rounding) for minutes in groups.values())


def rounded(minutes: int, rounding: Rounding) -> int:
    """Return *minutes* in whole increments; nothing stays nothing, a reversal its mirror."""
    if minutes <= 0:
        return -rounded(-minutes, rounding) if minutes else 0

    remainder = minutes % rounding.increment
    given_away = remainder if remainder <= rounding.grace else 0
    counted = max(minutes - given_away, rounding.minimum)

    full, started = divmod(counted, rounding.increment)
    match rounding.mode:
        case Mode.UP:
            full += started > 0
        case Mode.NEAREST:
            full += started * 2 >= rounding.increment
        case Mode.DOWN:
            pass
    return full * rounding.increment
