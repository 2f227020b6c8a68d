"""Count what a contract charges for: the assets that were active and managed on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from psa_assets.domain.asset_class import AssetClass
from psa_assets.queries import copies, periods
from psa_assets.queries.periods import ClassCount
from psa_assets.queries.scope import visible_to
from psa_assets.usecases.days import today
from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.identity import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What was counted, and when."""

    customer_id: UUID
    on: date
    classes: Sequence[ClassCount]


async def count(
    tx: Tx,
    principal: Principal,
    customer_id: UUID,
    *,
    asset_class: AssetClass | None,
    on: date | None,
    now: datetime,
) -> Counted:
    """
    Count a customer's active and managed assets by class, today unless another day is asked for.

    Raises NotFound for a customer that the caller may not see.
    """
    if not await copies.customer_exists(tx, customer_id, visible_to(principal, "asset:view")):
        raise NotFound(f"There is no customer {customer_id}.")
    day = on or await today(tx, now=now)
    classes = await periods.count(tx, customer_id, asset_class=asset_class, on=day)
    return Counted(customer_id=customer_id, on=day, classes=classes)
