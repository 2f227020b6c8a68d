"""What the API shows of contracts and invoices, and the functions that fill it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec

from psa_billing.domain.canonical import decimal_text
from psa_billing.domain.contract import ContractState
from psa_billing.domain.contract_line import AssetFilter, LineKind, Proration, Timing
from psa_billing.domain.explanation import Explanation, recompute
from psa_billing.domain.invoice import Buyer, InvoiceState, Seller
from psa_billing.domain.proposal import DraftLineKind, Unit
from psa_billing.domain.rounding import RoundingPolicy
from psa_billing.domain.vat import TaxClass, VatCategory, VatGroup
from psa_billing.queries import contracts, invoices
from psa_billing.queries.contracts import ContractRow
from psa_billing.queries.invoices import InvoiceRow
from psa_common.documents import Resource, related, shown


class ContractAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A contract; `valid_to` is its last day."""

    number: str
    title: str
    status: ContractState
    valid_from: date
    valid_to: date | None
    anchor_day: int
    currency: str
    created_at: datetime
    updated_at: datetime


class ContractLineAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """What a contract sells; `valid_to` is the last day, prices are decimal text."""

    position: int
    kind: LineKind
    title: str
    unit_price: str
    valid_from: date
    valid_to: date | None
    billing_starts_on: date | None
    timing: Timing
    period_months: int
    quantity: str | None
    counted: AssetFilter | None
    proration: Proration
    rounding: RoundingPolicy | None
    work_types: tuple[str, ...]
    tax_class: TaxClass


class InvoiceLineView(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it is printed and sent; `service_to` is the last day, units are UN/ECE codes."""

    position: int
    kind: DraftLineKind
    title: str
    service_from: date
    service_to: date
    quantity: str
    unit: Unit
    unit_price: str
    price_base_quantity: int
    net_cents: int
    vat_category: VatCategory
    vat_percent: str
    time_entry_ids: tuple[UUID, ...]


class InvoiceAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice; number, dates and parties are empty until it is issued."""

    number: str | None
    status: InvoiceState
    contract_number: str
    currency: str
    period_from: date
    period_to: date
    net_cents: int
    vat_cents: int
    gross_cents: int
    vat_groups: tuple[VatGroup, ...]
    format: str | None
    issued_on: date | None
    due_on: date | None
    payment_terms_days: int | None
    created_at: datetime
    issued_at: datetime | None


class InvoiceWithLines(InvoiceAttributes, frozen=True, kw_only=True):
    """An invoice as a whole."""

    seller: Seller | None
    buyer: Buyer | None
    lines: list[InvoiceLineView]


class ExplanationAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """Why a line holds its amount, and the amount worked out again from nothing but that."""

    position: int
    title: str
    net_cents: int
    recomputed_net_cents: int
    explanation: Explanation


def contract(row: ContractRow) -> Resource[ContractAttributes]:
    """Show a contract."""
    attributes = shown(row, ContractAttributes, valid_to=_last_day(row.valid_to))
    links = related(
        customer=("customer", row.customer_id),
        billing_account=("billing_account", row.billing_account_id),
    )
    return Resource(row.id, "contract", attributes, links)


def contract_line(row: contracts.LineRow) -> Resource[ContractLineAttributes]:
    """Show a contract line."""
    attributes = shown(
        row,
        ContractLineAttributes,
        unit_price=price_text(row.unit_price),
        quantity=None if row.quantity is None else decimal_text(row.quantity),
        valid_to=_last_day(row.valid_to),
    )
    links = related(contract=("contract", row.contract_id))
    return Resource(row.id, "contract_line", attributes, links)


def invoice(row: InvoiceRow) -> Resource[InvoiceAttributes]:
    """Show an invoice in a list."""
    attributes = shown(row, InvoiceAttributes)
    links = related(
        customer=("customer", row.customer_id),
        contract=("contract", row.contract_id),
        billing_run=("billing_run", row.run_id),
    )
    return Resource(row.id, "invoice", attributes, links)


def invoice_with_lines(
    row: InvoiceRow, lines: Sequence[invoices.LineRow]
) -> Resource[InvoiceWithLines]:
    """Show an invoice as a whole."""
    attributes = shown(row, InvoiceWithLines, lines=[_line(line) for line in lines])
    return Resource(row.id, "invoice", attributes, invoice(row).relationships)


def explanation(line: invoices.LineRow) -> Resource[ExplanationAttributes]:
    """Show why a line holds its amount."""
    attributes = shown(
        line, ExplanationAttributes, recomputed_net_cents=recompute(line.explanation)
    )
    links = related(
        invoice=("invoice", line.invoice_id), contract_line=("contract_line", line.contract_line_id)
    )
    return Resource(line.invoice_id, "invoice_line_explanation", attributes, links)


def price_text(value: Decimal) -> str:
    """Return a price as decimal text with at least two places."""
    whole, _, fraction = decimal_text(value).partition(".")
    return f"{whole}.{fraction:0<2}"


def _line(line: invoices.LineRow) -> InvoiceLineView:
    return shown(
        line,
        InvoiceLineView,
        quantity=decimal_text(line.quantity),
        unit_price=price_text(line.unit_price),
        vat_percent=decimal_text(line.vat_percent),
    )


def _last_day(end: date | None) -> date | None:
    return end and end - timedelta(days=1)
