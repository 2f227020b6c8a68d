"""
Time and material: which line pays for an entry, and what a ticket's time costs.

An entry is paid by a line that is valid on the work date; among several, one that names
its work type goes before one for all work, then the contract number and the position decide.
Nothing that finds no line is ever billed at zero: it stops the run.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from .canonical import decimal_text
from .contract import Contract
from .contract_line import ContractLine, LineKind
from .explanation import RULES_VERSION, Explanation, Source, Step
from .money import MINUTES_PER_HOUR, amount
from .period import within
from .proposal import (
    DraftLine,
    DraftLineKind,
    ExceptionCode,
    PassedOver,
    RunException,
    Unit,
    run_exception,
)
from .rounding import RoundingPolicy, rounded_together
from .run_inputs import Billable, RunInputs, TimeEntry
from .vat import VatRateMissing, rate_on

#: Hours with two decimals are exact only for every third minute.
EXACT_HOUR_MINUTES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkToBill:
    """The entries of one ticket or task that one contract line pays for, oldest first."""

    contract_id: UUID
    line: ContractLine
    policy: RoundingPolicy
    entries: tuple[TimeEntry, ...]

    @property
    def order(self) -> tuple[object, ...]:
        """Tickets are billed by the day of their last entry."""
        last = self.entries[-1]
        return (last.work_date, last.ticket_number or "", str(last.subject_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedWork:
    """All time of a run: what is billed, what needs a person, what stays unbilled."""

    to_bill: tuple[WorkToBill, ...]
    exceptions: tuple[RunException, ...]
    passed_over: tuple[PassedOver, ...]


def time_key(entry: TimeEntry) -> str:
    """Return the name under which an entry is billed once."""
    return f"time:{entry.id}"


def sort_work(inputs: RunInputs) -> SortedWork:
    """Return every entry before the run's date in exactly one of the three places."""
    groups: dict[tuple[UUID, UUID], list[tuple[Contract, ContractLine, TimeEntry]]] = {}
    exceptions: list[RunException] = []
    passed_over: list[PassedOver] = []

    for entry in _due_entries(inputs):
        if not entry.approved:
            exceptions.append(_not_approved(entry))
        elif entry.billable is not Billable.BILLABLE:
            passed_over.append(PassedOver(time_entry_id=entry.id, reason=entry.billable))
        elif (payer := find_payer(inputs.contracts, entry)) is None:
            exceptions.append(_rate_missing(entry))
        else:
            contract, line = payer
            groups.setdefault((line.id, entry.subject_id), []).append((contract, line, entry))

    works = [_work(group) for group in groups.values()]
    return SortedWork(
        to_bill=tuple(sorted(works, key=lambda each: each.order)),
        exceptions=tuple(exceptions),
        passed_over=tuple(passed_over),
    )


def find_payer(
    contracts: Iterable[Contract], entry: TimeEntry
) -> tuple[Contract, ContractLine] | None:
    """Return the contract and the line that pay for *entry* on its work date."""
    candidates = [
        (contract, line)
        for contract in contracts
        if contract.covers(entry.work_date)
        for line in contract.lines
        if line.kind is LineKind.TIME_AND_MATERIAL
        and within(entry.work_date, line.valid_from, line.valid_to)
        and (not line.work_types or entry.work_type in line.work_types)
    ]
    return min(
        candidates,
        key=lambda each: (not each[1].work_types, each[0].number, each[1].position),
        default=None,
    )


def rated(work: WorkToBill, inputs: RunInputs) -> DraftLine | RunException:
    """Return the invoice line of one ticket's time, or why there is none."""
    try:
        return _rated(work, inputs)
    except VatRateMissing as missing:
        return run_exception(
            ExceptionCode.VAT_RATE_MISSING,
            missing.message,
            source_kind="contract_line",
            source_id=work.line.id,
        )


def billed_quantity(minutes: int) -> tuple[Decimal, Unit, int]:
    """
    Return quantity, unit and price base of *minutes* so that nothing is rounded before money.

    Hours where two decimals hold them exactly, otherwise minutes at a price for sixty.
    """
    if minutes % EXACT_HOUR_MINUTES == 0:
        return (Decimal(minutes) / MINUTES_PER_HOUR).quantize(Decimal("0.01")), Unit.HOUR, 1

    return Decimal(minutes), Unit.MINUTE, MINUTES_PER_HOUR


def _due_entries(inputs: RunInputs) -> Iterator[TimeEntry]:
    unique = {entry.id: entry for entry in inputs.time_entries}
    for entry in sorted(unique.values(), key=lambda each: (each.work_date, str(each.id))):
        if entry.work_date < inputs.up_to and time_key(entry) not in inputs.billed_keys:
            yield entry


def _not_approved(entry: TimeEntry) -> RunException:
    return run_exception(
        ExceptionCode.TIME_NOT_APPROVED,
        f"Approve or reject {_named(entry)} before this run is issued.",
        source_kind="time_entry",
        source_id=entry.id,
    )


def _rate_missing(entry: TimeEntry) -> RunException:
    return run_exception(
        ExceptionCode.RATE_MISSING,
        f"No active contract line pays for {_named(entry)}; add one or make it non-billable.",
        source_kind="time_entry",
        source_id=entry.id,
    )


def _named(entry: TimeEntry) -> str:
    place = f" on {entry.ticket_number}" if entry.ticket_number else ""
    return f"the {entry.minutes} min of {entry.work_type} of {entry.work_date}{place}"


def _work(group: list[tuple[Contract, ContractLine, TimeEntry]]) -> WorkToBill:
    contract, line, _ = group[0]
    return WorkToBill(
        contract_id=contract.id,
        line=line,
        policy=line.rounding or RoundingPolicy(increment_minutes=1),
        entries=tuple(entry for _, _, entry in group),
    )


def _rated(work: WorkToBill, inputs: RunInputs) -> DraftLine:
    line, entries = work.line, work.entries
    billed_minutes = rounded_together([each.minutes for each in entries], work.policy)
    quantity, unit, base = billed_quantity(billed_minutes)
    net_cents = amount(unit_price=line.unit_price, quantity=quantity, base_quantity=base)
    rate = rate_on(inputs.vat_rates, line.tax_class, entries[-1].work_date)
    number = entries[-1].ticket_number
    return DraftLine(
        position=0,
        kind=DraftLineKind.TIME,
        title=f"{line.title}, {number}" if number else line.title,
        contract_line_id=line.id,
        service_from=entries[0].work_date,
        service_to=entries[-1].work_date,
        quantity=quantity,
        unit=unit,
        unit_price=line.unit_price,
        price_base_quantity=base,
        net_cents=net_cents,
        tax_class=line.tax_class,
        vat_category=rate.category,
        vat_percent=rate.percent,
        billing_keys=tuple(time_key(each) for each in entries),
        time_entry_ids=tuple(each.id for each in entries),
        explanation=_explanation(work, billed_minutes, net_cents),
    )


def _explanation(work: WorkToBill, billed_minutes: int, net_cents: int) -> Explanation:
    line = work.line
    agreed = Source(
        kind="contract_line", id=line.id, label=line.title, value=decimal_text(line.unit_price)
    )
    entries = (
        Source(
            kind="time_entry",
            id=each.id,
            label=f"{each.work_date} {each.work_type}",
            value=str(each.minutes),
        )
        for each in work.entries
    )
    return Explanation(
        rule=f"{line.kind}/{work.policy.scope}",
        rules_version=RULES_VERSION,
        sources=(agreed, *entries),
        steps=(
            *_minute_steps(work, billed_minutes),
            *_price_steps(work, billed_minutes, net_cents),
        ),
    )


def _minute_steps(work: WorkToBill, billed_minutes: int) -> tuple[Step, Step]:
    minutes = [each.minutes for each in work.entries]
    return (
        Step(
            name="worked_minutes",
            value=str(sum(minutes)),
            how=" + ".join(str(each) for each in minutes),
        ),
        Step(name="billed_minutes", value=str(billed_minutes), how=_rounding(work.policy)),
    )


def _price_steps(work: WorkToBill, billed_minutes: int, net_cents: int) -> tuple[Step, ...]:
    quantity, unit, base = billed_quantity(billed_minutes)
    count, price = decimal_text(quantity), decimal_text(work.line.unit_price)
    return (
        Step(name="quantity", value=count, how=f"{billed_minutes} minutes in unit {unit}"),
        Step(name="unit_price", value=price, how="an hour, as agreed"),
        Step(name="price_base_quantity", value=str(base), how=f"the price is for {base} {unit}"),
        Step(
            name="net_cents", value=str(net_cents), how=f"{count} × {price} / {base}, rounded once"
        ),
    )


def _rounding(policy: RoundingPolicy) -> str:
    return (
        f"{policy.direction} to {policy.increment_minutes} minutes per {policy.scope}, "
        f"minimum {policy.minimum_minutes}, grace {policy.grace_minutes}"
    )
