"""What is promised: budgets in working minutes, when to warn, and what to do at which share."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from psa_common.errors import Invalid
from psa_tickets.domain.calendar import WorkingCalendar
from psa_tickets.domain.priority import Priority

LONGEST_BUDGET_MINUTES = 525_600
LATEST_LEVEL_PERCENT = 500


class Metric(StrEnum):
    """What a clock measures."""

    RESPONSE = "response"
    RESOLUTION = "resolution"


class Source(StrEnum):
    """For whom a policy was chosen; the first one that has a say decides."""

    TICKET = "ticket"
    CONTRACT = "contract"
    LOCATION = "location"
    CUSTOMER = "customer"
    QUEUE = "queue"
    TENANT = "tenant"


class Recipient(StrEnum):
    """Who is told by the part they have in a ticket; others are named."""

    ASSIGNEE = "assignee"
    CONTACT = "contact"


class BudgetOutOfRange(Invalid):
    """A promise is at least a minute and at most a year."""

    code = "budget_out_of_range"

    def __init__(self, metric: Metric, minutes: int) -> None:
        super().__init__(
            f"A {metric} budget of {minutes} minutes; give 1 to {LONGEST_BUDGET_MINUTES}.",
            field=f"{metric}_minutes",
        )
        self.metric = metric
        self.minutes = minutes


class WarningOutOfRange(Invalid):
    """A warning comes after some of the budget and not after all of it."""

    code = "warning_out_of_range"

    def __init__(self, percent: int) -> None:
        super().__init__(f"A warning at {percent} percent; give 1 to 100.", field="warning_percent")
        self.percent = percent


class LevelOutOfRange(Invalid):
    """An escalation comes after some of the budget, at the latest long after all of it."""

    code = "level_out_of_range"

    def __init__(self, percent: int) -> None:
        super().__init__(
            f"An escalation at {percent} percent; give 1 to {LATEST_LEVEL_PERCENT}.",
            field="escalations",
        )
        self.percent = percent


class LevelTwice(Invalid):
    """A clock reaches a level once, so one escalation says all that happens then."""

    code = "level_twice"

    def __init__(self, metric: Metric, percent: int) -> None:
        super().__init__(
            f"Two escalations of {metric} at {percent} percent; make them one.",
            field="escalations",
        )
        self.metric = metric
        self.percent = percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """
    What is to be done once a share of the budget is used; without a metric by either clock.

    `set_status` is the key of a status. Whether the step is legal is decided when it is due.
    """

    percent: int
    metric: Metric | None = None
    notify: tuple[Recipient, ...] = ()
    notify_user_ids: tuple[UUID, ...] = ()
    raise_priority_to: Priority | None = None
    assign_to: UUID | None = None
    move_to_queue: UUID | None = None
    set_status: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.percent <= LATEST_LEVEL_PERCENT:
            raise LevelOutOfRange(self.percent)

    @property
    def acts(self) -> bool:
        """Whether it changes the ticket; telling people changes nothing."""
        wanted = (self.raise_priority_to, self.assign_to, self.move_to_queue, self.set_status)
        return any(one is not None for one in wanted)

    def concerns(self, metric: Metric) -> bool:
        """Say whether the clock of *metric* can reach it."""
        return self.metric is None or self.metric is metric


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenPolicy:
    """Which version of which policy was taken, and for whose sake."""

    id: UUID
    version: int
    name: str
    source: Source
    calendar_id: UUID
    calendar_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is promised, and the calendar it is counted in; None promises nothing."""

    calendar: WorkingCalendar
    response_minutes: int | None
    resolution_minutes: int | None
    warning_percent: int = 75
    escalations: tuple[Escalation, ...] = ()
    #: Missing in what was written down before policies had versions.
    policy: ChosenPolicy | None = None

    def __post_init__(self) -> None:
        for metric in Metric:
            minutes = self.minutes(metric)
            if minutes is not None and not 1 <= minutes <= LONGEST_BUDGET_MINUTES:
                raise BudgetOutOfRange(metric, minutes)
            _refuse_twice(metric, self.levels(metric))
        if not 1 <= self.warning_percent <= 100:
            raise WarningOutOfRange(self.warning_percent)

    def minutes(self, metric: Metric) -> int | None:
        """Return the budget of *metric*."""
        return self.response_minutes if metric is Metric.RESPONSE else self.resolution_minutes

    def budget(self, metric: Metric) -> timedelta | None:
        """Return the working time that *metric* may take."""
        minutes = self.minutes(metric)
        return None if minutes is None else timedelta(minutes=minutes)

    def levels(self, metric: Metric) -> tuple[int, ...]:
        """Return the shares of the budget, in percent, at which *metric* escalates."""
        return tuple(one.percent for one in self.escalations if one.concerns(metric))

    def escalation(self, metric: Metric, percent: int) -> Escalation | None:
        """Return what is to be done when *metric* has used *percent* of its budget."""
        wanted = (one for one in self.escalations if one.concerns(metric))
        return next((one for one in wanted if one.percent == percent), None)


def _refuse_twice(metric: Metric, levels: tuple[int, ...]) -> None:
    for percent in levels:
        if levels.count(percent) > 1:
            raise LevelTwice(metric, percent)
