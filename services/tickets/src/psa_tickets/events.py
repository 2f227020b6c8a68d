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


class SlaEscalated(msgspec.Struct, frozen=True, kw_only=True):
    """A clock has reached a level at which the policy wants people told, or more done."""

    TYPE: ClassVar[str] = "sla.escalated.v1"
    SUBJECT: ClassVar[str] = "ticket_id"

    ticket_id: UUID
    number: str
    metric: str
    priority: str
    percent: int
    due_at: datetime
    occurred_at: datetime
    user_ids: list[UUID]
    contact_id: UUID | None
    acts: bool


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
    excluded: bool | msgspec.UnsetType = msgspec.UNSET


class Surcharge(msgspec.Struct, frozen=True, kw_only=True):
    """A part of an entry's minutes, and by which factor it counts."""

    minutes: int
    factor: str
    rule: str | None
    applies_to: str | None


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
    surcharges: list[Surcharge] | msgspec.UnsetType = msgspec.UNSET


class TimeEntrySubmitted(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody asks for approval; until it is given, the time is open."""

    TYPE: ClassVar[str] = "time_entry.submitted.v1"
    SUBJECT: ClassVar[str] = "time_entry_id"

    time_entry_id: UUID
    ticket_id: UUID | None
    task_id: UUID | None
    customer_id: UUID | None
    user_id: UUID
    work_date: date
    minutes: int
    work_type: str
    billable: str
    submitted_at: datetime
    submitted_by: UUID


class TimeEntryRejected(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever wrote it down has to look at it again."""

    TYPE: ClassVar[str] = "time_entry.rejected.v1"
    SUBJECT: ClassVar[str] = "time_entry_id"

    time_entry_id: UUID
    customer_id: UUID | None
    user_id: UUID
    work_date: date
    reason: str
    rejected_at: datetime
    rejected_by: UUID


class TimeEntryWithdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """Nobody asks for approval any more: it became a draft again."""

    TYPE: ClassVar[str] = "time_entry.withdrawn.v1"
    SUBJECT: ClassVar[str] = "time_entry_id"

    time_entry_id: UUID
    customer_id: UUID | None
    work_date: date
    withdrawn_at: datetime
    withdrawn_by: UUID


class TimeEntryReversed(msgspec.Struct, frozen=True, kw_only=True):
    """An approved entry is taken back by a twin; what is right comes as another entry."""

    TYPE: ClassVar[str] = "time_entry.reversed.v1"
    SUBJECT: ClassVar[str] = "time_entry_id"

    time_entry_id: UUID
    reversal_id: UUID
    ticket_id: UUID | None
    task_id: UUID | None
    customer_id: UUID | None
    work_date: date
    minutes: int
    was_billed: bool
    reason: str
    reversed_at: datetime
    reversed_by: UUID


class TravelApproved(msgspec.Struct, frozen=True, kw_only=True):
    """The way to a ticket may be billed: by zone, kilometres or minutes."""

    TYPE: ClassVar[str] = "travel.approved.v1"
    SUBJECT: ClassVar[str] = "travel_id"

    travel_id: UUID
    ticket_id: UUID
    ticket_number: str
    customer_id: UUID
    user_id: UUID
    visit_date: date
    zone: str | None
    km: str | None
    minutes: int | None
    billable: str
    note: str
    approved_at: datetime
    approved_by: UUID


class MaterialApproved(msgspec.Struct, frozen=True, kw_only=True):
    """Something used on a ticket may be billed."""

    TYPE: ClassVar[str] = "material.approved.v1"
    SUBJECT: ClassVar[str] = "material_id"

    material_id: UUID
    ticket_id: UUID
    ticket_number: str
    customer_id: UUID
    user_id: UUID
    used_on: date
    description: str
    product_ref: str | None
    serial: str | None
    quantity: str
    unit_price_cents: int
    unit_cost_cents: int | None
    currency: str
    tax_class: str
    billable: str
    approved_at: datetime
    approved_by: UUID
