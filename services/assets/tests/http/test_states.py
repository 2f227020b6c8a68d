"""/assets/{id}/state and /history: what an asset became, and from which day on."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from assets_builders import become, enter, published, refusal
from psa_common.db import Tx
from psa_common.testing import Api


async def test_a_change_is_kept_and_told(desk: Api, mueller: UUID, worker_tx: Tx) -> None:
    asset = await enter(desk, mueller, state="planned", managed=False, effective_on="2026-05-11")

    changed = await desk.put(
        f"/assets/{asset['id']}/state",
        {"state": "active", "managed": True, "effective_on": "2026-06-01"},
    )

    attributes = changed.json()["data"]["attributes"]
    assert (attributes["state"], attributes["managed"]) == ("active", True)
    assert attributes["effective_on"] == "2026-06-01"
    assert changed.headers["etag"] == '"2"'
    event = (await published(worker_tx))[-1]
    assert event.type == "asset.state_changed.v1"
    assert event.data == {
        "asset_id": asset["id"],
        "customer_id": str(mueller),
        "asset_class": "server",
        "previous": "planned",
        "current": "active",
        "managed": True,
        "effective_on": "2026-06-01",
    }


async def test_managed_stays_as_it_is_unless_it_is_said(desk: Api, mueller: UUID) -> None:
    asset = await enter(desk, mueller)

    await become(desk, asset, "in_repair", "2026-06-10")

    read = (await desk.get(f"/assets/{asset['id']}")).json()["data"]["attributes"]
    assert (read["state"], read["managed"]) == ("in_repair", True)


async def test_the_history_tells_it_all(desk: Api, mueller: UUID) -> None:
    asset = await enter(desk, mueller, state="planned", managed=False, effective_on="2026-05-11")
    await become(desk, asset, "active", "2026-06-01", managed=True)
    await become(desk, asset, "active", "2026-06-15", managed=False)
    await become(desk, asset, "retired", "2026-06-21")

    history = (await desk.get(f"/assets/{asset['id']}/history")).json()["data"]

    told = [
        tuple(item["attributes"][name] for name in ("state", "managed", "since", "until"))
        for item in history
    ]
    assert told == [
        ("planned", False, "2026-05-11", "2026-06-01"),
        ("active", True, "2026-06-01", "2026-06-15"),
        ("active", False, "2026-06-15", "2026-06-21"),
        ("retired", False, "2026-06-21", None),
    ]
    assert [item["attributes"]["position"] for item in history] == [1, 2, 3, 4]
    assert {item["attributes"]["recorded_by"] for item in history} == {"Test"}


async def test_retirement_is_the_last_that_is_told_of_an_asset(
    desk: Api, mueller: UUID, worker_tx: Tx
) -> None:
    asset = await enter(desk, mueller)
    await become(desk, asset, "retired", "2026-06-21")
    await become(desk, asset, "disposed", "2026-06-30")

    told = await published(worker_tx)

    assert [event.type for event in told] == [
        "asset.created.v1",
        "asset.state_changed.v1",
        "asset.retired.v1",
    ]
    assert told[-1].data == {
        "asset_id": asset["id"],
        "customer_id": str(mueller),
        "asset_class": "server",
        "effective_on": "2026-06-21",
    }


async def test_to_say_the_same_twice_tells_nothing_new(
    desk: Api, mueller: UUID, worker_tx: Tx
) -> None:
    asset = await enter(desk, mueller)

    await become(desk, asset, "active", "2026-06-01", managed=True)

    assert len(await published(worker_tx)) == 1
    history = (await desk.get(f"/assets/{asset['id']}/history")).json()["data"]
    assert len(history) == 1


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"state": "planned", "effective_on": "2026-06-02"}, 422, "ILLEGAL_STATE_MOVE", "state"),
        ({"state": "disposed", "effective_on": "2026-06-02"}, 422, "ILLEGAL_STATE_MOVE", "state"),
        (
            {"state": "retired", "effective_on": "2026-05-31"},
            422,
            "BEFORE_ITS_LAST_CHANGE",
            "effective_on",
        ),
        ({"state": "active", "effective_on": "2026-06-02"}, 422, "ALREADY_SO", "effective_on"),
        ({"state": "retired", "effective_on": "2099-01-01"}, 422, "TOO_FAR_AHEAD", "effective_on"),
        ({"state": "gone", "effective_on": "2026-06-02"}, 400, "VALIDATION_ERROR", "state"),
        ({"state": "retired"}, 400, "VALIDATION_ERROR", ""),
        ({"state": "retired", "effective_on": None}, 400, "VALIDATION_ERROR", "effective_on"),
        ({"state": "retired", "effective_on": "soon"}, 400, "VALIDATION_ERROR", "effective_on"),
        ({"state": "retired", "effective_on": "2026-06-02", "x": 1}, 400, "VALIDATION_ERROR", ""),
    ],
)  # fmt: skip
async def test_a_change_that_cannot_be_is_refused_and_nothing_happens(
    desk: Api, mueller: UUID, body: dict[str, Any], status: int, code: str, field: str
) -> None:
    asset = await enter(desk, mueller)

    answer = await desk.put(f"/assets/{asset['id']}/state", body)

    assert refusal(answer, status, code)["field"] == field
    read = await desk.get(f"/assets/{asset['id']}")
    assert read.json()["data"] == asset
    history = (await desk.get(f"/assets/{asset['id']}/history")).json()["data"]
    assert len(history) == 1


async def test_of_two_changes_at_once_both_or_one_stand_but_never_half_of_one(
    desk: Api, mueller: UUID
) -> None:
    asset = await enter(desk, mueller)
    path = f"/assets/{asset['id']}/state"
    body = {"state": "in_repair", "effective_on": "2026-06-10"}

    answers = await asyncio.gather(*(desk.put(path, body) for _ in range(5)))

    assert {answer.status_code for answer in answers} == {200}
    history = (await desk.get(f"/assets/{asset['id']}/history")).json()["data"]
    assert [item["attributes"]["state"] for item in history] == ["active", "in_repair"]
