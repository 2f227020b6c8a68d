"""The events we promise, one Struct for each contract under contracts/events/billing."""

from datetime import date
from typing import ClassVar
from uuid import UUID

import msgspec


class ContractActivated(msgspec.Struct, frozen=True, kw_only=True):
    """A contract has come into force; `valid_to` is its last day."""

    TYPE: ClassVar[str] = "contract.activated.v1"
    SUBJECT: ClassVar[str] = "contract_id"

    contract_id: UUID
    number: str
    customer_id: UUID
    title: str
    valid_from: date
    valid_to: date | None


class IssuedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an issued invoice; `service_to` is its last day."""

    position: int
    kind: str
    title: str
    service_from: date
    service_to: date
    net_cents: int
    time_entry_ids: list[UUID]


class InvoiceIssued(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice went out; it never changes again."""

    TYPE: ClassVar[str] = "invoice.issued.v1"
    SUBJECT: ClassVar[str] = "invoice_id"

    invoice_id: UUID
    number: str
    customer_id: UUID
    contract_id: UUID | None
    issued_on: date
    due_on: date
    period_from: date
    period_to: date
    currency: str
    net_cents: int
    vat_cents: int
    gross_cents: int
    lines: list[IssuedLine]
