"""
The billing run: frozen inputs in, a proposal out, the same bytes for the same inputs.

The order on an invoice is fixed: recurring lines by position and period, then time by the
day of each ticket's last entry. Nothing is written here; approving and issuing come later.
"""

from collections.abc import Iterable
from dataclasses import replace

from .contract import Contract
from .corrections import open_corrections
from .proposal import DraftInvoice, DraftLine, PassedOver, Proposal, RunException
from .rating import WorkToBill, rated, sort_work
from .recurring import recurring_lines
from .run_inputs import RunInputs
from .totals import totals_of


def propose(inputs: RunInputs) -> Proposal:
    """Return what the run bills for one customer, and what a person must look at first."""
    work = sort_work(inputs)
    drafts: list[DraftInvoice] = []
    exceptions: list[RunException] = [
        *work.exceptions,
        *open_corrections(inputs.reversed_time),
    ]

    for contract in sorted(inputs.contracts, key=lambda each: each.number):
        results = _contract_results(contract, work.to_bill, inputs)
        exceptions += [each for each in results if isinstance(each, RunException)]
        lines = [each for each in results if isinstance(each, DraftLine)]
        if lines:
            drafts.append(_draft(contract, lines))

    return Proposal(
        customer_id=inputs.customer_id,
        up_to=inputs.up_to,
        drafts=tuple(drafts),
        exceptions=_in_order(exceptions),
        passed_over=_passed_over_in_order(work.passed_over),
    )


def _contract_results(
    contract: Contract, works: Iterable[WorkToBill], inputs: RunInputs
) -> list[DraftLine | RunException]:
    recurring = recurring_lines(contract, inputs)
    time = (rated(work, inputs) for work in works if work.contract_id == contract.id)
    return [*recurring, *time]


def _draft(contract: Contract, lines: list[DraftLine]) -> DraftInvoice:
    numbered = tuple(
        replace(line, position=position) for position, line in enumerate(lines, start=1)
    )
    return DraftInvoice(
        contract_id=contract.id,
        contract_number=contract.number,
        customer_id=contract.customer_id,
        currency=contract.currency,
        period_from=min(line.service_from for line in numbered),
        period_to=max(line.service_to for line in numbered),
        lines=numbered,
        totals=totals_of(numbered),
    )


def _in_order(exceptions: Iterable[RunException]) -> tuple[RunException, ...]:
    return tuple(sorted(exceptions, key=lambda each: (each.code, str(each.source_id))))


def _passed_over_in_order(entries: Iterable[PassedOver]) -> tuple[PassedOver, ...]:
    return tuple(sorted(entries, key=lambda each: str(each.time_entry_id)))
