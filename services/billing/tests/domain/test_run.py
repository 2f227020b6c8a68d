"""The billing run: the demo's figures, what is due, what stops it, and that it is a function."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from billing_builders import (
    SERVERS,
    T_1001,
    a_contract,
    a_server,
    a_server_line,
    a_time_line,
    an_entry,
    an_id,
    not_approved,
    the_inputs,
)
from psa_billing.domain.canonical import canonical_bytes
from psa_billing.domain.contract import ContractState
from psa_billing.domain.contract_line import Timing
from psa_billing.domain.explanation import recompute
from psa_billing.domain.proposal import DraftLine, DraftLineKind, ExceptionCode, Unit
from psa_billing.domain.rounding import RoundingPolicy, RoundingScope
from psa_billing.domain.run import propose
from psa_billing.domain.run_inputs import (
    AssetMembership,
    Billable,
    ImpossibleMinutes,
    RunInputs,
    TimeEntry,
)


def lines_of(inputs: RunInputs) -> list[DraftLine]:
    return [line for draft in propose(inputs).drafts for line in draft.lines]


def test_the_run_up_to_july_bills_the_servers_of_july_and_the_time_of_june() -> None:
    proposal = propose(the_inputs())

    (draft,) = proposal.drafts
    servers, time = draft.lines
    assert (servers.position, servers.kind, servers.title, servers.quantity) == (
        1,
        DraftLineKind.RECURRING,
        "Managed Server, Juli 2026",
        3,
    )
    assert (servers.service_from, servers.service_to) == (date(2026, 7, 1), date(2026, 7, 31))
    assert servers.net_cents == 43_500
    assert (time.position, time.kind, time.title, time.quantity, time.unit) == (
        2,
        DraftLineKind.TIME,
        "Leistungen nach Aufwand, T-1001",
        Decimal("1.75"),
        Unit.HOUR,
    )
    assert (time.service_from, time.service_to) == (date(2026, 6, 3), date(2026, 6, 8))
    assert time.net_cents == 22_575
    assert set(time.time_entry_ids) == {entry.id for entry in T_1001}
    totals = draft.totals
    assert (totals.net_cents, totals.vat_cents, totals.gross_cents) == (66_075, 12_554, 78_629)
    assert (draft.period_from, draft.period_to) == (date(2026, 6, 3), date(2026, 7, 31))
    assert not proposal.exceptions
    assert not proposal.stopped


def test_a_line_is_explained_by_its_members_and_intermediate_values() -> None:
    servers, time = lines_of(the_inputs())

    assert [source.label for source in servers.explanation.sources[1:]] == [
        "SRV-01",
        "SRV-02",
        "SRV-03",
    ]
    steps = {step.name: step.value for step in time.explanation.steps}
    assert (steps["worked_minutes"], steps["billed_minutes"], steps["quantity"]) == (
        "100",
        "105",
        "1.75",
    )


@given(
    minutes=st.lists(st.integers(1, 600), min_size=1, max_size=8),
    hourly=st.decimals("0.01", "999.99", places=2),
    increment=st.integers(1, 60),
)
def test_every_line_recomputes_from_its_own_explanation(
    minutes: list[int], hourly: Decimal, increment: int
) -> None:
    line = a_time_line(unit_price=hourly, rounding=RoundingPolicy(increment_minutes=increment))
    entries = tuple(
        an_entry(f"E{index}", date(2026, 6, 3), each) for index, each in enumerate(minutes)
    )

    lines = lines_of(the_inputs(a_contract(a_server_line(), line), time_entries=entries))

    assert [recompute(each.explanation) for each in lines] == [each.net_cents for each in lines]


@given(st.permutations(T_1001), st.permutations(SERVERS))
def test_the_same_inputs_in_any_order_give_the_same_bytes(
    entries: list[TimeEntry], servers: list[AssetMembership]
) -> None:
    usual = the_inputs()

    shuffled = replace(
        usual,
        time_entries=(*entries, *entries),
        memberships=(*servers, *servers),
    )

    assert canonical_bytes(propose(shuffled)) == canonical_bytes(propose(usual))


def test_what_was_billed_is_not_billed_again() -> None:
    keys = frozenset(key for line in lines_of(the_inputs()) for key in line.billing_keys)

    again = propose(the_inputs(billed_keys=keys))

    assert again.drafts == ()


def test_the_run_of_august_bills_only_what_july_left() -> None:
    keys = frozenset(key for line in lines_of(the_inputs()) for key in line.billing_keys)

    lines = lines_of(the_inputs(up_to=date(2026, 8, 1), billed_keys=keys))

    assert [line.title for line in lines] == ["Managed Server, August 2026"]


def test_periods_before_billing_starts_were_billed_elsewhere() -> None:
    line = a_server_line(billing_starts_on=date(2026, 6, 1))

    lines = lines_of(the_inputs(a_contract(line), time_entries=()))

    assert [each.service_from for each in lines] == [date(2026, 6, 1), date(2026, 7, 1)]


def test_a_line_in_arrears_waits_for_the_end_of_its_period() -> None:
    line = a_server_line(timing=Timing.ARREARS, billing_starts_on=date(2026, 6, 1))

    lines = lines_of(the_inputs(a_contract(line), time_entries=()))

    assert [each.title for each in lines] == ["Managed Server, Juni 2026"]


def test_a_half_covered_month_is_prorated_by_days_in_the_unit_price() -> None:
    line = a_server_line(
        valid_from=date(2026, 6, 21), billing_starts_on=None, timing=Timing.ARREARS
    )

    (only,) = lines_of(the_inputs(a_contract(line), time_entries=()))

    assert (only.unit_price, only.net_cents) == (Decimal("48.33"), 14_499)
    assert only.title == "Managed Server, 21.06.2026–30.06.2026"


def test_a_contract_that_ended_gets_no_later_period_but_its_earlier_time() -> None:
    ended = a_contract(state=ContractState.TERMINATED, valid_to=date(2026, 7, 1))

    lines = lines_of(the_inputs(ended))

    assert [line.kind for line in lines] == [DraftLineKind.TIME]


@pytest.mark.parametrize("state", [ContractState.DRAFT, ContractState.SUSPENDED])
def test_a_contract_that_is_not_in_force_bills_nothing(state: ContractState) -> None:
    proposal = propose(the_inputs(a_contract(state=state)))

    assert proposal.drafts == ()
    assert {each.code for each in proposal.exceptions} == {ExceptionCode.RATE_MISSING}


def test_only_assets_of_the_class_that_are_active_and_managed_at_the_start_count() -> None:
    others = (
        replace(a_server("WS-01"), asset_class="workstation"),
        replace(a_server("SRV-04"), managed=False),
        replace(a_server("SRV-05"), state="retired"),
        a_server("SRV-06", valid_to=date(2026, 7, 1)),
        a_server("SRV-07", valid_from=date(2026, 7, 2)),
    )

    servers = lines_of(the_inputs(memberships=(*SERVERS, *others)))[0]

    assert servers.quantity == 3


def test_a_line_that_counts_nothing_warns_and_is_left_out() -> None:
    proposal = propose(the_inputs(memberships=()))

    assert [each.code for each in proposal.exceptions] == [ExceptionCode.NOTHING_TO_COUNT]
    assert not proposal.stopped
    assert [line.kind for line in proposal.drafts[0].lines] == [DraftLineKind.TIME]


def test_time_that_nobody_approved_stops_the_run() -> None:
    proposal = propose(the_inputs(time_entries=(*T_1001[:2], not_approved(T_1001[2]))))

    assert proposal.stopped
    (found,) = proposal.exceptions
    assert (found.code, found.source_id) == (ExceptionCode.TIME_NOT_APPROVED, an_id("E3"))


def test_time_without_a_line_that_pays_stops_the_run_instead_of_costing_nothing() -> None:
    proposal = propose(the_inputs(a_contract(a_server_line())))

    assert proposal.stopped
    assert {each.code for each in proposal.exceptions} == {ExceptionCode.RATE_MISSING}


def test_a_supply_without_a_vat_rate_stops_the_run() -> None:
    proposal = propose(replace(the_inputs(), vat_rates=()))

    assert proposal.stopped
    assert proposal.drafts == ()
    assert {each.code for each in proposal.exceptions} == {ExceptionCode.VAT_RATE_MISSING}


@pytest.mark.parametrize("billable", [Billable.NON_BILLABLE, Billable.NO_CHARGE, Billable.GOODWILL])
def test_time_that_the_customer_does_not_pay_is_passed_over_with_its_reason(
    billable: Billable,
) -> None:
    entry = replace(an_entry("E9", date(2026, 6, 9), 30), billable=billable)

    proposal = propose(the_inputs(time_entries=(entry,)))

    (passed_over,) = proposal.passed_over
    assert (passed_over.time_entry_id, passed_over.reason) == (entry.id, billable)
    assert not proposal.stopped


def test_time_of_the_day_of_the_run_waits_for_the_next_run() -> None:
    entry = an_entry("E9", date(2026, 7, 1), 30)

    lines = lines_of(the_inputs(time_entries=(entry,)))

    assert [line.kind for line in lines] == [DraftLineKind.RECURRING]


def test_rounding_every_entry_costs_more_than_rounding_the_ticket() -> None:
    policy = RoundingPolicy(increment_minutes=15, minimum_minutes=15, scope=RoundingScope.ENTRY)

    lines = lines_of(the_inputs(a_contract(a_time_line(rounding=policy))))

    assert [line.quantity for line in lines] == [Decimal("2.00")]


def test_a_line_for_the_work_type_pays_before_a_line_for_all_work() -> None:
    contract = a_contract(
        a_time_line(position=1),
        a_time_line(name="remote", position=2, unit_price=Decimal("99.00"), work_types=("remote",)),
    )

    lines = lines_of(the_inputs(contract))

    assert [line.unit_price for line in lines] == [Decimal("99.00")]


def test_time_on_two_contracts_of_one_customer_is_billed_once() -> None:
    other = replace(a_contract(a_time_line(name="other")), id=an_id("V-2"), number="V-2026-008")

    proposal = propose(the_inputs(a_contract(), other))

    assert [draft.contract_number for draft in proposal.drafts] == ["V-2026-007"]


def test_minutes_that_no_hour_holds_exactly_are_billed_as_minutes() -> None:
    line = a_time_line(rounding=RoundingPolicy(increment_minutes=1))

    (only,) = lines_of(the_inputs(a_contract(line)))

    assert (only.quantity, only.unit, only.price_base_quantity) == (100, Unit.MINUTE, 60)
    assert only.net_cents == 21_500


@pytest.mark.parametrize("minutes", [0, -5])
def test_a_time_entry_without_time_is_refused(minutes: int) -> None:
    with pytest.raises(ImpossibleMinutes):
        an_entry("E9", date(2026, 6, 9), minutes)
