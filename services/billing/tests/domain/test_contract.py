"""Contracts and lines: every step of their life, and every refusal of an impossible term."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from billing_builders import a_contract, a_server_line, a_time_line, an_id
from psa_billing.domain.contract import (
    MOVES,
    ContractNotDraft,
    ContractState,
    ContractWithoutLines,
    IllegalContractMove,
    ImpossibleAnchorDay,
    ImpossibleContractDates,
    activate,
    move,
    terminate,
    with_line,
)
from psa_billing.domain.contract_line import (
    ContractLine,
    ImpossibleLineDates,
    IncompleteLine,
    LineKind,
    LineWithoutPrice,
    NegativePrice,
    Timing,
    required_price,
)
from psa_billing.domain.rounding import RoundingPolicy

CELLS = [(current, wanted) for current in ContractState for wanted in ContractState]
LEGAL = {
    ("draft", "active"),
    ("active", "suspended"),
    ("active", "terminated"),
    ("active", "expired"),
    ("suspended", "active"),
    ("suspended", "terminated"),
}


@pytest.mark.parametrize(("current", "wanted"), CELLS)
def test_a_contract_moves_only_as_the_table_says(
    current: ContractState, wanted: ContractState
) -> None:
    contract = a_contract(state=current)

    if (current, wanted) in LEGAL:
        assert move(contract, wanted).state is wanted
    else:
        with pytest.raises(IllegalContractMove):
            move(contract, wanted)


def test_the_table_knows_every_state() -> None:
    assert set(MOVES) == set(ContractState)


def test_a_contract_without_lines_is_not_activated() -> None:
    empty = replace(a_contract(state=ContractState.DRAFT), lines=())

    with pytest.raises(ContractWithoutLines):
        activate(empty)


def test_a_draft_with_a_line_is_activated() -> None:
    assert activate(a_contract(state=ContractState.DRAFT)).state is ContractState.ACTIVE


def test_a_draft_takes_lines_in_the_order_of_their_positions() -> None:
    draft = replace(a_contract(state=ContractState.DRAFT), lines=())

    draft = with_line(with_line(draft, a_time_line()), a_server_line())

    assert [line.position for line in draft.lines] == [1, 2]


def test_an_active_contract_takes_no_lines() -> None:
    with pytest.raises(ContractNotDraft):
        with_line(a_contract(), a_time_line())


def test_a_line_does_not_start_before_its_contract() -> None:
    draft = a_contract(state=ContractState.DRAFT, valid_from=date(2026, 6, 1))

    with pytest.raises(ImpossibleContractDates):
        with_line(draft, a_server_line(valid_from=date(2026, 5, 1)))


def test_a_terminated_contract_ends_on_the_day_named() -> None:
    ended = terminate(a_contract(), valid_to=date(2026, 7, 1))

    assert (ended.state, ended.valid_to) == (ContractState.TERMINATED, date(2026, 7, 1))
    assert ended.covers(date(2026, 6, 30))
    assert not ended.covers(date(2026, 7, 1))


def test_a_termination_does_not_prolong_a_contract() -> None:
    with pytest.raises(ImpossibleContractDates):
        terminate(a_contract(valid_to=date(2026, 7, 1)), valid_to=date(2026, 8, 1))


def test_a_contract_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ImpossibleContractDates):
        a_contract(valid_from=date(2026, 6, 1), valid_to=date(2026, 6, 1))


@pytest.mark.parametrize("day", [0, 29, 31])
def test_an_anchor_day_that_not_every_month_has_is_refused(day: int) -> None:
    with pytest.raises(ImpossibleAnchorDay):
        replace(a_contract(), anchor_day=day)


def test_a_line_without_a_price_is_refused() -> None:
    with pytest.raises(LineWithoutPrice) as refusal:
        required_price(None, title="Managed Server")

    assert refusal.value.error_code == "line_without_price"
    assert [detail.field for detail in refusal.value.details] == ["unit_price"]


def test_a_line_with_a_negative_price_is_refused() -> None:
    with pytest.raises(NegativePrice):
        a_server_line(unit_price=Decimal("-0.01"))


def test_a_line_that_costs_nothing_on_purpose_is_allowed() -> None:
    assert a_server_line(unit_price=Decimal(0)).unit_price == 0


def test_a_line_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ImpossibleLineDates):
        a_server_line(valid_to=date(2025, 12, 31))


def test_a_line_is_not_billed_before_it_starts() -> None:
    with pytest.raises(ImpossibleLineDates):
        a_server_line(billing_starts_on=date(2025, 12, 31))


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (LineKind.RECURRING_PER_UNIT, "counted"),
        (LineKind.RECURRING_FIXED, "quantity"),
        (LineKind.TIME_AND_MATERIAL, "rounding"),
    ],
)
def test_a_line_without_the_term_that_its_kind_needs_is_refused(kind: LineKind, field: str) -> None:
    with pytest.raises(IncompleteLine) as refusal:
        ContractLine(
            id=an_id("L9"),
            position=1,
            kind=kind,
            title="Neu",
            unit_price=Decimal(1),
            valid_from=date(2026, 1, 1),
        )

    assert [detail.field for detail in refusal.value.details] == [field]


def test_time_is_never_billed_in_advance() -> None:
    with pytest.raises(IncompleteLine):
        ContractLine(
            id=an_id("L9"),
            position=1,
            kind=LineKind.TIME_AND_MATERIAL,
            title="Neu",
            unit_price=Decimal(1),
            valid_from=date(2026, 1, 1),
            timing=Timing.ADVANCE,
            rounding=RoundingPolicy(),
        )


def test_a_period_of_two_months_is_refused() -> None:
    with pytest.raises(IncompleteLine):
        ContractLine(
            id=an_id("L9"),
            position=1,
            kind=LineKind.RECURRING_FIXED,
            title="Neu",
            unit_price=Decimal(1),
            quantity=Decimal(1),
            valid_from=date(2026, 1, 1),
            period_months=2,
        )
