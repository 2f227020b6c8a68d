"""What was invoiced, to whom and for what."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Basis(StrEnum):
    """Which days count: those of the invoices, or those of the services."""

    ISSUED = "issued"
    SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueRow:
    """
    Net amounts by kind of line, in cents; in a total, the customer is null.

    VAT arises with the invoice: by the days of the services, it and the gross amount are null.
    """

    customer_id: UUID | None
    customer_number: str | None
    customer_name: str | None
    currency: str
    invoices: int
    recurring_cents: int
    time_cents: int
    one_off_cents: int
    credit_cents: int
    other_cents: int
    net_cents: int
    vat_cents: int | None
    gross_cents: int | None


def totals_of(rows: Sequence[RevenueRow], basis: Basis) -> list[RevenueRow]:
    """Return a row for each currency: amounts of different ones are never added."""
    return [
        _total([row for row in rows if row.currency == currency], currency, basis)
        for currency in sorted({row.currency for row in rows})
    ]


def _total(rows: Sequence[RevenueRow], currency: str, basis: Basis) -> RevenueRow:
    taxed = basis is Basis.ISSUED
    return RevenueRow(
        customer_id=None,
        customer_number=None,
        customer_name=None,
        currency=currency,
        invoices=sum(row.invoices for row in rows),
        recurring_cents=sum(row.recurring_cents for row in rows),
        time_cents=sum(row.time_cents for row in rows),
        one_off_cents=sum(row.one_off_cents for row in rows),
        credit_cents=sum(row.credit_cents for row in rows),
        other_cents=sum(row.other_cents for row in rows),
        net_cents=sum(row.net_cents for row in rows),
        vat_cents=sum(row.vat_cents or 0 for row in rows) if taxed else None,
        gross_cents=sum(row.gross_cents or 0 for row in rows) if taxed else None,
    )
