"""
Contracts, their lines, and the steps from draft to the end.

A contract is a head with lines; what is sold is a property of the line, so one contract
mixes monthly fees with time and material. All validity is half-open: `valid_to` is the
first day that is no longer covered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from psa_common.errors import Conflict, Refused

from .contract_line import ContractLine
from .period import LAST_ANCHOR_DAY, within


class ContractState(StrEnum):
    """Where a contract stands."""

    DRAFT = "draft"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"
    EXPIRED = "expired"


MOVES: Mapping[ContractState, frozenset[ContractState]] = {
    ContractState.DRAFT: frozenset({ContractState.ACTIVE}),
    ContractState.ACTIVE: frozenset(
        {ContractState.SUSPENDED, ContractState.TERMINATED, ContractState.EXPIRED}
    ),
    ContractState.SUSPENDED: frozenset({ContractState.ACTIVE, ContractState.TERMINATED}),
    ContractState.TERMINATED: frozenset(),
    ContractState.EXPIRED: frozenset(),
}

#: What was supplied before a contract ended is still billed afterwards.
BILLABLE_STATES = frozenset({ContractState.ACTIVE, ContractState.TERMINATED, ContractState.EXPIRED})


class IllegalContractMove(Conflict):
    """The life of a contract has no such step."""

    code = "illegal_contract_move"

    def __init__(self, current: ContractState, wanted: ContractState) -> None:
        allowed = ", ".join(sorted(MOVES[current])) or "nothing"
        super().__init__(
            f"A contract that is {current} cannot become {wanted}; it can become {allowed}.",
            field="status",
        )


class ContractWithoutLines(Refused):
    """A contract would be activated although it sells nothing."""

    code = "contract_without_lines"


class ImpossibleContractDates(Refused):
    """The dates of a contract or of one of its lines contradict each other."""

    code = "impossible_dates"


class ImpossibleAnchorDay(Refused):
    """Billing would start on a day that not every month has."""

    code = "impossible_anchor_day"


class OverlappingLines(Refused):
    """Two lines would stand at one position of a contract on the same day."""

    code = "overlapping_lines"


class ContractNotDraft(Conflict):
    """The terms of a contract that is not a draft would be changed."""

    code = "contract_not_draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What a customer and we agreed on; lines are in the order of their positions."""

    id: UUID
    number: str
    customer_id: UUID
    title: str
    state: ContractState
    valid_from: date
    valid_to: date | None = None
    anchor_day: int = 1
    currency: str = "EUR"
    lines: tuple[ContractLine, ...] = ()

    def __post_init__(self) -> None:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ImpossibleContractDates(
                f"The contract must end later than it starts on {self.valid_from}.",
                field="valid_to",
            )
        if not 1 <= self.anchor_day <= LAST_ANCHOR_DAY:
            raise ImpossibleAnchorDay("Choose a day from 1 to 28.", field="anchor_day")

    def covers(self, day: date) -> bool:
        """Return whether the contract is valid on *day* and its services are billed."""
        return self.state in BILLABLE_STATES and within(day, self.valid_from, self.valid_to)


def move(contract: Contract, wanted: ContractState) -> Contract:
    """Return *contract* in state *wanted*; raises IllegalContractMove."""
    if wanted not in MOVES[contract.state]:
        raise IllegalContractMove(contract.state, wanted)

    return replace(contract, state=wanted)


def activate(contract: Contract) -> Contract:
    """Return the contract active; raises ContractWithoutLines and IllegalContractMove."""
    if not contract.lines:
        raise ContractWithoutLines("Add a line before you activate the contract.", field="lines")

    return move(contract, ContractState.ACTIVE)


def terminate(contract: Contract, *, valid_to: date) -> Contract:
    """Return the contract terminated; *valid_to* is the first day that is not covered."""
    if contract.valid_to is not None and valid_to > contract.valid_to:
        raise ImpossibleContractDates(
            f"The contract already ends on {contract.valid_to}.", field="valid_to"
        )

    return replace(move(contract, ContractState.TERMINATED), valid_to=valid_to)


def with_line(contract: Contract, line: ContractLine) -> Contract:
    """Return the draft with one more line at its position."""
    if contract.state is not ContractState.DRAFT:
        raise ContractNotDraft(
            f"Contract {contract.number} is {contract.state}; only a draft takes lines.",
            field="status",
        )
    if line.valid_from < contract.valid_from:
        raise ImpossibleContractDates(
            f"The line must not start before the contract on {contract.valid_from}.",
            field="valid_from",
        )

    _refuse_overlap(contract, line)

    lines = sorted((*contract.lines, line), key=lambda each: (each.position, str(each.id)))
    return replace(contract, lines=tuple(lines))


def _refuse_overlap(contract: Contract, line: ContractLine) -> None:
    for other in contract.lines:
        starts_before_end = line.valid_to is None or other.valid_from < line.valid_to
        ends_after_start = other.valid_to is None or line.valid_from < other.valid_to
        if other.position == line.position and starts_before_end and ends_after_start:
            raise OverlappingLines(
                f"“{other.title}” already stands at position {line.position} in that time.",
                field="position",
            )
