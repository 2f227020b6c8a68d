"""The assets table."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psa_assets.domain.asset import Asset, State
from psa_assets.domain.asset_class import AssetClass
from psa_assets.queries.scope import VISIBLE, visible_to
from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.identity import Principal
from psa_common.listing import Filter, Listing, Sort

COLUMNS: LiteralString = """
    SELECT a.id, a.number, a.customer_id, a.name, a.asset_class, a.serial, a.manufacturer,
           a.model, a.state, a.managed, a.effective_on, a.created_at, a.updated_at, a.version
      FROM assets AS a
"""

GET_SQL = COLUMNS + " WHERE a.id = %(asset_id)s AND " + VISIBLE

GET_FOR_UPDATE_SQL = GET_SQL + " FOR NO KEY UPDATE"

NUMBER_EXISTS_SQL = "SELECT EXISTS (SELECT FROM assets WHERE number = %(number)s)"

INSERT_SQL = """
    INSERT INTO assets
           (id, number, customer_id, name, asset_class, serial, manufacturer, model, state,
            managed, effective_on, created_at, updated_at)
    VALUES (%(id)s, %(number)s, %(customer_id)s, %(name)s, %(asset_class)s, %(serial)s,
            %(manufacturer)s, %(model)s, %(state)s, %(managed)s, %(effective_on)s,
            %(created_at)s, %(updated_at)s)
"""

SAVE_SQL = """
    UPDATE assets
       SET name = %(name)s,
           serial = %(serial)s,
           manufacturer = %(manufacturer)s,
           model = %(model)s,
           state = %(state)s,
           managed = %(managed)s,
           effective_on = %(effective_on)s,
           updated_at = %(updated_at)s,
           version = %(version)s
     WHERE id = %(id)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAsset(Asset):
    """The domain's asset with what only storage knows."""

    created_at: datetime
    updated_at: datetime
    version: int


LISTING = Listing(
    row=StoredAsset,
    select=COLUMNS,
    id_column="a.id",
    conditions=(VISIBLE,),
    filters={
        "customer_id": Filter("a.customer_id = %(customer_id)s", UUID),
        "asset_class": Filter("a.asset_class = %(asset_class)s", AssetClass),
        "state": Filter("a.state = %(state)s", State),
        "managed": Filter("a.managed = %(managed)s", bool),
        "number": Filter("a.number = %(number)s"),
        "serial": Filter("a.serial = %(serial)s"),
        # Row-level security keeps a search index from helping here.
        "search": Filter(
            "(position(lower(%(search)s::text) IN lower(a.name)) > 0"
            " OR position(upper(%(search)s::text) IN a.number) > 0)"
        ),
        "created_after": Filter("a.created_at > %(created_after)s", datetime),
        "updated_since": Filter("a.updated_at >= %(updated_since)s", datetime),
    },
    sorts={
        "created_at": Sort("a.created_at", datetime),
        "updated_at": Sort("a.updated_at", datetime),
        "name": Sort("a.name", str),
        "number": Sort("a.number", str),
    },
    default_sort="-created_at",
)


async def get(tx: Tx, asset_id: UUID, principal: Principal) -> StoredAsset:
    """Return the asset; raises NotFound for one that the caller may not see."""
    visible = visible_to(principal, "asset:view")
    asset = await tx.fetch_optional(StoredAsset, GET_SQL, asset_id=asset_id, **visible)
    if asset is None:
        raise _no_such(asset_id)
    return asset


async def get_for_update(tx: Tx, asset_id: UUID, principal: Principal) -> StoredAsset:
    """Lock and return the asset; raises NotFound for one that the caller may not touch."""
    visible = visible_to(principal, "asset:update")
    asset = await tx.fetch_optional(StoredAsset, GET_FOR_UPDATE_SQL, asset_id=asset_id, **visible)
    if asset is None:
        raise _no_such(asset_id)
    return asset


async def number_exists(tx: Tx, number: str) -> bool:
    """Return whether an asset has the number."""
    return bool(await tx.fetch_value(NUMBER_EXISTS_SQL, number=number))


def insert(tx: Tx, asset: StoredAsset) -> None:
    """Store a new asset."""
    tx.defer(INSERT_SQL, **_columns(asset))


def save(tx: Tx, asset: StoredAsset) -> None:
    """Store the asset as it is now."""
    tx.defer(SAVE_SQL, **_columns(asset))


def _no_such(asset_id: UUID) -> NotFound:
    return NotFound(f"There is no asset {asset_id}.")


def _columns(asset: StoredAsset) -> dict[str, object]:
    return {name: getattr(asset, name) for name in StoredAsset.__dataclass_fields__}
