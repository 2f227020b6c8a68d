"""How numbers read on German documents."""

from decimal import Decimal

import pytest

from psa_billing.domain.german import money_text, quantity_text


@pytest.mark.parametrize(
    ("value", "text"),
    [("3.000000", "3"), ("1.750000", "1,75"), ("1000.5", "1.000,5"), ("100", "100"), ("0.00", "0")],
)
def test_a_quantity_has_no_zeros_that_say_nothing(value: str, text: str) -> None:
    assert quantity_text(Decimal(value)) == text


def test_money_always_has_two_places() -> None:
    assert money_text(123_450) == "1.234,50"
