"""/assets: enter, read, list, describe, let change; and their history."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from psa_assets.domain.asset import State
from psa_assets.domain.asset_class import AssetClass
from psa_assets.http import views
from psa_assets.http.views import AssetAttributes, PeriodAttributes
from psa_assets.queries import assets, periods
from psa_assets.queries.scope import visible_to
from psa_assets.usecases import asset_lifecycle
from psa_common.db import Tx
from psa_common.documents import Document, Page, answer, changes_of, expected_version
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Day, Line, Number
from psa_common.listing import fetch_page


class NewAsset(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something of a customer; without `number` the next A-number is drawn."""

    customer_id: UUID
    name: Line
    asset_class: AssetClass
    number: Number | None = None
    serial: Line | None = None
    manufacturer: Line | None = None
    model: Line | None = None
    state: State = State.PLANNED
    managed: bool = False
    effective_on: Day | None = None


class AssetEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields to change; the others stay, and null empties one."""

    name: Line | UnsetType = UNSET
    serial: Line | UnsetType | None = UNSET
    manufacturer: Line | UnsetType | None = UNSET
    model: Line | UnsetType | None = UNSET


class StateChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the asset becomes, and from which day on that counts; `managed` may stay as it is."""

    state: State
    effective_on: Day
    managed: bool | None = None


@post("/", guards=[requires("asset:create")])
async def create_asset(
    data: JSONBody[NewAsset], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[AssetAttributes]:
    """Enter an asset of a customer."""
    new = asset_lifecycle.NewAsset(**msgspec.structs.asdict(data))
    asset = await asset_lifecycle.create(tx, principal, new, now=datetime.now(UTC))
    return answer(views.asset(asset), version=asset.version, status=201)


@get("/", guards=[requires("asset:view")], opt={"listing": assets.LISTING})
async def list_assets(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[AssetAttributes]:
    """List the assets that the caller may see."""
    visible = visible_to(principal, "asset:view")
    return await fetch_page(tx, assets.LISTING, request, views.asset, **visible)


@get("/{asset_id:uuid}", guards=[requires("asset:view")])
async def read_asset(
    asset_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[AssetAttributes]:
    """Read an asset."""
    asset = await assets.get(tx, asset_id, principal)
    return answer(views.asset(asset), version=asset.version)


@patch("/{asset_id:uuid}", guards=[requires("asset:update")])
async def edit_asset(
    request: Request[Any, Any, Any],
    asset_id: FromPath[UUID],
    data: JSONBody[AssetEdit],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[AssetAttributes]:
    """Change what is said of an asset; its class and customer stay, for contracts count by them."""
    asset = await asset_lifecycle.describe(
        tx,
        principal,
        asset_id,
        changes_of(data),
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.asset(asset), version=asset.version)


@put("/{asset_id:uuid}/state", guards=[requires("asset:update")])
async def change_state(
    request: Request[Any, Any, Any],
    asset_id: FromPath[UUID],
    data: JSONBody[StateChange],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[AssetAttributes]:
    """Let an asset change from a day on, in the past or up to a year ahead."""
    asset = await asset_lifecycle.change_state(
        tx,
        principal,
        asset_id,
        **msgspec.structs.asdict(data),
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.asset(asset), version=asset.version)


@get("/{asset_id:uuid}/history", guards=[requires("asset:view")], opt={"listing": periods.LISTING})
async def list_history(
    request: Request[Any, Any, Any],
    asset_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[PeriodAttributes]:
    """List in which state an asset was from which day on."""
    await assets.get(tx, asset_id, principal)
    return await fetch_page(tx, periods.LISTING, request, views.period, asset_id=asset_id)


ROUTER = Router(
    "/assets",
    route_handlers=[
        create_asset,
        list_assets,
        read_asset,
        edit_asset,
        change_state,
        list_history,
    ],
)
