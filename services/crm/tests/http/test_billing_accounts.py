"""/billing-accounts: what an invoice will say, checked before it is written."""

import asyncio
from typing import Any

import pytest

from crm_builders import OF_OWN_CUSTOMER, an_account_of, enter_customer, made, published, refusal
from psa_common.db import Tx
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant


async def test_an_account_is_entered_and_announced(desk: Api, worker_tx: Tx) -> None:
    customer = await enter_customer(desk)

    account = await _enter(desk, customer["id"])

    assert (await desk.get(f"/billing-accounts/{account['id']}")).json()["data"] == account
    event = (await published(worker_tx))[-1]
    assert event.type == "billing_account.created.v1"
    assert event.data == {
        "billing_account_id": account["id"],
        "customer_id": customer["id"],
        "name": "Müller Maschinenbau GmbH",
        "street": "Werkstr. 5",
        "postal_code": "50825",
        "city": "Köln",
        "country": "DE",
        "buyer_reference": "KD-10042",
        "vat_id": "DE123456788",
        "electronic_address": "rechnung@mueller-maschinenbau.example",
        "electronic_address_scheme": "EM",
        "invoice_format": "xrechnung_ubl",
        "payment_terms_days": 14,
        "email": "rechnung@mueller-maschinenbau.example",
        "is_default": True,
    }


async def test_a_change_is_told_with_the_whole_account(desk: Api, worker_tx: Tx) -> None:
    customer = await enter_customer(desk)
    account = await _enter(desk, customer["id"])

    changed = await desk.patch(
        f"/billing-accounts/{account['id']}", {"payment_terms_days": 30, "email": None}
    )

    assert changed.json()["data"]["attributes"]["payment_terms_days"] == 30
    event = (await published(worker_tx))[-1]
    assert event.type == "billing_account.updated.v1"
    assert event.data["payment_terms_days"] == 30
    assert event.data["email"] is None
    assert event.data["vat_id"] == "DE123456788"


async def test_a_change_that_changes_nothing_is_not_announced(desk: Api, worker_tx: Tx) -> None:
    customer = await enter_customer(desk)
    account = await _enter(desk, customer["id"])

    answer = await desk.patch(f"/billing-accounts/{account['id']}", {"vat_id": "DE 123 456 788"})

    assert answer.headers["etag"] == '"1"'
    assert (await published(worker_tx))[-1].type == "billing_account.created.v1"


async def test_a_new_default_takes_the_mark_and_the_old_one_tells_of_it(
    desk: Api, worker_tx: Tx
) -> None:
    customer = await enter_customer(desk)
    first = await _enter(desk, customer["id"])
    second = await _enter(desk, customer["id"], name="Werk Süd")

    await desk.patch(f"/billing-accounts/{second['id']}", {"is_default": True})

    told = [
        (event.data["billing_account_id"], event.data["is_default"])
        for event in await published(worker_tx)
        if event.type == "billing_account.updated.v1"
    ]
    assert told == [(first["id"], False), (second["id"], True)]
    marked = await desk.get("/billing-accounts?is_default=true")
    assert [item["id"] for item in marked.json()["data"]] == [second["id"]]


async def test_of_two_that_become_the_default_at_once_one_does(desk: Api) -> None:
    customer = await enter_customer(desk)
    accounts = [await _enter(desk, customer["id"], is_default=False) for _ in range(4)]

    answers = await asyncio.gather(
        *(desk.patch(f"/billing-accounts/{one['id']}", {"is_default": True}) for one in accounts),
        *(desk.post("/billing-accounts", an_account_of(customer["id"])) for _ in range(4)),
    )

    assert {answer.status_code for answer in answers} == {200, 201}
    marked = await desk.get("/billing-accounts?is_default=true")
    assert len(marked.json()["data"]) == 1


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"vat_id": "DE123456789"}, "BAD_VAT_ID", "vat_id"),
        ({"vat_id": "12345678"}, "BAD_VAT_ID", "vat_id"),
        ({"buyer_reference": "991-03730-91"}, "BAD_LEITWEG_ID", "buyer_reference"),
        ({"buyer_reference": " "}, "VALIDATION_ERROR", "buyer_reference"),
        ({"email": "rechnung"}, "BAD_MAIL_ADDRESS", "email"),
        ({"electronic_address": "x"}, "BAD_MAIL_ADDRESS", "electronic_address"),
        (
            {"electronic_address_scheme": "em"},
            "UNKNOWN_ELECTRONIC_ADDRESS_SCHEME",
            "electronic_address_scheme",
        ),
        ({"invoice_format": "paper"}, "VALIDATION_ERROR", "invoice_format"),
        ({"payment_terms_days": -1}, "VALIDATION_ERROR", "payment_terms_days"),
        ({"payment_terms_days": 366}, "VALIDATION_ERROR", "payment_terms_days"),
        ({"payment_terms_days": "14"}, "VALIDATION_ERROR", "payment_terms_days"),
        ({"payment_terms_days": 14.5}, "VALIDATION_ERROR", "payment_terms_days"),
        ({"payment_terms_days": 10**30}, "VALIDATION_ERROR", "payment_terms_days"),
        ({"postal_code": "123456"}, "BAD_POSTAL_CODE", "postal_code"),
        ({"iban": "DE02120300000000202051"}, "VALIDATION_ERROR", ""),
    ],
)
async def test_bad_input_is_refused(
    desk: Api, fields: dict[str, Any], code: str, field: str
) -> None:
    customer = await enter_customer(desk)

    answer = await desk.post("/billing-accounts", an_account_of(customer["id"], **fields))

    assert refusal(answer, 400, code)["field"] == field
    assert (await desk.get("/billing-accounts")).json()["data"] == []


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"buyer_reference": None}, "NOT_READY_FOR_XRECHNUNG", "buyer_reference"),
        (
            {"electronic_address": None, "electronic_address_scheme": None},
            "NOT_READY_FOR_XRECHNUNG",
            "electronic_address",
        ),
        ({"electronic_address": None}, "HALF_AN_ELECTRONIC_ADDRESS", "electronic_address"),
    ],
)
async def test_an_account_that_could_not_be_billed_so_is_refused(
    desk: Api, fields: dict[str, Any], code: str, field: str
) -> None:
    customer = await enter_customer(desk)
    account = await _enter(desk, customer["id"])

    answer = await desk.post("/billing-accounts", an_account_of(customer["id"], **fields))
    change = await desk.patch(f"/billing-accounts/{account['id']}", fields)

    assert refusal(answer, 422, code)["field"] == field
    assert refusal(change, 422, code)["field"] == field


async def test_an_account_needs_a_customer_of_the_tenant(desk: Api, stranger: Api) -> None:
    theirs = await enter_customer(stranger)

    for customer_id in (theirs["id"], str(uuid7())):
        answer = await desk.post("/billing-accounts", an_account_of(customer_id))
        assert refusal(answer, 422, "UNKNOWN_CUSTOMER")["field"] == "customer_id"


async def test_another_tenant_neither_reads_nor_changes_the_account(
    desk: Api, stranger: Api
) -> None:
    customer = await enter_customer(desk)
    account = await _enter(desk, customer["id"])
    path = f"/billing-accounts/{account['id']}"

    refusal(await stranger.get(path), 404, "RESOURCE_NOT_FOUND")
    refusal(await stranger.patch(path, {"email": None}), 404, "RESOURCE_NOT_FOUND")
    assert (await stranger.get("/billing-accounts")).json()["data"] == []


async def test_a_customers_people_see_their_own_accounts_only(
    api: Api, acme: Tenant, desk: Api
) -> None:
    own, other = await enter_customer(desk), await enter_customer(desk)
    ours = await _enter(desk, own["id"])
    foreign = await _enter(desk, other["id"])
    portal = api.as_(acme.person(*OF_OWN_CUSTOMER, customer_id=own["id"]))

    listed = (await portal.get("/billing-accounts")).json()["data"]

    assert [item["id"] for item in listed] == [ours["id"]]
    path = f"/billing-accounts/{foreign['id']}"
    refusal(await portal.get(path), 404, "RESOURCE_NOT_FOUND")
    refusal(await portal.patch(path, {"email": None}), 404, "RESOURCE_NOT_FOUND")


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_list_asks_for_its_permission(api: Api, acme: Tenant, method: str) -> None:
    nobody = api.as_(acme.person("customer:view:all"))

    answer = await nobody.http.request(method, "/api/v1/billing-accounts", json={"name": "M"})

    refusal(answer, 403, "PERMISSION_DENIED")


async def _enter(api: Api, customer_id: str, **fields: Any) -> dict[str, Any]:
    return made(await api.post("/billing-accounts", an_account_of(customer_id, **fields)))
