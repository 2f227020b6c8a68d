"""What the API shows of our things, and the functions that fill it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from psa_common.documents import Resource, related, shown
from psa_common.identity import Principal
from psa_tickets.domain.attachment import Scan
from psa_tickets.domain.priority import Impact, Priority, Urgency
from psa_tickets.domain.status_kind import STAGES, Kind
from psa_tickets.domain.ticket import AuthorKind, Visibility
from psa_tickets.domain.ticket_type import Source, TicketType
from psa_tickets.domain.words import Channel
from psa_tickets.queries.attachments import Attachment
from psa_tickets.queries.comments import Comment, CommentVersion
from psa_tickets.queries.descriptions import Description
from psa_tickets.queries.tickets import ExternalRef, TicketView


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
    html: str | None
    channel: Channel
    is_resolution: bool
    occurred_at: datetime
    created_at: datetime
    edited_at: datetime | None
    redacted_at: datetime | None


class DescriptionAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """What a ticket is about; `html` is sanitised, and null once the text says something else."""

    text: str
    html: str | None


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
    author = ("user", said.author_id) if said.contact_id is None else ("contact", said.contact_id)
    links = related(ticket=("ticket", said.ticket_id), author=author)
    attributes = shown(said, CommentAttributes)
    return Resource(said.id, "comment", attributes, links)


def description(told: Description) -> Resource[DescriptionAttributes]:
    """Show what a ticket is about."""
    links = related(ticket=("ticket", told.ticket_id))
    attributes = shown(told, DescriptionAttributes)
    return Resource(told.ticket_id, "description", attributes, links)


def comment_version(earlier: CommentVersion) -> Resource[VersionAttributes]:
    """Show what a comment said before."""
    links = related(replaced_by=("user", earlier.replaced_by))
    return Resource(earlier.id, "comment_version", shown(earlier, VersionAttributes), links)


def attachment(file: Attachment) -> Resource[AttachmentAttributes]:
    """Show a file."""
    links = related(ticket=("ticket", file.ticket_id), comment=("comment", file.comment_id))
    attributes = shown(file, AttachmentAttributes, sha256=file.sha256.hex())
    return Resource(file.id, "attachment", attributes, links)
