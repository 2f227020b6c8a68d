"""/locations: sites, one of which is the main one."""

from typing import Any

import pytest

from crm_builders import OF_OWN_CUSTOMER, a_location_of, enter_customer, made, published, refusal
from psa_common.db import Tx
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant


async def test_a_location_is_entered_and_announced(desk: Api, worker_tx: Tx) -> None:
    customer = await enter_customer(desk)

    location = await _enter(desk, customer["id"])

    assert (await desk.get(f"/locations/{location['id']}")).json()["data"] == location
    event = (await published(worker_tx))[-1]
    assert event.type == "location.created.v1"
    assert event.data == {
        "location_id": location["id"],
        "customer_id": customer["id"],
        "name": "Werk Köln",
        "street": "Werkstr. 5",
        "postal_code": "50825",
        "city": "Köln",
        "country": "DE",
        "federal_state": "NW",
        "is_default": True,
    }


async def test_the_first_location_is_the_main_one_unless_said_otherwise(desk: Api) -> None:
    customer, other = await enter_customer(desk), await enter_customer(desk)

    first = await _enter(desk, customer["id"])
    second = await _enter(desk, customer["id"])
    asked_not_to = await _enter(desk, other["id"], is_default=False)

    assert first["attributes"]["is_default"] is True
    assert second["attributes"]["is_default"] is False
    assert asked_not_to["attributes"]["is_default"] is False


async def test_a_new_main_location_takes_the_mark_from_the_old_one(desk: Api) -> None:
    customer = await enter_customer(desk)
    first = await _enter(desk, customer["id"])
    second = await _enter(desk, customer["id"], is_default=True)
    third = await _enter(desk, customer["id"])

    await desk.patch(f"/locations/{third['id']}", {"is_default": True})

    marked = await desk.get(f"/locations?customer_id={customer['id']}&is_default=true")
    assert [item["id"] for item in marked.json()["data"]] == [third["id"]]
    for stepped_back in (first, second):
        read = await desk.get(f"/locations/{stepped_back['id']}")
        assert read.headers["etag"] == '"2"'


async def test_a_location_is_changed_and_announced_as_a_whole(desk: Api, worker_tx: Tx) -> None:
    customer = await enter_customer(desk)
    location = await _enter(desk, customer["id"])
    path = f"/locations/{location['id']}"

    changed = await desk.patch(path, {"country": "NL", "federal_state": None, "city": "Venlo"})

    assert changed.json()["data"]["attributes"]["city"] == "Venlo"
    assert changed.headers["etag"] == '"2"'
    event = (await published(worker_tx))[-1]
    assert (event.type, event.data["city"]) == ("location.updated.v1", "Venlo")
    stale = await desk.patch(path, {"city": "Köln"}, headers={"if-match": '"1"'})
    refusal(stale, 412, "STALE_VERSION")


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"postal_code": "5082"}, "BAD_POSTAL_CODE", "postal_code"),
        ({"postal_code": 50825}, "VALIDATION_ERROR", "postal_code"),
        ({"federal_state": "ZZ"}, "UNKNOWN_FEDERAL_STATE", "federal_state"),
        ({"country": "ZZ"}, "UNKNOWN_COUNTRY", "country"),
        ({"street": ""}, "VALIDATION_ERROR", "street"),
        ({"is_default": "yes"}, "VALIDATION_ERROR", "is_default"),
        ({"latitude": 50.9}, "VALIDATION_ERROR", ""),
    ],
)
async def test_bad_input_is_refused(
    desk: Api, fields: dict[str, Any], code: str, field: str
) -> None:
    customer = await enter_customer(desk)

    answer = await desk.post("/locations", a_location_of(customer["id"], **fields))

    assert refusal(answer, 400, code)["field"] == field


async def test_a_change_is_judged_as_a_whole(desk: Api) -> None:
    customer = await enter_customer(desk)
    location = await _enter(desk, customer["id"])

    answer = await desk.patch(f"/locations/{location['id']}", {"country": "AT"})

    refusal(answer, 400, "BAD_POSTAL_CODE")


async def test_a_location_needs_a_customer_of_the_tenant(desk: Api) -> None:
    answer = await desk.post("/locations", a_location_of(str(uuid7())))

    assert refusal(answer, 422, "UNKNOWN_CUSTOMER")["field"] == "customer_id"


async def test_another_tenant_neither_reads_nor_changes_the_location(
    desk: Api, stranger: Api
) -> None:
    customer = await enter_customer(desk)
    location = await _enter(desk, customer["id"])

    refusal(await stranger.get(f"/locations/{location['id']}"), 404, "RESOURCE_NOT_FOUND")
    answer = await stranger.patch(f"/locations/{location['id']}", {"city": "Bonn"})
    refusal(answer, 404, "RESOURCE_NOT_FOUND")


async def test_a_customers_people_see_their_own_locations_only(
    api: Api, acme: Tenant, desk: Api
) -> None:
    own, other = await enter_customer(desk), await enter_customer(desk)
    ours = await _enter(desk, own["id"])
    foreign = await _enter(desk, other["id"])
    portal = api.as_(acme.person(*OF_OWN_CUSTOMER, customer_id=own["id"]))

    listed = (await portal.get("/locations")).json()["data"]

    assert [item["id"] for item in listed] == [ours["id"]]
    refusal(await portal.get(f"/locations/{foreign['id']}"), 404, "RESOURCE_NOT_FOUND")
    answer = await portal.patch(f"/locations/{foreign['id']}", {"city": "Bonn"})
    refusal(answer, 404, "RESOURCE_NOT_FOUND")


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_list_asks_for_its_permission(api: Api, acme: Tenant, method: str) -> None:
    nobody = api.as_(acme.person("customer:view:all"))

    answer = await nobody.http.request(method, "/api/v1/locations", json={"name": "M"})

    refusal(answer, 403, "PERMISSION_DENIED")


async def _enter(api: Api, customer_id: str, **fields: Any) -> dict[str, Any]:
    return made(await api.post("/locations", a_location_of(customer_id, **fields)))
