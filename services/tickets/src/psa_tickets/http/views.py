"""What the API shows of our things, and the functions that fill it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from psa_common.documents import Resource, related, shown
from psa_common.identity import Principal
from psa_tickets.domain.priority import Impact, Priority, Urgency
from psa_tickets.domain.status_kind import STAGES, Kind, Stage
from psa_tickets.domain.ticket import AuthorKind, Visibility
from psa_tickets.domain.ticket_type import Source, TicketType
from psa_tickets.domain.time_entry import Approval, Billable
from psa_tickets.queries.comments import Comment
from psa_tickets.queries.tickets import ExternalRef, TicketView
from psa_tickets.queries.time_entries import EntryRow
from psa_tickets.usecases.sla_clocks import ExplainedClock, Explanation


class TicketAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket; instants are UTC, `opened_at` is when it happened, `created_at` when recorded."""

    number: str
    type: TicketType
    title: str
    description: str
    priority: Priority
    status: str
    status_category: Stage
    status_kind: Kind
    opened_at: datetime
    created_at: datetime
    updated_at: datetime
    first_response_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    reopen_count: int
    source: Source
    impact: Impact | None
    urgency: Urgency | None
    priority_overridden: bool
    tags: tuple[str, ...]
    custom: dict[str, Any]
    external_refs: tuple[ExternalRef, ...]
    order_reference: str | None
    due_at: datetime | None
    follow_up_at: datetime | None
    estimated_minutes: int | None
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


class TimeEntryAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """Work as it was written down; `minutes` are never rounded here, bills round."""

    work_date: date
    started_at: datetime | None
    ended_at: datetime | None
    minutes: int
    work_type: str
    billable: Billable
    note: str
    state: Approval
    decided_at: datetime | None
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
    attributes = shown(
        view,
        TicketAttributes,
        status_category=STAGES[view.status_kind],
        priority_overridden=view.priority_overridden_by is not None,
    )
    links = related(
        customer=("customer", view.customer_id),
        assignee=("user", view.assignee_id),
        opened_by=("user", view.opened_by),
        contact=("contact", view.contact_id),
        on_behalf_of=("contact", view.on_behalf_of_id),
        location=("location", view.location_id),
        contract=("contract", view.contract_id),
        queue=("queue", view.queue_id),
        category=("category", view.category_id),
        parent=("ticket", view.parent_id),
        follow_up_of=("ticket", view.follow_up_of_id),
        split_from=("ticket", view.split_from_id),
        merged_into=("ticket", view.merged_into_id),
    )
    return Resource(view.id, "ticket", attributes, links)


def ticket_for(principal: Principal) -> Callable[[TicketView], Resource[TicketAttributes]]:
    """Return how tickets are shown to the caller; the desk's own notes are not for customers."""
    return ticket if principal.customer_id is None else _ticket_for_customers


def _ticket_for_customers(view: TicketView) -> Resource[TicketAttributes]:
    public = replace(
        view,
        tags=(),
        custom={},
        external_refs=(),
        follow_up_at=None,
        estimated_minutes=None,
        priority_overridden_by=None,
    )
    return ticket(public)


def comment(said: Comment) -> Resource[CommentAttributes]:
    """Show words on a ticket."""
    links = related(ticket=("ticket", said.ticket_id), author=("user", said.author_id))
    attributes = shown(said, CommentAttributes)
    return Resource(said.id, "comment", attributes, links)


def time_entry(row: EntryRow) -> Resource[TimeEntryAttributes]:
    """Show work."""
    links = related(
        ticket=("ticket", row.ticket_id),
        task=("task", row.task_id),
        customer=("customer", row.customer_id),
        user=("user", row.user_id),
    )
    attributes = shown(row, TimeEntryAttributes)
    return Resource(row.id, "time_entry", attributes, links)


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
