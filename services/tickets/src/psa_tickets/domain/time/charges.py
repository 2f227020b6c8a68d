"""What a visit costs beside its time: the way there, materials and expenses."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from psa_common.errors import Invalid

QUANTITY_MAX = Decimal(1_000_000)


class TravelUnclear(Invalid):
    """A way is charged by its zone, its kilometres or its minutes."""

    code = "travel_unclear"

    def __init__(self) -> None:
        super().__init__("Give exactly one of zone, km and minutes.", field="zone")


class ImpossibleQuantity(Invalid):
    """Something was used, and not more than anybody could carry."""

    code = "impossible_quantity"

    def __init__(self, quantity: Decimal) -> None:
        super().__init__(
            f"{quantity} is no quantity; give more than 0, at most {QUANTITY_MAX}, "
            "with up to three decimal places.",
            field="quantity",
        )
        self.quantity = quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How far it was: in one of three measures."""

    zone: str | None
    km: Decimal | None
    minutes: int | None

    def __post_init__(self) -> None:
        if sum(measure is not None for measure in (self.zone, self.km, self.minutes)) != 1:
            raise TravelUnclear


def quantity_of(text: str) -> Decimal:
    """Return the quantity written as *text*; raises ImpossibleQuantity."""
    quantity = Decimal(text)
    exact = quantity == quantity.quantize(Decimal("0.001"))
    if not (0 < quantity <= QUANTITY_MAX and exact):
        raise ImpossibleQuantity(quantity)
    return quantity


def net_cents(quantity: Decimal, unit_price_cents: int) -> int:
    """Return what *quantity* costs, rounded half up once."""
    return int((quantity * unit_price_cents).quantize(Decimal(1), ROUND_HALF_UP))
