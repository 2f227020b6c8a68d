"""
Recurring lines: which periods are due, how much of each is covered, how many units count.

A period in advance is due when it starts on or before the run's date, one in arrears when
it has ended by then. A period that starts before the line's `billing_starts_on` was billed
elsewhere. One that the line or the contract covers only partly is prorated by days.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import takewhile

from .canonical import decimal_text
from .contract import BILLABLE_STATES, Contract
from .contract_line import AssetFilter, ContractLine, LineKind, Proration, Timing
from .explanation import RULES_VERSION, Explanation, Source, Step
from .german import period_title
from .money import amount, prorated_unit_price
from .period import Period, period_holding, periods_from
from .proposal import (
    DraftLine,
    DraftLineKind,
    ExceptionCode,
    RunException,
    Unit,
    run_exception,
)
from .run_inputs import AssetMembership, RunInputs
from .vat import VatRateMissing, rate_on

RECURRING_KINDS = frozenset({LineKind.RECURRING_FIXED, LineKind.RECURRING_PER_UNIT})


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePeriod:
    """A period to bill and the part of it that line and contract cover."""

    line: ContractLine
    period: Period
    covered: Period

    @property
    def key(self) -> str:
        """The name under which this period of this line is billed once."""
        return f"line:{self.line.id}:{self.period.start}"


def recurring_lines(contract: Contract, inputs: RunInputs) -> Iterator[DraftLine | RunException]:
    """Yield the lines of all due periods that were not billed yet, in order of position."""
    for line in contract.lines:
        for due in due_periods(contract, line, up_to=inputs.up_to):
            if due.key not in inputs.billed_keys:
                yield _drafted_or_exception(due, inputs)


def due_periods(contract: Contract, line: ContractLine, *, up_to: date) -> Iterator[DuePeriod]:
    """Yield the covered periods of a recurring line that a run up to *up_to* bills."""
    if line.kind not in RECURRING_KINDS or contract.state not in BILLABLE_STATES:
        return

    grid_start = period_holding(
        max(contract.valid_from, line.valid_from), anchor_day=contract.anchor_day
    ).start
    grid = periods_from(grid_start, anchor_day=contract.anchor_day, months=line.period_months)
    for period in takewhile(lambda each: _is_due(each, line.timing, up_to), grid):
        covered = _covered(contract, line, period)
        if covered is not None and covered.start >= line.first_billed_day:
            yield DuePeriod(line=line, period=period, covered=covered)


def _is_due(period: Period, timing: Timing, up_to: date) -> bool:
    match timing:
        case Timing.ADVANCE:
            return period.start <= up_to
        case Timing.ARREARS:
            return period.end <= up_to


def _covered(contract: Contract, line: ContractLine, period: Period) -> Period | None:
    by_contract = period.overlap(contract.valid_from, contract.valid_to)
    return by_contract and by_contract.overlap(line.valid_from, line.valid_to)


def _drafted_or_exception(due: DuePeriod, inputs: RunInputs) -> DraftLine | RunException:
    try:
        return _drafted(due, inputs)
    except VatRateMissing as missing:
        return run_exception(
            ExceptionCode.VAT_RATE_MISSING,
            missing.message,
            source_kind="contract_line",
            source_id=due.line.id,
        )


def _drafted(due: DuePeriod, inputs: RunInputs) -> DraftLine | RunException:
    line, covered = due.line, due.covered
    members = _members(line.counted, inputs.memberships, covered.start)
    quantity = _quantity(line, members)
    if quantity == 0:
        return run_exception(
            ExceptionCode.NOTHING_TO_COUNT,
            f"“{line.title}” counts nothing on {covered.start}; no line is proposed.",
            source_kind="contract_line",
            source_id=line.id,
        )

    unit_price = _unit_price(due)
    net_cents = amount(unit_price=unit_price, quantity=quantity)
    rate = rate_on(inputs.vat_rates, line.tax_class, covered.last_day)
    return DraftLine(
        position=0,
        kind=DraftLineKind.RECURRING,
        title=period_title(line.title, covered),
        contract_line_id=line.id,
        service_from=covered.start,
        service_to=covered.last_day,
        quantity=quantity,
        unit=Unit.MONTH if line.kind is LineKind.RECURRING_FIXED else Unit.PIECE,
        unit_price=unit_price,
        price_base_quantity=1,
        net_cents=net_cents,
        tax_class=line.tax_class,
        vat_category=rate.category,
        vat_percent=rate.percent,
        billing_keys=(due.key,),
        time_entry_ids=(),
        explanation=_explanation(due, members, quantity, unit_price, net_cents),
    )


def _members(
    wanted: AssetFilter | None, memberships: tuple[AssetMembership, ...], day: date
) -> tuple[AssetMembership, ...]:
    if wanted is None:
        return ()

    found = {each.asset_id: each for each in memberships if each.counts(wanted, day)}
    return tuple(sorted(found.values(), key=lambda each: (each.number, str(each.asset_id))))


def _quantity(line: ContractLine, members: tuple[AssetMembership, ...]) -> Decimal:
    if line.kind is LineKind.RECURRING_FIXED and line.quantity is not None:
        return line.quantity

    return Decimal(len(members))


def _unit_price(due: DuePeriod) -> Decimal:
    if due.line.proration is Proration.NONE:
        return due.line.unit_price

    return prorated_unit_price(
        due.line.unit_price, days=due.covered.days, days_in_period=due.period.days
    )


def _explanation(
    due: DuePeriod,
    members: tuple[AssetMembership, ...],
    quantity: Decimal,
    unit_price: Decimal,
    net_cents: int,
) -> Explanation:
    line = due.line
    price, count = decimal_text(unit_price), decimal_text(quantity)
    agreed = Source(
        kind="contract_line", id=line.id, label=line.title, value=decimal_text(line.unit_price)
    )
    assets = (Source(kind="asset", id=m.asset_id, label=m.number, value="1") for m in members)
    return Explanation(
        rule=f"{line.kind}/{line.timing}/{line.proration}",
        rules_version=RULES_VERSION,
        sources=(agreed, *assets),
        steps=(
            *_period_steps(due),
            Step(name="quantity", value=count, how=_counting(line.counted, due.covered.start)),
            Step(name="unit_price", value=price, how=_pricing(due, unit_price)),
            Step(name="net_cents", value=str(net_cents), how=f"{count} × {price}, rounded once"),
        ),
    )


def _period_steps(due: DuePeriod) -> tuple[Step, Step]:
    line, period, covered = due.line, due.period, due.covered
    return (
        Step(
            name="period",
            value=f"{period.start}/{period.end}",
            how=f"{line.timing}, every {line.period_months} month(s)",
        ),
        Step(
            name="covered_days",
            value=str(covered.days),
            how=f"{covered.start} to {covered.last_day} of {period.days} days",
        ),
    )


def _pricing(due: DuePeriod, unit_price: Decimal) -> str:
    if unit_price == due.line.unit_price:
        return "as agreed"

    agreed = decimal_text(due.line.unit_price)
    return f"{agreed} × {due.covered.days}/{due.period.days}, rounded once"


def _counting(counted: AssetFilter | None, day: date) -> str:
    if counted is None:
        return "as agreed"

    managed = "managed" if counted.managed else "unmanaged"
    return f"assets of class {counted.asset_class}, {counted.state} and {managed} on {day}"
