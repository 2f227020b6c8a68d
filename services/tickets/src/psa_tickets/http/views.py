"""What the API shows of our things, and the functions that fill it."""

from datetime import date, datetime

import msgspec

from psa_common.documents import Resource, related, shown
from psa_tickets.domain.attachment import Scan
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.status_kind import STAGES, Kind
from psa_tickets.domain.ticket import AuthorKind, Visibility
from psa_tickets.domain.ticket_type import TicketType
from psa_tickets.domain.time_entry import Approval, Billable
from psa_tickets.domain.words import Channel
from psa_tickets.queries.attachments import Attachment
from psa_tickets.queries.comments import Comment, CommentVersion
from psa_tickets.queries.tickets import TicketView
from psa_tickets.queries.time_entries import EntryRow


class TicketAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket; instants are UTC, `opened_at` is when it happened, `created_at` when recorded."""

    number: str
    type: TicketType
    title: str
    description: str
    priority: Priority
    status: str
    status_category: str
    status_kind: Kind
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
    html: str | None
    channel: Channel
    is_resolution: bool
    occurred_at: datetime
    created_at: datetime
    edited_at: datetime | None
    redacted_at: datetime | None


class VersionAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """What a comment said until somebody edited it."""

    version: int
    body: str
    html: str | None
    replaced_at: datetime


class AttachmentAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A file; `content_type` is what its content shows, whatever was claimed."""

    filename: str
    content_type: str
    size_bytes: int
    sha256: str
    content_id: str | None
    visibility: Visibility
    scan: Scan
    author_kind: AuthorKind
    author_name: str
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
    attributes = shown(view, TicketAttributes, status_category=STAGES[view.status_kind])
    links = related(
        customer=("customer", view.customer_id),
        assignee=("user", view.assignee_id),
        opened_by=("user", view.opened_by),
    )
    return Resource(view.id, "ticket", attributes, links)


def comment(said: Comment) -> Resource[CommentAttributes]:
    """Show words on a ticket."""
    author = ("user", said.author_id) if said.contact_id is None else ("contact", said.contact_id)
    links = related(ticket=("ticket", said.ticket_id), author=author)
    attributes = shown(said, CommentAttributes)
    return Resource(said.id, "comment", attributes, links)


def comment_version(earlier: CommentVersion) -> Resource[VersionAttributes]:
    """Show what a comment said before."""
    links = related(replaced_by=("user", earlier.replaced_by))
    return Resource(earlier.id, "comment_version", shown(earlier, VersionAttributes), links)


def attachment(file: Attachment) -> Resource[AttachmentAttributes]:
    """Show a file."""
    links = related(ticket=("ticket", file.ticket_id), comment=("comment", file.comment_id))
    attributes = shown(file, AttachmentAttributes, sha256=file.sha256.hex())
    return Resource(file.id, "attachment", attributes, links)


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
