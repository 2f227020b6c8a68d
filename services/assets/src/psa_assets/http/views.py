"""What the API shows of our things, and the functions that fill it."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from psa_assets.domain.asset import State
from psa_assets.domain.asset_class import AssetClass
from psa_assets.queries.assets import StoredAsset
from psa_assets.queries.periods import Period
from psa_assets.usecases.counting import Counted
from psa_common.documents import Resource, related, shown


class AssetAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """An asset; its state is the one last recorded, which counts from `effective_on` on."""

    number: str
    name: str
    asset_class: AssetClass
    serial: str | None
    manufacturer: str | None
    model: str | None
    state: State
    managed: bool
    effective_on: date
    created_at: datetime
    updated_at: datetime


class PeriodAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """From `since` on, up to but without `until`, the asset was so; null is: until now."""

    position: int
    state: State
    managed: bool
    since: date
    until: date | None
    recorded_at: datetime
    recorded_by: str


class ClassCountAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """The assets of one class that counted."""

    asset_class: AssetClass
    count: int
    asset_ids: list[UUID]


class CountsAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """Active and managed assets of a customer on a day."""

    on: date
    total: int
    classes: list[ClassCountAttributes]


def asset(stored: StoredAsset) -> Resource[AssetAttributes]:
    """Show an asset."""
    links = related(customer=("customer", stored.customer_id))
    return Resource(stored.id, "asset", shown(stored, AssetAttributes), links)


def period(row: Period) -> Resource[PeriodAttributes]:
    """Show a stretch of an asset's history."""
    links = related(asset=("asset", row.asset_id))
    return Resource(row.id, "asset_period", shown(row, PeriodAttributes), links)


def counts(counted: Counted) -> Resource[CountsAttributes]:
    """Show what counted, with the evidence."""
    classes = [
        ClassCountAttributes(
            asset_class=one.asset_class, count=len(one.asset_ids), asset_ids=one.asset_ids
        )
        for one in counted.classes
    ]
    total = sum(one.count for one in classes)
    links = related(customer=("customer", counted.customer_id))
    attributes = CountsAttributes(on=counted.on, total=total, classes=classes)
    return Resource(counted.customer_id, "asset_counts", attributes, links)
