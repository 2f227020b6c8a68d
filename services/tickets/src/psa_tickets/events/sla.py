"""What the clocks say."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec


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
