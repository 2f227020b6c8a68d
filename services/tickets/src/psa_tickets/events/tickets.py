"""What happens to tickets: their life, their words and files, and how they belong together."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec


class TicketCreated(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody asked for something."""

    TYPE: ClassVar[str] = "ticket.created.v1"
    SUBJECT: ClassVar[str] = "ticket_id"

    ticket_id: UUID
    number: str
    title: str
    customer_id: UUID
    priority: str
    status: str
    status_category: str
    type: str
    created_at: datetime
    opened_by: UUID
    asset_ids: list[UUID]


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """One field before and after."""

    field: str
    previous: str | None
    current: str | None


class TicketUpdated(msgspec.Struct, frozen=True, kw_only=True):
    """Fields changed that have no event of their own."""

    TYPE: ClassVar[str] = "ticket.updated.v1"
    SUBJECT: ClassVar[str] = "ticket_id"

    ticket_id: UUID
    changes: list[FieldChange]
    updated_at: datetime


class TicketAssigned(msgspec.Struct, frozen=True, kw_only=True):
    """The ticket has another owner, or none."""

    TYPE: ClassVar[str] = "ticket.assigned.v1"
    SUBJECT: ClassVar[str] = "ticket_id"

    ticket_id: UUID
    previous: UUID | None
    assignee_id: UUID | None
    assigned_at: datetime


class TicketStatusChanged(msgspec.Struct, frozen=True, kw_only=True):
    """The ticket moved."""

    TYPE: ClassVar[str] = "ticket.status_changed.v1"
    SUBJECT: ClassVar[str] = "ticket_id"

    ticket_id: UUID
    previous: str
    current: str
    category: str
    changed_at: datetime


class TicketCloseAnnounced(msgspec.Struct, frozen=True, kw_only=True):
    """Unless somebody objects, the solved ticket will be closed."""

    TYPE: ClassVar[str] = "ticket.close_announced.v1"
    SUBJECT: ClassVar[str] = "ticket_id"

    ticket_id: UUID
    number: str
    customer_id: UUID
    closes_at: datetime
    announced_at: datetime


class TicketCommented(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody wrote; the words themselves stay with us."""

    TYPE: ClassVar[str] = "ticket.commented.v1"
    SUBJECT: ClassVar[str] = "ticket_id"

    ticket_id: UUID
    comment_id: UUID
    visibility: str
    author_id: UUID
    author_kind: str
    commented_at: datetime
    channel: str | None = None
    is_resolution: bool = False


class AttachmentAdded(msgspec.Struct, frozen=True, kw_only=True):
    """A file was added; its name and content stay with us."""

    TYPE: ClassVar[str] = "attachment.added.v1"
    SUBJECT: ClassVar[str] = "ticket_id"

    ticket_id: UUID
    attachment_id: UUID
    comment_id: UUID | None
    visibility: str
    content_type: str
    size_bytes: int
    author_id: UUID
    author_kind: str
    added_at: datetime


class MovedCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How much followed a merged ticket, or came back from a merge that was undone."""

    comments: int
    time_entries: int
    watchers: int
    links: int
    children: int
    attachments: int


class TicketMerged(msgspec.Struct, frozen=True, kw_only=True):
    """Another ticket has taken this one in, with all that belonged to it."""

    TYPE: ClassVar[str] = "ticket.merged.v1"
    SUBJECT: ClassVar[str] = "ticket_id"

    ticket_id: UUID
    number: str
    target_id: UUID
    target_number: str
    moved: MovedCounts
    merged_at: datetime
    merged_by: UUID


class TicketUnmerged(msgspec.Struct, frozen=True, kw_only=True):
    """A merge was undone; the ticket stands for itself again."""

    TYPE: ClassVar[str] = "ticket.unmerged.v1"
    SUBJECT: ClassVar[str] = "ticket_id"

    ticket_id: UUID
    number: str
    target_id: UUID
    target_number: str
    moved: MovedCounts
    unmerged_at: datetime
    unmerged_by: UUID


class TicketSplit(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the ticket goes on as a ticket of its own."""

    TYPE: ClassVar[str] = "ticket.split.v1"
    SUBJECT: ClassVar[str] = "ticket_id"

    ticket_id: UUID
    number: str
    new_ticket_id: UUID
    new_number: str
    comment_ids: list[UUID]
    time_entry_ids: list[UUID]
    split_at: datetime
    split_by: UUID
