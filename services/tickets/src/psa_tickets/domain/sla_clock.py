"""What a clock shows: where a promise stands, and every stretch of time that made it so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from psa_tickets.domain.sla_log import Phase
from psa_tickets.domain.sla_terms import Metric, Terms


class State(StrEnum):
    """Where a clock stands; idle also means that nothing was promised."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """
    A stretch of the story and the working minutes in it.

    The minutes of all running intervals add up to what the clock consumed, to the minute:
    seconds left over by those before (`counted_before`, exact) count along.
    """

    since: datetime
    until: datetime
    kind: Phase
    minutes: int
    counted_before: timedelta
    reason: str
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """
    Where one promise stands.

    `due_at`, `warning_at` and `ahead` exist only while the clock runs; `last_due_at` stays. A
    clock is in time up to and including its due instant. `breached_at` and a miss are final.
    `reached` and `ahead` say when which level, in percent of the budget, was or will be used;
    they begin anew with every budget version, unless the promise is broken already.
    """

    metric: Metric
    state: State
    terms: Terms | None
    budget_minutes: int | None
    budget_version: int
    consumed_minutes: int
    paused_minutes: int
    due_at: datetime | None
    last_due_at: datetime | None
    deadline_at: datetime | None
    warning_at: datetime | None
    warned_at: datetime | None
    breached_at: datetime | None
    satisfied_at: datetime | None
    reached: Mapping[int, datetime]
    ahead: Mapping[int, datetime]
    reopen_count: int
    intervals: tuple[Interval, ...]

    @property
    def remaining_minutes(self) -> int | None:
        """What is left of the budget; negative once it is overdrawn."""
        return None if self.budget_minutes is None else self.budget_minutes - self.consumed_minutes

    @property
    def consumed_percent(self) -> Decimal | None:
        """How much of the budget is used, rounded half up to a tenth of a percent."""
        if self.budget_minutes is None:
            return None
        exact = Decimal(self.consumed_minutes) * 100 / self.budget_minutes
        return exact.quantize(Decimal("0.1"), ROUND_HALF_UP)

    @property
    def next_timer_at(self) -> datetime | None:
        """When to look again: the first of warning, breach and levels that is to come."""
        if self.state is not State.RUNNING:
            return None
        coming = [
            None if self.warned_at or self.breached_at else self.warning_at,
            None if self.breached_at else self.due_at,
            *self.ahead.values(),
        ]
        return min((at for at in coming if at is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Both clocks of a ticket; `excluded` says why reports leave them out."""

    response: Clock
    resolution: Clock
    excluded: str | None = None

    @property
    def next_timer_at(self) -> datetime | None:
        """When either clock wants the next look."""
        timers = (self.response.next_timer_at, self.resolution.next_timer_at)
        return min((at for at in timers if at is not None), default=None)

    @property
    def terms(self) -> Terms | None:
        """The terms that hold for what is still to come; those of the solution last longest."""
        return self.resolution.terms

    def of(self, metric: Metric) -> Clock:
        """Return the clock of *metric*."""
        return self.response if metric is Metric.RESPONSE else self.resolution
