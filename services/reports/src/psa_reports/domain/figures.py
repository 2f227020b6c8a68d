"""Shares, rounded once."""

from decimal import Decimal
from fractions import Fraction
from math import floor


def percent(share: Fraction) -> Decimal:
    """Return a share that is not negative as percent, rounded half up to one decimal place."""
    tenths = floor(share * 1000 + Fraction(1, 2))
    return Decimal(tenths).scaleb(-1)


def percent_of(part: int, whole: int) -> Decimal | None:
    """Return *part* of *whole* as percent; of nothing there is no share."""
    return percent(Fraction(part, whole)) if whole else None
