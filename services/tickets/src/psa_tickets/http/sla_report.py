"""What the API shows of a ticket's clocks: where they stand, and every minute that led there."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from psa_common.documents import Resource, shown
from psa_tickets.domain.sla_clock import Clock
from psa_tickets.domain.sla_terms import Source, Terms
from psa_tickets.queries.sla_escalations import Outcome
from psa_tickets.usecases.sla_clocks import ExplainedClock, Explanation


class DayMinutes(msgspec.Struct, frozen=True):
    """Working minutes of one day, and what is special about it (a holiday's name)."""

    day: date
    minutes: int
    note: str


class IntervalReport(msgspec.Struct, frozen=True):
    """A stretch of a clock's story; the minutes of its days add up to its own."""

    since: datetime
    until: datetime
    kind: str
    minutes: int
    reason: str
    days: list[DayMinutes]


class LevelReport(msgspec.Struct, frozen=True, kw_only=True):
    """A share of the budget that escalates, when, and what became of it once it was reached."""

    percent: int
    at: datetime
    reached: bool
    state: str | None
    outcome: str | None


class ClockAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """
    Where a clock stands; minutes are working minutes of the pinned calendar.

    `deadline_at` was agreed by hand and replaces the computed due date.
    """

    state: str
    budget_minutes: int | None
    budget_version: int
    consumed_minutes: int
    consumed_percent: Decimal | None
    remaining_minutes: int | None
    paused_minutes: int
    due_at: datetime | None
    last_due_at: datetime | None
    deadline_at: datetime | None
    warning_at: datetime | None
    warned_at: datetime | None
    breached_at: datetime | None
    satisfied_at: datetime | None
    reopen_count: int
    levels: list[LevelReport]
    intervals: list[IntervalReport]


class PolicyInForce(msgspec.Struct, frozen=True, kw_only=True):
    """Which version of which policy and calendar the clocks follow, and for whose sake."""

    policy_id: UUID
    name: str
    version: int
    chosen_for: Source
    calendar_id: UUID
    calendar_name: str
    calendar_version: int


class ClockReport(msgspec.Struct, frozen=True, kw_only=True):
    """Both clocks of a ticket; without a policy nothing is promised."""

    number: str
    policy: PolicyInForce | None
    reason: str
    excluded: bool
    response: ClockAttributes
    resolution: ClockAttributes


def show(explanation: Explanation) -> Resource[ClockReport]:
    """Show both clocks with every minute they are made of."""
    report = ClockReport(
        number=explanation.number,
        policy=_policy(explanation.clocks.terms),
        reason=explanation.reason,
        excluded=explanation.clocks.excluded is not None,
        response=_clock(explanation.response, explanation.escalations),
        resolution=_clock(explanation.resolution, explanation.escalations),
    )
    return Resource(explanation.ticket_id, "sla", report)


def _policy(terms: Terms | None) -> PolicyInForce | None:
    if terms is None or terms.policy is None:
        return None
    policy = terms.policy
    return PolicyInForce(
        policy_id=policy.id,
        name=policy.name,
        version=policy.version,
        chosen_for=policy.source,
        calendar_id=policy.calendar_id,
        calendar_name=terms.calendar.name,
        calendar_version=policy.calendar_version,
    )


def _clock(explained: ExplainedClock, escalations: list[Outcome]) -> ClockAttributes:
    intervals = [
        IntervalReport(
            since=item.interval.since,
            until=item.interval.until,
            kind=item.interval.kind,
            minutes=item.interval.minutes,
            reason=item.interval.reason,
            days=[DayMinutes(share.day, share.minutes, share.note) for share in item.days],
        )
        for item in explained.intervals
    ]
    levels = _levels(explained.clock, escalations)
    return shown(explained.clock, ClockAttributes, intervals=intervals, levels=levels)


def _levels(clock: Clock, escalations: list[Outcome]) -> list[LevelReport]:
    became = {
        one.percent: one
        for one in escalations
        if one.metric is clock.metric and one.budget_version == clock.budget_version
    }
    times = [(*level, True) for level in clock.reached.items()]
    times += [(*level, False) for level in clock.ahead.items()]
    return [
        LevelReport(
            percent=percent,
            at=at,
            reached=reached,
            state=became[percent].state.value if percent in became else None,
            outcome=became[percent].outcome if percent in became else None,
        )
        for percent, at, reached in sorted(times)
    ]
