"""The ledger of time, and what else may be billed."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

import msgspec


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
