"""Builders of the scenario's contract, servers and time; a test names only what it is about."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid5

from psa_billing.domain.contract import Contract, ContractState
from psa_billing.domain.contract_line import (
    AssetFilter,
    ContractLine,
    LineKind,
    Timing,
)
from psa_billing.domain.rounding import RoundingPolicy
from psa_billing.domain.run_inputs import AssetMembership, Billable, RunInputs, TimeEntry
from psa_billing.domain.vat import GERMAN_VAT_RATES

_NAMES = UUID("0190a000-0000-7000-8000-000000000000")
CUSTOMER = uuid5(_NAMES, "KD-10042")
QUARTERS = RoundingPolicy(increment_minutes=15, minimum_minutes=15)


def an_id(name: str) -> UUID:
    """Return the id that *name* always has."""
    return uuid5(_NAMES, name)


def a_server_line(
    *,
    billing_starts_on: date | None = date(2026, 7, 1),
    valid_from: date = date(2026, 1, 1),
    valid_to: date | None = None,
    timing: Timing = Timing.ADVANCE,
    unit_price: Decimal = Decimal("145.00"),
) -> ContractLine:
    """Return the per-unit line for managed servers."""
    return ContractLine(
        id=an_id("L2"),
        position=1,
        kind=LineKind.RECURRING_PER_UNIT,
        title="Managed Server",
        unit_price=unit_price,
        valid_from=valid_from,
        valid_to=valid_to,
        billing_starts_on=billing_starts_on,
        timing=timing,
        counted=AssetFilter(asset_class="server"),
    )


def a_time_line(
    *,
    name: str = "L8",
    position: int = 2,
    unit_price: Decimal = Decimal("129.00"),
    rounding: RoundingPolicy = QUARTERS,
    work_types: tuple[str, ...] = (),
    valid_from: date = date(2026, 1, 1),
) -> ContractLine:
    """Return the line for time and material at 129.00 an hour."""
    return ContractLine(
        id=an_id(name),
        position=position,
        kind=LineKind.TIME_AND_MATERIAL,
        title="Leistungen nach Aufwand",
        unit_price=unit_price,
        valid_from=valid_from,
        rounding=rounding,
        work_types=work_types,
    )


def a_contract(
    *lines: ContractLine,
    number: str = "V-2026-007",
    state: ContractState = ContractState.ACTIVE,
    valid_from: date = date(2026, 1, 1),
    valid_to: date | None = None,
) -> Contract:
    """Return the active contract V-2026-007 with both lines, or with *lines*."""
    return Contract(
        id=an_id(number),
        number=number,
        customer_id=CUSTOMER,
        title="Managed Services",
        state=state,
        valid_from=valid_from,
        valid_to=valid_to,
        lines=lines or (a_server_line(), a_time_line()),
    )


def a_server(
    number: str, *, valid_from: date = date(2026, 6, 1), valid_to: date | None = None
) -> AssetMembership:
    """Return a managed server that is active from June 2026 on."""
    return AssetMembership(
        asset_id=an_id(number),
        number=number,
        asset_class="server",
        state="active",
        managed=True,
        valid_from=valid_from,
        valid_to=valid_to,
    )


SERVERS = (a_server("SRV-01"), a_server("SRV-02"), a_server("SRV-03"))


def an_entry(name: str, work_date: date, minutes: int) -> TimeEntry:
    """Return approved, billable remote work on T-1001."""
    return TimeEntry(
        id=an_id(name),
        work_date=work_date,
        minutes=minutes,
        work_type="remote",
        billable=Billable.BILLABLE,
        approved=True,
        ticket_id=an_id("T-1001"),
        ticket_number="T-1001",
    )


T_1001 = (
    an_entry("E1", date(2026, 6, 3), 20),
    an_entry("E2", date(2026, 6, 8), 75),
    an_entry("E3", date(2026, 6, 8), 5),
)


def the_inputs(
    *contracts: Contract,
    up_to: date = date(2026, 7, 1),
    memberships: tuple[AssetMembership, ...] = SERVERS,
    time_entries: tuple[TimeEntry, ...] = T_1001,
    billed_keys: frozenset[str] = frozenset(),
) -> RunInputs:
    """Return the inputs of the run up to 1 July 2026."""
    return RunInputs(
        customer_id=CUSTOMER,
        up_to=up_to,
        contracts=contracts or (a_contract(),),
        vat_rates=GERMAN_VAT_RATES,
        memberships=memberships,
        time_entries=time_entries,
        billed_keys=billed_keys,
    )


def not_approved(entry: TimeEntry) -> TimeEntry:
    """Return the entry as it is before somebody approved it."""
    return replace(entry, approved=False)
