"""
Why an invoice line holds this amount: sources, steps, and the sum done again.

An explanation is data that a program can check: `recompute` returns the amount from the
explanation alone, and it must be the line's amount to the cent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from .money import amount

#: The version of the rules in this package; it changes when an amount could change.
RULES_VERSION = "2026-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One thing that a line was made from, with the value it contributed."""

    kind: str
    id: UUID
    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One intermediate value and how it came about."""

    name: str
    value: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The sources and the steps of one line, in the order in which they were taken."""

    rule: str
    rules_version: str
    sources: tuple[Source, ...]
    steps: tuple[Step, ...]


def recompute(explanation: Explanation) -> int:
    """Return the net cents of the line from nothing but its explanation."""
    values: Mapping[str, str] = {step.name: step.value for step in explanation.steps}
    return amount(
        unit_price=Decimal(values["unit_price"]),
        quantity=Decimal(values["quantity"]),
        base_quantity=int(values.get("price_base_quantity", "1")),
    )
