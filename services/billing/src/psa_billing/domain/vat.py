"""
Value added tax: rates as data by the date of supply, and tax once on each group's sum.

Tax is computed per (category, rate) on the sum of the net amounts and rounded half up once
(EN 16931 BR-CO-17), never per line.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from psa_common.errors import Refused

from .money import from_cents, round_to_cents
from .period import within


class TaxClass(StrEnum):
    """How a thing we sell is taxed, whatever the rate of the day."""

    STANDARD = "standard"
    REDUCED = "reduced"
    REVERSE_CHARGE = "reverse_charge"


class VatCategory(StrEnum):
    """The VAT category codes of EN 16931 (UNTDID 5305) that we use."""

    STANDARD_RATE = "S"
    REVERSE_CHARGE = "AE"


class VatRateMissing(Refused):
    """No VAT rate is known for a tax class on the date of supply."""

    code = "vat_rate_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class VatRate:
    """The rate of one tax class within `[valid_from, valid_to)`."""

    tax_class: TaxClass
    category: VatCategory
    percent: Decimal
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VatGroup:
    """The net sum and the tax of all lines of one category and rate."""

    category: VatCategory
    percent: Decimal
    net_cents: int
    vat_cents: int


def _german(tax_class: TaxClass, percent: str, start: date, end: date | None) -> VatRate:
    category = (
        VatCategory.REVERSE_CHARGE
        if tax_class is TaxClass.REVERSE_CHARGE
        else VatCategory.STANDARD_RATE
    )
    return VatRate(
        tax_class=tax_class,
        category=category,
        percent=Decimal(percent),
        valid_from=start,
        valid_to=end,
    )


_PANDEMIC_START, _PANDEMIC_END = date(2020, 7, 1), date(2021, 1, 1)

#: German rates since 2007 with the lowered ones of the second half of 2020 (§ 12, § 28 UStG).
GERMAN_VAT_RATES: tuple[VatRate, ...] = (
    _german(TaxClass.STANDARD, "19", date(2007, 1, 1), _PANDEMIC_START),
    _german(TaxClass.STANDARD, "16", _PANDEMIC_START, _PANDEMIC_END),
    _german(TaxClass.STANDARD, "19", _PANDEMIC_END, None),
    _german(TaxClass.REDUCED, "7", date(2007, 1, 1), _PANDEMIC_START),
    _german(TaxClass.REDUCED, "5", _PANDEMIC_START, _PANDEMIC_END),
    _german(TaxClass.REDUCED, "7", _PANDEMIC_END, None),
    _german(TaxClass.REVERSE_CHARGE, "0", date(2007, 1, 1), None),
)


def rate_on(rates: Iterable[VatRate], tax_class: TaxClass, supplied_on: date) -> VatRate:
    """
    Return the rate of *tax_class* on the date of supply.

    For a service over a period that is its last day (§ 13, § 27 UStG). Raises VatRateMissing.
    """
    for rate in rates:
        if rate.tax_class is tax_class and within(supplied_on, rate.valid_from, rate.valid_to):
            return rate

    raise VatRateMissing(f"Enter the VAT rate of {tax_class} on {supplied_on}.", field="tax_class")


def vat_on(net_cents: int, percent: Decimal) -> int:
    """Return the tax in cents on *net_cents*, rounded half up once."""
    return round_to_cents(from_cents(net_cents) * percent / 100)


def vat_groups(nets: Iterable[tuple[VatCategory, Decimal, int]]) -> tuple[VatGroup, ...]:
    """Return one group for each category and percentage with its tax, highest rate first."""
    sums: dict[tuple[VatCategory, Decimal], int] = {}
    for category, percent, net_cents in nets:
        sums[category, percent] = sums.get((category, percent), 0) + net_cents

    return tuple(
        VatGroup(
            category=category,
            percent=percent,
            net_cents=net_cents,
            vat_cents=vat_on(net_cents, percent),
        )
        for (category, percent), net_cents in sorted(
            sums.items(), key=lambda item: (-item[0][1], item[0][0])
        )
    )
