"""What billing does when the asset register reports something: contracts count assets."""

from datetime import date
from uuid import UUID

import msgspec

from psa_billing.queries import supplied
from psa_common.db import Tx
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope

RETIRED = "retired"


class AssetCreated(msgspec.Struct, frozen=True, kw_only=True):
    """The fields that we keep; the contract has more."""

    asset_id: UUID
    number: str
    customer_id: UUID
    asset_class: str
    state: str
    managed: bool
    effective_on: date


class AssetStateChanged(msgspec.Struct, frozen=True, kw_only=True):
    """The fields that we keep; the contract has more."""

    asset_id: UUID
    customer_id: UUID
    asset_class: str
    current: str
    managed: bool
    effective_on: date


class AssetRetired(msgspec.Struct, frozen=True, kw_only=True):
    """Which asset counts no more, and from which day."""

    asset_id: UUID
    customer_id: UUID
    asset_class: str
    effective_on: date


async def keep_asset(tx: Tx, event: AssetCreated, envelope: Envelope) -> None:
    """Keep our copy of the asset and its first state."""
    supplied.keep_asset(tx, id=event.asset_id, number=event.number)
    supplied.keep_asset_state(
        tx,
        asset_id=event.asset_id,
        customer_id=event.customer_id,
        asset_class=event.asset_class,
        state=event.state,
        managed=event.managed,
        effective_on=event.effective_on,
        sequence=envelope.sequence,
    )


async def keep_state(tx: Tx, event: AssetStateChanged, envelope: Envelope) -> None:
    """Keep another state of the asset."""
    supplied.keep_asset_state(
        tx,
        asset_id=event.asset_id,
        customer_id=event.customer_id,
        asset_class=event.asset_class,
        state=event.current,
        managed=event.managed,
        effective_on=event.effective_on,
        sequence=envelope.sequence,
    )


async def keep_retirement(tx: Tx, event: AssetRetired, envelope: Envelope) -> None:
    """Keep the last state of the asset."""
    supplied.keep_asset_state(
        tx,
        asset_id=event.asset_id,
        customer_id=event.customer_id,
        asset_class=event.asset_class,
        state=RETIRED,
        managed=False,
        effective_on=event.effective_on,
        sequence=envelope.sequence,
    )


SUBSCRIPTIONS = (
    Subscription("asset.created.v1", AssetCreated, keep_asset),
    Subscription("asset.state_changed.v1", AssetStateChanged, keep_state),
    Subscription("asset.retired.v1", AssetRetired, keep_retirement),
)
