"""The events we promise, one Struct for each contract under contracts/events/tickets."""

from datetime import date, datetime
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


class TicketCommented(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody wrote; the words themselves stay with us."""

    TYPE: ClassVar[str] = "ticket.commented.v1"
    SUBJECT: ClassVar[str] = "ticket_id"

    ticket_id: UUID
    comment_id: UUID
    visibility: str
    author_id: UUID
    author_kind: str
    commented_at: datetime


class SlaWarning(msgspec.Struct, frozen=True, kw_only=True):
    """A clock has used the share of its budget at which somebody should look."""

    TYPE: ClassVar[str] = "sla.warning.v1"
    SUBJECT: ClassVar[str] = "ticket_id"

    ticket_id: UUID
    metric: str
    priority: str
    percent: int
    due_at: datetime
    occurred_at: datetime


class SlaBreached(msgspec.Struct, frozen=True, kw_only=True):
    """A clock has used up its budget."""

    TYPE: ClassVar[str] = "sla.breached.v1"
    SUBJECT: ClassVar[str] = "ticket_id"

    ticket_id: UUID
    metric: str
    priority: str
    percent: int
    due_at: datetime
    occurred_at: datetime


class SlaMeasured(msgspec.Struct, frozen=True, kw_only=True):
    """A clock stopped with this verdict; after a reopening it is measured again."""

    TYPE: ClassVar[str] = "sla.measured.v1"
    SUBJECT: ClassVar[str] = "ticket_id"

    ticket_id: UUID
    number: str
    customer_id: UUID
    metric: str
    priority: str
    budget_minutes: int
    consumed_minutes: int
    verdict: str
    measured_at: datetime
    reopen_count: int


class TimeEntryApproved(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody vouches for the time; from here on it may be billed."""

    TYPE: ClassVar[str] = "time_entry.approved.v1"
    SUBJECT: ClassVar[str] = "time_entry_id"

    time_entry_id: UUID
    ticket_id: UUID | None
    ticket_number: str | None
    task_id: UUID | None
    customer_id: UUID | None
    user_id: UUID
    work_date: date
    started_at: datetime | None
    minutes: int
    work_type: str
    billable: str
    note: str
    approved_at: datetime
    approved_by: UUID


class ArticlePublished(msgspec.Struct, frozen=True, kw_only=True):
    """A version of an article can be read; the words themselves stay with us."""

    TYPE: ClassVar[str] = "article.published.v1"
    SUBJECT: ClassVar[str] = "article_id"

    article_id: UUID
    number: str
    position: int
    title: str
    audience: str
    published_at: datetime
    published_by: UUID
