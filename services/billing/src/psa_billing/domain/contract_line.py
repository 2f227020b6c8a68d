"""One line of a contract: what is sold, at which price, when it is billed, how it counts."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from psa_common.errors import Refused

from .money import checked_unit_price
from .rounding import RoundingPolicy
from .vat import TaxClass

#: Months that one billing period of a recurring line may have.
PERIOD_MONTHS = frozenset({1, 3, 6, 12})


class LineKind(StrEnum):
    """What a contract line sells."""

    RECURRING_PER_UNIT = "recurring_per_unit"
    RECURRING_FIXED = "recurring_fixed"
    TIME_AND_MATERIAL = "time_and_material"


class Timing(StrEnum):
    """Whether a recurring period is billed when it starts or after it ended."""

    ADVANCE = "advance"
    ARREARS = "arrears"


class Proration(StrEnum):
    """What a period costs of which only a part is covered."""

    NONE = "none"
    DAILY_ACTUAL = "daily_actual"


class LineWithoutPrice(Refused):
    """A contract line names no price; nothing is ever billed at an assumed zero."""

    code = "line_without_price"


class NegativePrice(Refused):
    """A contract line would pay the customer."""

    code = "negative_price"


class IncompleteLine(Refused):
    """A contract line lacks, or holds, a term that its kind needs, or cannot have."""

    code = "incomplete_line"


class ImpossibleLineDates(Refused):
    """The dates of a contract line contradict each other."""

    code = "impossible_dates"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetFilter:
    """Which of the customer's assets a per-unit line counts."""

    asset_class: str
    state: str = "active"
    managed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractLine:
    """
    What is sold and on which terms; terms that do not fit together are refused by name.

    `billing_starts_on` is the first day that this platform bills. Recurring periods that
    start earlier were billed elsewhere, for instance by the system used before, and are
    never proposed; it is `valid_from` unless said otherwise. Time is billed from
    `valid_from` on, each entry once.
    """

    id: UUID
    position: int
    kind: LineKind
    title: str
    unit_price: Decimal
    valid_from: date
    valid_to: date | None = None
    billing_starts_on: date | None = None
    timing: Timing = Timing.ARREARS
    period_months: int = 1
    quantity: Decimal | None = None
    counted: AssetFilter | None = None
    proration: Proration = Proration.DAILY_ACTUAL
    rounding: RoundingPolicy | None = None
    work_types: tuple[str, ...] = ()
    tax_class: TaxClass = TaxClass.STANDARD

    def __post_init__(self) -> None:
        _check_price(self)
        _check_dates(self)
        _check_terms(self)

    @property
    def first_billed_day(self) -> date:
        """The day before which no recurring period is billed here."""
        return self.billing_starts_on or self.valid_from


def required_price(unit_price: Decimal | None, *, title: str) -> Decimal:
    """Return the price that a line must name; raises LineWithoutPrice."""
    if unit_price is None:
        raise LineWithoutPrice(f"Enter a price for the line “{title}”.", field="unit_price")

    return unit_price


def _check_price(line: ContractLine) -> None:
    if checked_unit_price(line.unit_price, field="unit_price") < 0:
        raise NegativePrice(
            f"The price of “{line.title}” must not be negative.", field="unit_price"
        )


def _check_dates(line: ContractLine) -> None:
    if line.valid_to is not None and line.valid_to <= line.valid_from:
        raise ImpossibleLineDates(
            f"The line must end later than it starts on {line.valid_from}.", field="valid_to"
        )
    if line.first_billed_day < line.valid_from:
        raise ImpossibleLineDates(
            f"Billing must not start before the line on {line.valid_from}.",
            field="billing_starts_on",
        )


def _check_terms(line: ContractLine) -> None:
    if line.period_months not in PERIOD_MONTHS:
        raise IncompleteLine("A period has 1, 3, 6 or 12 months.", field="period_months")

    match line.kind:
        case LineKind.RECURRING_PER_UNIT if line.counted is None:
            raise IncompleteLine("Say which assets the line counts.", field="counted")
        case LineKind.RECURRING_FIXED if line.quantity is None or not line.quantity > 0:
            raise IncompleteLine("Enter a quantity greater than zero.", field="quantity")
        case LineKind.TIME_AND_MATERIAL if line.rounding is None:
            raise IncompleteLine("Say how time is rounded.", field="rounding")
        case LineKind.TIME_AND_MATERIAL if line.timing is Timing.ADVANCE:
            raise IncompleteLine("Time is billed in arrears.", field="timing")
        case _:
            return
