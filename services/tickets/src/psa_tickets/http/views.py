"""What the API shows of our things, and the functions that fill it."""

from datetime import date, datetime
from decimal import Decimal

import msgspec

from psa_common.documents import Resource, related, shown
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.ticket import AuthorKind, Status, Visibility, category_of
from psa_tickets.domain.ticket_type import TicketType
from psa_tickets.queries.comments import Comment
from psa_tickets.queries.tickets import TicketView
from psa_tickets.usecases.sla_clocks import ExplainedClock, Explanation


class TicketAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket; instants are UTC, `opened_at` is when it happened, `created_at` when recorded."""

    number: str
    type: TicketType
    title: str
    description: str
    priority: Priority
    status: Status
    status_category: str
    opened_at: datetime
    created_at: datetime
    updated_at: datetime
    first_response_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    reopen_count: int
    response_state: str
    response_due_at: datetime | None
    resolution_state: str
    resolution_due_at: datetime | None


class CommentAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """Words on a ticket."""

    visibility: Visibility
    author_kind: AuthorKind
    author_name: str
    body: str
    occurred_at: datetime
    created_at: datetime


class DayMinutes(msgspec.Struct, frozen=True):
    """Working minutes of one day, and what is special about it (a holiday's name)."""

    day: date
    minutes: int
    note: str


class IntervalReport(msgspec.Struct, frozen=True):
    """A stretch of a clock's story."""

    since: datetime
    until: datetime
    kind: str
    minutes: int
    reason: str
    days: list[DayMinutes]


class ClockAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """Where a clock stands; minutes are working minutes of the pinned calendar."""

    state: str
    budget_minutes: int | None
    consumed_minutes: int
    consumed_percent: Decimal | None
    remaining_minutes: int | None
    paused_minutes: int
    due_at: datetime | None
    last_due_at: datetime | None
    warning_at: datetime | None
    warned_at: datetime | None
    breached_at: datetime | None
    satisfied_at: datetime | None
    reopen_count: int
    intervals: list[IntervalReport]


class ClockReport(msgspec.Struct, frozen=True):
    """Both clocks of a ticket."""

    number: str
    response: ClockAttributes
    resolution: ClockAttributes


def ticket(view: TicketView) -> Resource[TicketAttributes]:
    """Show a ticket."""
    attributes = shown(view, TicketAttributes, status_category=category_of(view.status))
    links = related(
        customer=("customer", view.customer_id),
        assignee=("user", view.assignee_id),
        opened_by=("user", view.opened_by),
    )
    return Resource(view.id, "ticket", attributes, links)


def comment(said: Comment) -> Resource[CommentAttributes]:
    """Show words on a ticket."""
    links = related(ticket=("ticket", said.ticket_id), author=("user", said.author_id))
    attributes = shown(said, CommentAttributes)
    return Resource(said.id, "comment", attributes, links)


def clock_report(explanation: Explanation) -> Resource[ClockReport]:
    """Show both clocks with every minute they are made of."""
    report = ClockReport(
        explanation.number, _clock(explanation.response), _clock(explanation.resolution)
    )
    return Resource(explanation.ticket_id, "sla", report)


def _clock(explained: ExplainedClock) -> ClockAttributes:
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
    return shown(explained.clock, ClockAttributes, intervals=intervals)
