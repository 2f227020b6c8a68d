"""The events we promise, one Struct for each contract under contracts/events/assets."""

from datetime import date
from typing import ClassVar
from uuid import UUID

import msgspec


class AssetCreated(msgspec.Struct, frozen=True, kw_only=True):
    """An asset of a customer has been entered, in its first state."""

    TYPE: ClassVar[str] = "asset.created.v1"
    SUBJECT: ClassVar[str] = "asset_id"

    asset_id: UUID
    number: str
    customer_id: UUID
    name: str
    asset_class: str
    state: str
    managed: bool
    effective_on: date


class AssetStateChanged(msgspec.Struct, frozen=True, kw_only=True):
    """The state of an asset has changed, or whether it is managed."""

    TYPE: ClassVar[str] = "asset.state_changed.v1"
    SUBJECT: ClassVar[str] = "asset_id"

    asset_id: UUID
    customer_id: UUID
    asset_class: str
    previous: str
    current: str
    managed: bool
    effective_on: date


class AssetRetired(msgspec.Struct, frozen=True, kw_only=True):
    """An asset has been taken out of service for good; no event of it follows."""

    TYPE: ClassVar[str] = "asset.retired.v1"
    SUBJECT: ClassVar[str] = "asset_id"

    asset_id: UUID
    customer_id: UUID
    asset_class: str
    effective_on: date
