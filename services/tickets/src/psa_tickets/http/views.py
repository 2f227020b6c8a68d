"""What the API shows of our things, and the functions that fill it."""

from datetime import date, datetime

import msgspec

from psa_common.documents import Resource, related, shown
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.ticket import AuthorKind, Status, Visibility, category_of
from psa_tickets.domain.ticket_type import TicketType
from psa_tickets.domain.time_entry import Approval, Billable
from psa_tickets.queries.comments import Comment
from psa_tickets.queries.tickets import TicketView
from psa_tickets.queries.time_entries import EntryRow


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
