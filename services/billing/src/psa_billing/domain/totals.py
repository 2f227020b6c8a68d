"""The totals of a document: net by adding lines, tax once per group, gross by adding both."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from .vat import VatCategory, VatGroup, vat_groups


class TaxedLine(Protocol):
    """Anything with a net amount and a rate."""

    @property
    def net_cents(self) -> int:
        """The amount before tax."""
        ...

    @property
    def vat_category(self) -> VatCategory:
        """The VAT category of the supply."""
        ...

    @property
    def vat_percent(self) -> Decimal:
        """The VAT rate of the supply."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The sums at the foot of a document."""

    net_cents: int
    vat_cents: int
    gross_cents: int
    vat_groups: tuple[VatGroup, ...]


def totals_of(lines: Iterable[TaxedLine]) -> Totals:
    """Return the sums of *lines*, with VAT once per category and rate."""
    groups = vat_groups((line.vat_category, line.vat_percent, line.net_cents) for line in lines)
    net_cents = sum(group.net_cents for group in groups)
    vat_cents = sum(group.vat_cents for group in groups)
    return Totals(
        net_cents=net_cents,
        vat_cents=vat_cents,
        gross_cents=net_cents + vat_cents,
        vat_groups=groups,
    )
