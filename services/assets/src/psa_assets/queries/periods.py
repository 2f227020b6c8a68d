"""The asset_periods table: in which state an asset was from which day on."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from psa_assets.domain.asset import Asset, State
from psa_assets.domain.asset_class import AssetClass
from psa_common.db import Tx
from psa_common.ids import uuid7
from psa_common.listing import Filter, Listing, Sort

SELECT_SQL = """
    SELECT p.id, p.asset_id, p.position, p.state, p.managed, p.since, p.until, p.recorded_at,
           p.recorded_by
      FROM asset_periods AS p
"""

CLOSE_SQL = """
    UPDATE asset_periods
       SET until = %(until)s
     WHERE asset_id = %(asset_id)s
       AND until IS NULL
"""

# The asset is locked while its history grows, so the next position is nobody else's.
OPEN_SQL = """
    INSERT INTO asset_periods
           (id, asset_id, position, state, managed, since, recorded_at, recorded_by)
    SELECT %(id)s, %(asset_id)s, coalesce(max(position), 0) + 1, %(state)s, %(managed)s,
           %(since)s, %(recorded_at)s, %(recorded_by)s
      FROM asset_periods
     WHERE asset_id = %(asset_id)s
"""

# A period of no length (two changes on one day) holds no day, so it never counts.
COUNT_SQL = """
    SELECT a.asset_class, array_agg(a.id ORDER BY a.number) AS asset_ids
      FROM assets AS a
      JOIN asset_periods AS p ON p.asset_id = a.id
     WHERE a.customer_id = %(customer_id)s
       AND (%(asset_class)s::text IS NULL OR a.asset_class = %(asset_class)s)
       AND p.state = 'active'
       AND p.managed
       AND p.since <= %(on)s
       AND (p.until IS NULL OR p.until > %(on)s)
     GROUP BY a.asset_class
     ORDER BY a.asset_class
"""


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """From `since` on, up to but without `until`, an asset was so."""

    id: UUID
    asset_id: UUID
    position: int
    state: State
    managed: bool
    since: date
    until: date | None
    recorded_at: datetime
    recorded_by: str


class ClassCount(msgspec.Struct, frozen=True, kw_only=True):
    """Which assets of a class counted."""

    asset_class: AssetClass
    asset_ids: list[UUID]


LISTING = Listing(
    row=Period,
    select=SELECT_SQL,
    id_column="p.id",
    conditions=("p.asset_id = %(asset_id)s",),
    filters={"state": Filter("p.state = %(state)s", State)},
    sorts={"position": Sort("p.position", int)},
    default_sort="position",
)


def open_next(tx: Tx, asset: Asset, *, recorded_at: datetime, recorded_by: str) -> None:
    """Let the asset's newest period end where its present state begins."""
    tx.defer(CLOSE_SQL, asset_id=asset.id, until=asset.effective_on)
    tx.defer(
        OPEN_SQL,
        id=uuid7(),
        asset_id=asset.id,
        state=asset.state,
        managed=asset.managed,
        since=asset.effective_on,
        recorded_at=recorded_at,
        recorded_by=recorded_by,
    )


async def count(
    tx: Tx, customer_id: UUID, *, asset_class: AssetClass | None, on: date
) -> list[ClassCount]:
    """Return the assets of the customer that were active and managed on a day, by class."""
    return await tx.fetch_all(
        ClassCount, COUNT_SQL, customer_id=customer_id, asset_class=asset_class, on=on
    )
