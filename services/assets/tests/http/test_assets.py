"""/assets: entered, found, described; and what is refused."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from assets_builders import OF_OWN_CUSTOMER, become, enter, made, published, refusal
from psa_common.db import Tx
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant


async def test_an_asset_is_entered_and_announced(desk: Api, mueller: UUID, worker_tx: Tx) -> None:
    asset = await enter(desk, mueller, serial="CZ1234", manufacturer="HPE", model="DL380")

    read = await desk.get(f"/assets/{asset['id']}")
    assert read.json()["data"] == asset
    assert read.headers["etag"] == '"1"'
    assert asset["relationships"]["customer"]["data"]["id"] == str(mueller)
    [event] = await published(worker_tx)
    assert event.type == "asset.created.v1"
    assert event.data == {
        "asset_id": asset["id"],
        "number": "A-00001",
        "customer_id": str(mueller),
        "name": "SRV-02",
        "asset_class": "server",
        "state": "active",
        "managed": True,
        "effective_on": "2026-06-01",
    }


async def test_an_asset_begins_planned_and_unmanaged_today_unless_said_otherwise(
    desk: Api, mueller: UUID
) -> None:
    asset = made(
        await desk.post(
            "/assets",
            {"customer_id": str(mueller), "name": "WS-26", "asset_class": "workstation"},
        )
    )

    attributes = asset["attributes"]
    assert (attributes["state"], attributes["managed"]) == ("planned", False)
    # Midnight may pass between both, and passes earlier where the tenant works.
    assert abs(_days(attributes["effective_on"]) - _days(attributes["created_at"][:10])) <= 1


async def test_numbers_are_drawn_in_a_row_around_those_given_by_hand(
    desk: Api, mueller: UUID
) -> None:
    first = await enter(desk, mueller)
    await enter(desk, mueller, number="A-00002")
    second = await enter(desk, mueller)

    assert first["attributes"]["number"] == "A-00001"
    assert second["attributes"]["number"] == "A-00003"


async def test_a_number_that_another_asset_has_is_refused(desk: Api, mueller: UUID) -> None:
    await enter(desk, mueller, number="A-00002")

    answer = await desk.post(
        "/assets",
        {"customer_id": str(mueller), "name": "S", "asset_class": "server", "number": "A-00002"},
    )

    assert refusal(answer, 409, "ALREADY_TAKEN")["field"] == "number"


async def test_what_is_said_of_an_asset_is_changed(desk: Api, mueller: UUID, worker_tx: Tx) -> None:
    asset = await enter(desk, mueller, serial="CZ1234", model="DL380")

    changed = await desk.patch(f"/assets/{asset['id']}", {"serial": None, "name": "SRV-02a"})

    attributes = changed.json()["data"]["attributes"]
    assert (attributes["serial"], attributes["name"]) == (None, "SRV-02a")
    assert attributes["model"] == "DL380"
    assert changed.headers["etag"] == '"2"'
    assert [event.type for event in await published(worker_tx)] == ["asset.created.v1"]


async def test_a_change_of_something_that_changed_meanwhile_is_refused(
    desk: Api, mueller: UUID
) -> None:
    asset = await enter(desk, mueller)
    path = f"/assets/{asset['id']}"
    await desk.patch(path, {"name": "SRV-03"})
    stale = {"if-match": '"1"'}

    describing = await desk.patch(path, {"name": "SRV-04"}, headers=stale)
    moving = await desk.put(
        f"{path}/state", {"state": "retired", "effective_on": "2026-06-02"}, headers=stale
    )

    refusal(describing, 412, "STALE_VERSION")
    refusal(moving, 412, "STALE_VERSION")


@pytest.mark.parametrize("field", ["asset_class", "customer_id", "number", "state", "managed"])
async def test_what_contracts_count_by_is_not_edited(desk: Api, mueller: UUID, field: str) -> None:
    asset = await enter(desk, mueller)

    answer = await desk.patch(f"/assets/{asset['id']}", {field: "server"})

    refusal(answer, 400, "VALIDATION_ERROR")


BAD: list[tuple[dict[str, Any], int, str, str]] = [
    ({"name": ""}, 400, "VALIDATION_ERROR", "name"),
    ({"name": "a\u0000b"}, 400, "VALIDATION_ERROR", "name"),
    ({"name": ["SRV-02"]}, 400, "VALIDATION_ERROR", "name"),
    ({"asset_class": "toaster"}, 400, "VALIDATION_ERROR", "asset_class"),
    ({"state": "broken"}, 400, "VALIDATION_ERROR", "state"),
    ({"managed": "yes"}, 400, "VALIDATION_ERROR", "managed"),
    ({"managed": None}, 400, "VALIDATION_ERROR", "managed"),
    ({"number": "a 1"}, 400, "VALIDATION_ERROR", "number"),
    ({"customer_id": "KD-10042"}, 400, "VALIDATION_ERROR", "customer_id"),
    ({"effective_on": "2026-02-30"}, 400, "VALIDATION_ERROR", "effective_on"),
    ({"effective_on": "2026-06-01T00:00:00Z"}, 400, "VALIDATION_ERROR", "effective_on"),
    ({"effective_on": 20260601}, 400, "VALIDATION_ERROR", "effective_on"),
    ({"effective_on": "0001-01-01"}, 400, "VALIDATION_ERROR", "effective_on"),
    ({"effective_on": "9999-12-31"}, 400, "VALIDATION_ERROR", "effective_on"),
    ({"effective_on": "2099-12-31"}, 422, "TOO_FAR_AHEAD", "effective_on"),
    ({"state": "retired"}, 422, "NOT_A_FIRST_STATE", "state"),
    ({"colour": "grey"}, 400, "VALIDATION_ERROR", ""),
]


@pytest.mark.parametrize(("fields", "status", "code", "field"), BAD)
async def test_bad_input_is_refused_and_nothing_is_stored(
    desk: Api,
    mueller: UUID,
    worker_tx: Tx,
    fields: dict[str, Any],
    status: int,
    code: str,
    field: str,
) -> None:
    body = {"customer_id": str(mueller), "name": "S", "asset_class": "server", **fields}

    answer = await desk.post("/assets", body)

    assert refusal(answer, status, code)["field"] == field
    assert await published(worker_tx) == []
    assert (await desk.get("/assets")).json()["meta"]["total"] == 0


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"name": NaN}', "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[" * 5000 + b"]" * 5000, "application/json", 400),
        (b"name=S", "application/x-www-form-urlencoded", 415),
    ],
)
async def test_a_body_that_is_no_json_is_refused(
    desk: Api, content: bytes, content_type: str, status: int
) -> None:
    answer = await desk.http.post(
        "/api/v1/assets", content=content, headers={"content-type": content_type}
    )

    assert answer.status_code == status


async def test_an_asset_needs_a_customer_of_the_tenant(
    desk: Api, stranger: Api, mueller: UUID
) -> None:
    for who, customer_id in ((desk, uuid7()), (stranger, mueller)):
        answer = await who.post(
            "/assets", {"customer_id": str(customer_id), "name": "S", "asset_class": "server"}
        )
        assert refusal(answer, 422, "UNKNOWN_CUSTOMER")["field"] == "customer_id"


async def test_another_tenant_neither_reads_nor_changes_the_asset(
    desk: Api, stranger: Api, mueller: UUID
) -> None:
    asset = await enter(desk, mueller)
    path = f"/assets/{asset['id']}"
    retirement = {"state": "retired", "effective_on": "2026-06-02"}

    refusal(await stranger.get(path), 404, "RESOURCE_NOT_FOUND")
    refusal(await stranger.get(f"{path}/history"), 404, "RESOURCE_NOT_FOUND")
    refusal(await stranger.patch(path, {"name": "Meins"}), 404, "RESOURCE_NOT_FOUND")
    refusal(await stranger.put(f"{path}/state", retirement), 404, "RESOURCE_NOT_FOUND")
    assert (await stranger.get("/assets")).json()["data"] == []


async def test_a_customers_people_see_and_change_their_own_assets_only(
    api: Api, acme: Tenant, desk: Api, mueller: UUID, venlo: UUID
) -> None:
    ours, theirs = await enter(desk, mueller), await enter(desk, venlo)
    portal = api.as_(acme.person(*OF_OWN_CUSTOMER, customer_id=str(mueller)))
    path = f"/assets/{theirs['id']}"
    retirement = {"state": "retired", "effective_on": "2026-06-02"}

    listed = (await portal.get("/assets")).json()["data"]
    entering = await portal.post(
        "/assets", {"customer_id": str(venlo), "name": "S", "asset_class": "server"}
    )

    assert [item["id"] for item in listed] == [ours["id"]]
    refusal(await portal.get(path), 404, "RESOURCE_NOT_FOUND")
    refusal(await portal.get(f"{path}/history"), 404, "RESOURCE_NOT_FOUND")
    refusal(await portal.patch(path, {"name": "Meins"}), 404, "RESOURCE_NOT_FOUND")
    refusal(await portal.put(f"{path}/state", retirement), 404, "RESOURCE_NOT_FOUND")
    refusal(entering, 422, "UNKNOWN_CUSTOMER")


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [
        ("POST", "/assets", "asset:create"),
        ("GET", "/assets", "asset:view"),
        ("GET", "/assets/{id}", "asset:view"),
        ("GET", "/assets/{id}/history", "asset:view"),
        ("PATCH", "/assets/{id}", "asset:update"),
        ("PUT", "/assets/{id}/state", "asset:update"),
        ("GET", "/counts", "asset:view"),
    ],
)
async def test_every_route_asks_for_its_permission(
    api: Api, acme: Tenant, method: str, path: str, permission: str
) -> None:
    nobody = api.as_(acme.person("ticket:view:all"))
    url = f"/api/v1{path.format(id=uuid7())}"

    answer = await nobody.http.request(method, url, json={})

    refusal(answer, 403, "PERMISSION_DENIED")
    assert permission in answer.json()["error"]["message"]
    assert (await api.http.request(method, url, json={})).status_code == 401


async def test_assets_are_found_by_what_is_known_of_them(
    desk: Api, mueller: UUID, venlo: UUID
) -> None:
    asset = await enter(desk, mueller, number="A-00002", serial="CZ1234")
    other = await enter(
        desk, venlo, name="WS-26", asset_class="workstation", managed=False, number="B-1"
    )
    await become(desk, other, "in_repair", "2026-06-05")

    for query in (
        f"customer_id={mueller}",
        "asset_class=server",
        "state=active",
        "managed=true",
        "number=A-00002",
        "serial=CZ1234",
        "search=srv",
        "search=a-000",
        "sort=name&limit=1",
    ):
        found = (await desk.get(f"/assets?{query}")).json()["data"]
        assert [item["id"] for item in found] == [asset["id"]], query


@pytest.mark.parametrize("query", ["state=broken", "managed=maybe", "colour=grey", "sort=serial"])
async def test_a_question_that_means_nothing_is_refused(desk: Api, query: str) -> None:
    refusal(await desk.get(f"/assets?{query}"), 400, "VALIDATION_ERROR")


async def test_a_repeated_request_with_its_key_enters_one_asset(desk: Api, mueller: UUID) -> None:
    headers = {"idempotency-key": f"enter-{uuid7()}"}
    body = {"customer_id": str(mueller), "name": "S", "asset_class": "server"}

    first = await desk.post("/assets", body, headers=headers)
    second = await desk.post("/assets", body, headers=headers)

    assert first.content == second.content
    assert (await desk.get("/assets")).json()["meta"]["total"] == 1


def _days(text: str) -> int:
    return date.fromisoformat(text).toordinal()
