"""Enter an asset, describe it, let it change: load, decide, save, announce."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from psa_assets.domain import asset as rules
from psa_assets.domain.asset import Change, State
from psa_assets.domain.asset_class import AssetClass
from psa_assets.events import AssetCreated, AssetRetired, AssetStateChanged
from psa_assets.queries import assets, copies, periods
from psa_assets.queries.assets import StoredAsset
from psa_assets.queries.scope import visible_to
from psa_assets.usecases.days import today
from psa_assets.usecases.refusals import NumberTaken, UnknownCustomer
from psa_common import audit, numbers
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_events import outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAsset:
    """What is known of an asset; its first state counts from today unless said otherwise."""

    number: str | None
    customer_id: UUID
    name: str
    asset_class: AssetClass
    serial: str | None
    manufacturer: str | None
    model: str | None
    state: State
    managed: bool
    effective_on: date | None


async def create(tx: Tx, principal: Principal, new: NewAsset, *, now: datetime) -> StoredAsset:
    """Enter an asset of a customer."""
    visible = visible_to(principal, "asset:create")
    if not await copies.customer_exists(tx, new.customer_id, visible):
        raise UnknownCustomer(new.customer_id)
    this_day = await today(tx, now=now)
    asset = _stored(new, number=await _number_for(tx, new.number), today=this_day, now=now)
    rules.check_first(asset, today=this_day)

    assets.insert(tx, asset)
    periods.open_next(tx, asset, recorded_at=now, recorded_by=principal.name)
    _announce_entry(tx, asset)
    audit.record(tx, "asset.created", "asset", asset.id, after=_state(asset))
    return asset


async def describe(
    tx: Tx,
    principal: Principal,
    asset_id: UUID,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None,
    now: datetime,
) -> StoredAsset:
    """Change what is said of an asset; what counts is changed by its state alone."""
    before = await assets.get_for_update(tx, asset_id, principal)
    check_version(before.version, expected_version)
    after = replace(before, **changes)
    if after == before:
        return before

    return _save(tx, before, after, "asset.described", now=now)


async def change_state(
    tx: Tx,
    principal: Principal,
    asset_id: UUID,
    *,
    state: State,
    managed: bool | None,
    effective_on: date,
    expected_version: int | None,
    now: datetime,
) -> StoredAsset:
    """Let an asset become what it is from *effective_on* on."""
    before = await assets.get_for_update(tx, asset_id, principal)
    check_version(before.version, expected_version)
    wanted = Change(state, before.managed if managed is None else managed, effective_on)
    after = rules.change(before, wanted, today=await today(tx, now=now))
    if after == before:
        return before

    after = _save(tx, before, after, "asset.state_changed", now=now)
    periods.open_next(tx, after, recorded_at=now, recorded_by=principal.name)
    _announce_change(tx, before, after)
    return after


async def _number_for(tx: Tx, given: str | None) -> str:
    """Return the number that was given, or the next one that nobody has been given by hand."""
    if given is not None:
        if await assets.number_exists(tx, given):
            raise NumberTaken(given)
        return given
    while True:
        number = f"A-{await numbers.draw(tx, 'asset'):05}"
        if not await assets.number_exists(tx, number):
            return number


def _stored(new: NewAsset, *, number: str, today: date, now: datetime) -> StoredAsset:
    return StoredAsset(
        id=uuid7(),
        number=number,
        customer_id=new.customer_id,
        name=new.name,
        asset_class=new.asset_class,
        serial=new.serial,
        manufacturer=new.manufacturer,
        model=new.model,
        state=new.state,
        managed=new.managed,
        effective_on=new.effective_on or today,
        created_at=now,
        updated_at=now,
        version=1,
    )


def _save(
    tx: Tx, before: StoredAsset, after: StoredAsset, action: str, *, now: datetime
) -> StoredAsset:
    after = replace(after, updated_at=now, version=before.version + 1)
    assets.save(tx, after)
    audit.record(tx, action, "asset", after.id, before=_state(before), after=_state(after))
    return after


def _announce_entry(tx: Tx, asset: StoredAsset) -> None:
    outbox.publish(
        tx,
        AssetCreated(
            asset_id=asset.id,
            number=asset.number,
            customer_id=asset.customer_id,
            name=asset.name,
            asset_class=asset.asset_class,
            state=asset.state,
            managed=asset.managed,
            effective_on=asset.effective_on,
        ),
    )


def _announce_change(tx: Tx, before: StoredAsset, after: StoredAsset) -> None:
    """Tell what changed; retirement is told last, and of what follows it nobody hears."""
    if before.state in rules.ENDED:
        return
    outbox.publish(
        tx,
        AssetStateChanged(
            asset_id=after.id,
            customer_id=after.customer_id,
            asset_class=after.asset_class,
            previous=before.state,
            current=after.state,
            managed=after.managed,
            effective_on=after.effective_on,
        ),
    )
    if after.state is State.RETIRED:
        outbox.publish(
            tx,
            AssetRetired(
                asset_id=after.id,
                customer_id=after.customer_id,
                asset_class=after.asset_class,
                effective_on=after.effective_on,
            ),
        )


def _state(asset: StoredAsset) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(asset)
    return plain
