"""How worked minutes become billed minutes: increment, direction, minimum, grace, scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from psa_common.errors import Invalid


class RoundingScope(StrEnum):
    """What is added up before it is rounded."""

    TICKET_PERIOD = "ticket_period"
    ENTRY = "entry"


class RoundingDirection(StrEnum):
    """Where a started increment goes."""

    UP = "up"
    NEAREST = "nearest"
    DOWN = "down"


class ImpossibleRounding(Invalid):
    """A rounding policy holds a value that no policy can have."""

    code = "impossible_rounding"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundingPolicy:
    """
    How the minutes of one ticket or one entry are rounded.

    A remainder of at most *grace_minutes* over a full increment is given away, what is left
    counts at least *minimum_minutes*, and that is rounded: in this order.
    """

    increment_minutes: int = 15
    direction: RoundingDirection = RoundingDirection.UP
    minimum_minutes: int = 0
    grace_minutes: int = 0
    scope: RoundingScope = RoundingScope.TICKET_PERIOD

    def __post_init__(self) -> None:
        if not 1 <= self.increment_minutes <= 480:
            raise ImpossibleRounding("Use 1 to 480 minutes.", field="increment_minutes")
        if not 0 <= self.minimum_minutes <= 480:
            raise ImpossibleRounding("Use 0 to 480 minutes.", field="minimum_minutes")
        if not 0 <= self.grace_minutes < self.increment_minutes:
            raise ImpossibleRounding("Use less than the increment.", field="grace_minutes")


def rounded(minutes: int, policy: RoundingPolicy) -> int:
    """Return *minutes* as the policy bills them; nothing worked stays nothing."""
    if minutes == 0:
        return 0

    remainder = minutes % policy.increment_minutes
    given_away = remainder if remainder <= policy.grace_minutes else 0
    counted = max(minutes - given_away, policy.minimum_minutes)

    full, started = divmod(counted, policy.increment_minutes)
    return (full + _started(started, policy)) * policy.increment_minutes


def rounded_together(minutes: Sequence[int], policy: RoundingPolicy) -> int:
    """Return the billed minutes of all entries of one ticket in one period."""
    match policy.scope:
        case RoundingScope.TICKET_PERIOD:
            return rounded(sum(minutes), policy)
        case RoundingScope.ENTRY:
            return sum(rounded(each, policy) for each in minutes)


def _started(remainder: int, policy: RoundingPolicy) -> int:
    """Return how many increments a started one counts: one or none."""
    if remainder == 0:
        return 0
    match policy.direction:
        case RoundingDirection.UP:
            return 1
        case RoundingDirection.NEAREST:
            return int(remainder * 2 >= policy.increment_minutes)
        case RoundingDirection.DOWN:
            return 0
