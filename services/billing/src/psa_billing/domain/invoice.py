"""
Invoices: states, numbers, due dates, and the fields that the law demands.

From issue on an invoice never changes; it is undone only by another document.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from psa_common.errors import Conflict, Invalid

from .proposal import DraftInvoice, Unit
from .totals import Totals, totals_of
from .vat import VatCategory


class InvoiceState(StrEnum):
    """Where the document stands; whether it was paid is another question."""

    DRAFT = "draft"
    APPROVED = "approved"
    ISSUED = "issued"
    CANCELLED = "cancelled"


MOVES: Mapping[InvoiceState, frozenset[InvoiceState]] = {
    InvoiceState.DRAFT: frozenset({InvoiceState.APPROVED}),
    InvoiceState.APPROVED: frozenset({InvoiceState.DRAFT, InvoiceState.ISSUED}),
    # Only the document that cancels an issued invoice makes this step.
    InvoiceState.ISSUED: frozenset({InvoiceState.CANCELLED}),
    InvoiceState.CANCELLED: frozenset(),
}


class InvoiceType(StrEnum):
    """Kinds of documents by their UNTDID 1001 codes."""

    INVOICE = "380"


class IllegalInvoiceMove(Conflict):
    """The life of an invoice has no such step."""

    code = "illegal_invoice_move"

    def __init__(self, current: InvoiceState, wanted: InvoiceState) -> None:
        allowed = ", ".join(sorted(MOVES[current])) or "nothing"
        super().__init__(
            f"An invoice that is {current} cannot become {wanted}; it can become {allowed}.",
            field="status",
        )


class ImpossibleNumber(Invalid):
    """An invoice number would not fit its format."""

    code = "impossible_number"


class ImpossiblePaymentTerms(Invalid):
    """Payment terms lie outside of what can be agreed."""

    code = "impossible_payment_terms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address as documents need it."""

    street: str
    postal_code: str
    city: str
    country: str = "DE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """Who issues the invoice: the tenant's company data at the time of issue."""

    legal_name: str
    address: Address
    vat_id: str | None = None
    tax_number: str | None = None
    registration: str | None = None
    contact_name: str | None = None
    phone: str | None = None
    email: str | None = None
    iban: str | None = None
    bic: str | None = None
    bank_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who receives the invoice: customer and billing account at the time of issue."""

    customer_number: str
    name: str
    address: Address
    buyer_reference: str | None = None
    vat_id: str | None = None
    electronic_address: str | None = None
    electronic_address_scheme: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """One line as it is printed and sent; `service_to` is the last day of the service."""

    position: int
    title: str
    service_from: date
    service_to: date
    quantity: Decimal
    unit: Unit
    unit_price: Decimal
    price_base_quantity: int
    net_cents: int
    vat_category: VatCategory
    vat_percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """Everything that an issued invoice says, independent of PDF and XML."""

    type: InvoiceType
    number: str
    issued_on: date
    due_on: date
    payment_terms_days: int
    currency: str
    seller: Seller
    buyer: Buyer
    contract_number: str | None
    lines: tuple[InvoiceLine, ...]

    @property
    def totals(self) -> Totals:
        """The sums of the lines with VAT once per group."""
        return totals_of(self.lines)

    @property
    def service_from(self) -> date:
        """The first day of any line's service."""
        return min(line.service_from for line in self.lines)

    @property
    def service_to(self) -> date:
        """The last day of any line's service."""
        return max(line.service_to for line in self.lines)


def move(current: InvoiceState, wanted: InvoiceState) -> InvoiceState:
    """Return *wanted*; raises IllegalInvoiceMove where the process has no such step."""
    if wanted not in MOVES[current]:
        raise IllegalInvoiceMove(current, wanted)

    return wanted


def invoice_lines(draft: DraftInvoice) -> tuple[InvoiceLine, ...]:
    """Return the lines of a draft as they are printed and sent."""
    return tuple(
        InvoiceLine(**{each.name: getattr(line, each.name) for each in fields(InvoiceLine)})
        for line in draft.lines
    )


def number_series(year: int) -> str:
    """Return the name of the number series of a year's invoices."""
    return f"RE-{year:04d}"


def invoice_number(year: int, drawn: int) -> str:
    """Return the number of the *drawn*-th invoice of *year*, such as RE-2026-000123."""
    if not 1 <= drawn <= 999_999:
        raise ImpossibleNumber(f"The invoice number {drawn} is not within 1 to 999999.")

    return f"{number_series(year)}-{drawn:06d}"


def due_on(issued_on: date, *, payment_terms_days: int) -> date:
    """Return the day by which an invoice must be paid."""
    if not 0 <= payment_terms_days <= 365:
        raise ImpossiblePaymentTerms("Use 0 to 365 days.", field="payment_terms_days")

    return issued_on + timedelta(days=payment_terms_days)
