"""What a billing run proposes: drafts with explained lines, exceptions, what was left out."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from .explanation import Explanation
from .totals import Totals
from .vat import TaxClass, VatCategory


class DraftLineKind(StrEnum):
    """Where the amount of an invoice line comes from."""

    RECURRING = "recurring"
    TIME = "time"


class Unit(StrEnum):
    """Units of measure, by their UN/ECE Recommendation 20 codes as e-invoices need them."""

    PIECE = "H87"
    MONTH = "MON"
    HOUR = "HUR"
    MINUTE = "MIN"


class ExceptionCode(StrEnum):
    """Why a person must look at a run before anything is issued."""

    TIME_NOT_APPROVED = "time_not_approved"
    RATE_MISSING = "rate_missing"
    VAT_RATE_MISSING = "vat_rate_missing"
    NOTHING_TO_COUNT = "nothing_to_count"
    CORRECTION_OPEN = "correction_open"


class Severity(StrEnum):
    """Whether an exception stops the run or only warns."""

    STOPS = "stops"
    WARNS = "warns"


SEVERITY = {
    ExceptionCode.TIME_NOT_APPROVED: Severity.STOPS,
    ExceptionCode.RATE_MISSING: Severity.STOPS,
    ExceptionCode.VAT_RATE_MISSING: Severity.STOPS,
    ExceptionCode.NOTHING_TO_COUNT: Severity.WARNS,
    ExceptionCode.CORRECTION_OPEN: Severity.WARNS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunException:
    """One thing that stops a run or that a person should know before approving it."""

    code: ExceptionCode
    severity: Severity
    message: str
    source_kind: str
    source_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """A time entry that is not billed, and why."""

    time_entry_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """
    One proposed invoice line; `service_to` is the last day of the service.

    `billing_keys` name what is billed. A key is billed once: whoever stores the line stores
    the keys under a unique constraint.
    """

    position: int
    kind: DraftLineKind
    title: str
    contract_line_id: UUID
    service_from: date
    service_to: date
    quantity: Decimal
    unit: Unit
    unit_price: Decimal
    price_base_quantity: int
    net_cents: int
    tax_class: TaxClass
    vat_category: VatCategory
    vat_percent: Decimal
    billing_keys: tuple[str, ...]
    time_entry_ids: tuple[UUID, ...]
    explanation: Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftInvoice:
    """The proposed invoice of one contract."""

    contract_id: UUID
    contract_number: str
    customer_id: UUID
    currency: str
    period_from: date
    period_to: date
    lines: tuple[DraftLine, ...]
    totals: Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The whole result of a run for one customer."""

    customer_id: UUID
    up_to: date
    drafts: tuple[DraftInvoice, ...]
    exceptions: tuple[RunException, ...]
    passed_over: tuple[PassedOver, ...]

    @property
    def stopped(self) -> bool:
        """Whether an exception forbids to issue anything of this run."""
        return any(each.severity is Severity.STOPS for each in self.exceptions)


def run_exception(
    code: ExceptionCode, message: str, *, source_kind: str, source_id: UUID
) -> RunException:
    """Return an exception with the severity that its code has."""
    return RunException(
        code=code,
        severity=SEVERITY[code],
        message=message,
        source_kind=source_kind,
        source_id=source_id,
    )
