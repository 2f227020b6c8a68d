"""
Money: whole cents for amounts, exact decimals for unit prices, one rounding.

Every amount that a person sees was rounded exactly once, half up (away from zero), by
`round_to_cents`. Nothing here is ever a float.
"""

from decimal import ROUND_HALF_UP, Decimal

from psa_common.errors import Invalid

#: Unit prices hold up to six decimal places, like their column in the database.
UNIT_PRICE_PLACES = 6
UNIT_PRICE_LIMIT = Decimal(10) ** 10
MINUTES_PER_HOUR = 60

_CENT = Decimal("0.01")


class ImpossiblePrice(Invalid):
    """A unit price is not a finite number, too large or too finely divided."""

    code = "impossible_price"


def round_to_cents(exact: Decimal) -> int:
    """Return *exact*, an amount in currency units, as whole cents, rounded half up once."""
    return int(exact.quantize(_CENT, ROUND_HALF_UP).scaleb(2))


def from_cents(cents: int) -> Decimal:
    """Return *cents* as a decimal amount with exactly two places."""
    return Decimal(cents).scaleb(-2)


def price(minutes: int, hourly: Decimal) -> int:
    """Return the price in cents of *minutes* at *hourly*, rounded once."""
    return amount(unit_price=hourly, quantity=Decimal(minutes), base_quantity=MINUTES_PER_HOUR)


def amount(*, unit_price: Decimal, quantity: Decimal, base_quantity: int = 1) -> int:
    """Return the cents of *quantity* at *unit_price* for each *base_quantity*, rounded once."""
    return round_to_cents(unit_price * quantity / base_quantity)


def prorated_unit_price(unit_price: Decimal, *, days: int, days_in_period: int) -> Decimal:
    """
    Return the price of one unit for *days* of *days_in_period*, rounded to the cent.

    The unit price is rounded, not the line, so that the price times the quantity on the
    invoice is the amount on the invoice (BT-146 × BT-129 = BT-131).
    """
    if days == days_in_period:
        return unit_price

    return from_cents(round_to_cents(unit_price * days / days_in_period))


def checked_unit_price(value: Decimal, *, field: str) -> Decimal:
    """Return *value* unchanged; raises ImpossiblePrice where it cannot be a unit price."""
    if not value.is_finite():
        raise ImpossiblePrice("A price must be a finite number.", field=field)
    if abs(value) >= UNIT_PRICE_LIMIT:
        raise ImpossiblePrice("A price must be less than 10,000,000,000.", field=field)
    if value != round(value, UNIT_PRICE_PLACES):
        raise ImpossiblePrice("A price has at most six decimal places.", field=field)

    return value
