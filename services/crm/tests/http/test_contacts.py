"""/contacts: one mail address, one contact."""

from typing import Any

import pytest

from crm_builders import OF_OWN_CUSTOMER, enter_customer, made, published, refusal
from psa_common.db import Tx
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant

MAIL = "einkauf@mueller-maschinenbau.example"


async def test_a_contact_is_entered_and_announced(desk: Api, worker_tx: Tx) -> None:
    customer = await enter_customer(desk)

    contact = made(
        await desk.post(
            "/contacts",
            {
                "customer_id": customer["id"],
                "name": "Müller Maschinenbau Einkauf",
                "email": "Einkauf@Mueller-Maschinenbau.example",
                "phone": "+49 221 5550200",
                "roles": ["primary", "billing"],
            },
        )
    )

    assert (await desk.get(f"/contacts/{contact['id']}")).json()["data"] == contact
    assert contact["relationships"]["customer"]["data"]["id"] == customer["id"]
    event = (await published(worker_tx))[-1]
    assert event.type == "contact.created.v1"
    assert event.data == {
        "contact_id": contact["id"],
        "customer_id": customer["id"],
        "name": "Müller Maschinenbau Einkauf",
        "email": MAIL,
        "phone": "+49 221 5550200",
        "roles": ["primary", "billing"],
    }


async def test_a_contact_is_changed_and_announced_as_a_whole(desk: Api, worker_tx: Tx) -> None:
    customer = await enter_customer(desk)
    contact = await _enter(desk, customer["id"], email=MAIL, roles=["vip"])

    changed = await desk.patch(
        f"/contacts/{contact['id']}", {"email": None, "roles": ["technical", "approver"]}
    )

    attributes = changed.json()["data"]["attributes"]
    assert attributes["email"] is None
    assert attributes["roles"] == ["technical", "approver"]
    assert changed.headers["etag"] == '"2"'
    event = (await published(worker_tx))[-1]
    assert (event.type, event.data["email"]) == ("contact.updated.v1", None)
    assert event.data["roles"] == ["technical", "approver"]


async def test_a_mail_address_belongs_to_one_contact(desk: Api, stranger: Api) -> None:
    customer, other = await enter_customer(desk), await enter_customer(desk)
    await _enter(desk, customer["id"], email=MAIL)
    second = await _enter(desk, other["id"])

    answer = await desk.post(
        "/contacts", {"customer_id": other["id"], "name": "Doppelt", "email": MAIL.upper()}
    )
    change = await desk.patch(f"/contacts/{second['id']}", {"email": MAIL})

    assert refusal(answer, 409, "ALREADY_TAKEN")["field"] == "email"
    assert refusal(change, 409, "ALREADY_TAKEN")["field"] == "email"
    theirs = await enter_customer(stranger)
    await _enter(stranger, theirs["id"], email=MAIL)


async def test_many_contacts_may_have_no_mail_address(desk: Api) -> None:
    customer = await enter_customer(desk)

    await _enter(desk, customer["id"], phone="110")
    await _enter(desk, customer["id"], phone="112")


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"name": " "}, "VALIDATION_ERROR", "name"),
        ({"email": "nowhere"}, "BAD_MAIL_ADDRESS", "email"),
        ({"email": ""}, "VALIDATION_ERROR", "email"),
        ({"phone": "call me"}, "VALIDATION_ERROR", "phone"),
        ({"roles": ["boss"]}, "VALIDATION_ERROR", "roles[0]"),
        ({"roles": ["vip", "vip"]}, "ROLE_TWICE", "roles"),
        ({"roles": "vip"}, "VALIDATION_ERROR", "roles"),
        ({"customer_id": "KD-10042"}, "VALIDATION_ERROR", "customer_id"),
    ],
)
async def test_bad_input_is_refused(
    desk: Api, fields: dict[str, Any], code: str, field: str
) -> None:
    customer = await enter_customer(desk)

    answer = await desk.post(
        "/contacts", {"customer_id": customer["id"], "name": "Empfang", **fields}
    )

    assert refusal(answer, 400, code)["field"] == field


async def test_a_contact_needs_a_customer_of_the_tenant(desk: Api, stranger: Api) -> None:
    theirs = await enter_customer(stranger)

    for customer_id in (theirs["id"], str(uuid7())):
        answer = await desk.post("/contacts", {"customer_id": customer_id, "name": "Empfang"})
        assert refusal(answer, 422, "UNKNOWN_CUSTOMER")["field"] == "customer_id"


async def test_another_tenant_neither_reads_nor_changes_the_contact(
    desk: Api, stranger: Api
) -> None:
    customer = await enter_customer(desk)
    contact = await _enter(desk, customer["id"])

    refusal(await stranger.get(f"/contacts/{contact['id']}"), 404, "RESOURCE_NOT_FOUND")
    answer = await stranger.patch(f"/contacts/{contact['id']}", {"name": "Meins"})
    refusal(answer, 404, "RESOURCE_NOT_FOUND")
    assert (await stranger.get("/contacts")).json()["data"] == []


async def test_a_customers_people_work_on_their_own_contacts_only(
    api: Api, acme: Tenant, desk: Api
) -> None:
    own, other = await enter_customer(desk), await enter_customer(desk)
    colleague = await _enter(desk, own["id"])
    foreigner = await _enter(desk, other["id"])
    portal = api.as_(acme.person(*OF_OWN_CUSTOMER, customer_id=own["id"]))

    listed = (await portal.get("/contacts")).json()["data"]
    denied = await portal.post("/contacts", {"customer_id": other["id"], "name": "Fremd"})

    assert [item["id"] for item in listed] == [colleague["id"]]
    refusal(await portal.get(f"/contacts/{foreigner['id']}"), 404, "RESOURCE_NOT_FOUND")
    change = await portal.patch(f"/contacts/{foreigner['id']}", {"name": "Meins"})
    refusal(change, 404, "RESOURCE_NOT_FOUND")
    refusal(denied, 422, "UNKNOWN_CUSTOMER")
    await _enter(portal, own["id"])


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_list_asks_for_its_permission(api: Api, acme: Tenant, method: str) -> None:
    nobody = api.as_(acme.person("customer:view:all"))

    answer = await nobody.http.request(method, "/api/v1/contacts", json={"name": "M"})

    refusal(answer, 403, "PERMISSION_DENIED")


async def test_contacts_are_found_by_what_is_known_of_them(desk: Api) -> None:
    customer, other = await enter_customer(desk), await enter_customer(desk)
    contact = await _enter(desk, customer["id"], name="Einkauf", email=MAIL, roles=["vip"])
    await _enter(desk, other["id"], name="Empfang")

    for query in (
        f"customer_id={customer['id']}",
        f"email={MAIL.upper()}",
        "role=vip",
        "search=EINK",
        "search=maschinenbau.example",
        "sort=name&limit=1",
    ):
        found = (await desk.get(f"/contacts?{query}")).json()["data"]
        assert [item["id"] for item in found] == [contact["id"]], query


async def _enter(api: Api, customer_id: str, **fields: Any) -> dict[str, Any]:
    body = {"customer_id": customer_id, "name": "Empfang", **fields}
    return made(await api.post("/contacts", body))
