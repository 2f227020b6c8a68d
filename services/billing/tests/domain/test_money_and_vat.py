"""Money and tax: rounded once, half up, on the group's sum."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from psa_billing.domain.german import money_text
from psa_billing.domain.money import (
    ImpossiblePrice,
    amount,
    checked_unit_price,
    price,
    prorated_unit_price,
    round_to_cents,
)
from psa_billing.domain.totals import totals_of
from psa_billing.domain.vat import (
    GERMAN_VAT_RATES,
    TaxClass,
    VatCategory,
    VatRateMissing,
    rate_on,
    vat_groups,
)

#: The fourteen net amounts of the scenario's June invoice.
JUNE_NETS = (
    *(119_700, 43_500, 59_130, 115_000, 6_750, 3_066, -4_833),
    *(8_000, 900, 6_450, 3_225, 4_900, 21_000, 17_980),
)
STANDARD = VatCategory.STANDARD_RATE


@dataclass(frozen=True)
class ALine:
    net_cents: int
    vat_category: VatCategory
    vat_percent: Decimal


@pytest.mark.parametrize(
    ("exact", "cents"),
    [("0.004", 0), ("0.005", 1), ("-0.005", -1), ("125.5425", 12_554), ("4833.333", 483_333)],
)
def test_half_a_cent_is_rounded_away_from_zero(exact: str, cents: int) -> None:
    assert round_to_cents(Decimal(exact)) == cents


def test_one_and_three_quarter_hours_at_129_cost_225_75() -> None:
    assert price(105, Decimal("129.00")) == 22_575


@given(st.integers(1, 100_000), st.decimals("0.000001", "9999.999999", places=6))
def test_minutes_cost_the_exact_price_to_half_a_cent(minutes: int, hourly: Decimal) -> None:
    assert abs(price(minutes, hourly) * 60 - hourly * 100 * minutes) <= 30


def test_a_unit_price_is_prorated_before_it_is_multiplied() -> None:
    daily = prorated_unit_price(Decimal("145.00"), days=10, days_in_period=30)

    assert amount(unit_price=daily, quantity=Decimal(-1)) == -4_833


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e400", "0.0000001", "10000000000"])
def test_a_price_that_is_no_price_is_refused(value: str) -> None:
    with pytest.raises(ImpossiblePrice):
        checked_unit_price(Decimal(value), field="unit_price")


def test_tax_is_computed_once_on_the_sum_and_not_per_line() -> None:
    (group,) = vat_groups((STANDARD, Decimal(19), net) for net in JUNE_NETS)

    assert (group.net_cents, group.vat_cents) == (404_768, 76_906)


@given(st.lists(st.integers(-1_000_000, 1_000_000), min_size=1, max_size=50))
def test_the_tax_of_a_group_is_the_exact_tax_to_half_a_cent(nets: list[int]) -> None:
    (group,) = vat_groups((STANDARD, Decimal(19), net) for net in nets)

    assert group.net_cents == sum(nets)
    assert abs(group.vat_cents * 100 - group.net_cents * 19) <= 50


def test_each_rate_has_its_own_group() -> None:
    groups = vat_groups([(STANDARD, Decimal(7), 100), (STANDARD, Decimal(19), 100)])

    assert [(group.percent, group.vat_cents) for group in groups] == [(19, 19), (7, 7)]


@pytest.mark.parametrize(
    ("supplied_on", "percent"),
    [
        (date(2020, 6, 30), 19),
        (date(2020, 7, 1), 16),
        (date(2020, 12, 31), 16),
        (date(2021, 1, 1), 19),
        (date(2026, 7, 31), 19),
    ],
)
def test_the_rate_is_that_of_the_day_of_supply(supplied_on: date, percent: int) -> None:
    assert rate_on(GERMAN_VAT_RATES, TaxClass.STANDARD, supplied_on).percent == percent


def test_a_day_without_a_rate_is_refused() -> None:
    with pytest.raises(VatRateMissing):
        rate_on(GERMAN_VAT_RATES, TaxClass.STANDARD, date(1999, 1, 1))


def test_german_money_has_a_decimal_comma() -> None:
    assert money_text(481_674) == "4.816,74"
    assert money_text(-4_833) == "-48,33"


@given(
    st.lists(
        st.tuples(st.integers(-1_000_000, 1_000_000), st.sampled_from([0, 5, 7, 16, 19])),
        min_size=1,
        max_size=60,
    )
)
def test_the_total_is_the_sum_of_the_lines_and_of_its_groups(lines: list[tuple[int, int]]) -> None:
    totals = totals_of(ALine(net, STANDARD, Decimal(percent)) for net, percent in lines)

    assert totals.net_cents == sum(net for net, _ in lines)
    assert totals.vat_cents == sum(group.vat_cents for group in totals.vat_groups)
    assert totals.gross_cents == totals.net_cents + totals.vat_cents
    assert len(totals.vat_groups) == len({percent for _, percent in lines})
