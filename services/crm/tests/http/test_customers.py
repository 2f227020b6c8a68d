"""/customers: entered, found, changed; and what is refused."""

import pytest

from crm_builders import (
    OF_OWN_CUSTOMER,
    a_location_of,
    an_account_of,
    enter_customer,
    made,
    published,
    refusal,
)
from psa_common.db import Tx
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant


async def test_a_customer_is_entered_with_the_number_that_is_given(
    desk: Api, worker_tx: Tx
) -> None:
    customer = made(
        await desk.post(
            "/customers",
            {
                "number": "KD-10042",
                "name": "Müller Maschinenbau GmbH",
                "federal_state": "NW",
                "debtor_account": "10042",
            },
        )
    )

    read = await desk.get(f"/customers/{customer['id']}")
    assert read.json()["data"] == customer
    assert read.headers["etag"] == '"1"'
    assert customer["attributes"]["customer_type"] == "customer"
    assert customer["attributes"]["status"] == "active"
    [event] = await published(worker_tx)
    assert event.type == "customer.created.v1"
    assert event.data == {
        "customer_id": customer["id"],
        "number": "KD-10042",
        "name": "Müller Maschinenbau GmbH",
        "status": "active",
        "customer_type": "customer",
        "federal_state": "NW",
        "country": "DE",
        "debtor_account": "10042",
        "mail_domains": [],
    }


async def test_numbers_are_drawn_in_a_row_around_those_given_by_hand(desk: Api) -> None:
    first = await enter_customer(desk)
    await enter_customer(desk, number="KD-10002")
    await enter_customer(desk, number="KD-10003")
    second = await enter_customer(desk)

    assert first["attributes"]["number"] == "KD-10001"
    assert second["attributes"]["number"] == "KD-10004"


async def test_a_refused_customer_leaves_no_hole_in_the_numbers(desk: Api) -> None:
    await enter_customer(desk)
    await desk.post("/customers", {"name": "Nirgendwo GmbH", "federal_state": "XX"})

    customer = await enter_customer(desk)

    assert customer["attributes"]["number"] == "KD-10002"


async def test_a_change_is_told_with_the_whole_customer(desk: Api, worker_tx: Tx) -> None:
    customer = await enter_customer(desk, number="KD-10042", customer_type="prospect")

    changed = await desk.patch(
        f"/customers/{customer['id']}", {"customer_type": "customer", "debtor_account": "10042"}
    )

    assert changed.headers["etag"] == '"2"'
    event = (await published(worker_tx))[-1]
    assert event.type == "customer.updated.v1"
    assert event.data["customer_type"] == "customer"
    assert event.data["number"] == "KD-10042"


async def test_mail_domains_are_kept_in_one_form_and_told(desk: Api, worker_tx: Tx) -> None:
    domains = ["Mueller.Example", "@mueller.example", "mueller-gruppe.example"]

    customer = await enter_customer(desk, mail_domains=domains)

    kept = ["mueller.example", "mueller-gruppe.example"]
    assert customer["attributes"]["mail_domains"] == kept
    assert (await published(worker_tx))[-1].data["mail_domains"] == kept


@pytest.mark.parametrize("domain", ["gmx.de", "localhost", "a..b.example", "mueller example.de"])
async def test_a_domain_that_is_not_one_companys_is_refused(desk: Api, domain: str) -> None:
    response = await desk.post("/customers", {"name": "Müller", "mail_domains": [domain]})

    assert refusal(response, 400, "BAD_MAIL_DOMAIN")["field"] == "mail_domains"


async def test_null_empties_a_field_and_an_absent_one_stays(desk: Api) -> None:
    customer = await enter_customer(desk, federal_state="NW", notes="Ruft lieber an.")

    changed = await desk.patch(f"/customers/{customer['id']}", {"notes": None})

    assert changed.json()["data"]["attributes"]["notes"] is None
    assert changed.json()["data"]["attributes"]["federal_state"] == "NW"


async def test_a_change_that_changes_nothing_is_not_announced(desk: Api, worker_tx: Tx) -> None:
    customer = await enter_customer(desk)

    answer = await desk.patch(
        f"/customers/{customer['id']}", {"name": customer["attributes"]["name"]}
    )

    assert answer.status_code == 200
    assert answer.headers["etag"] == '"1"'
    assert len(await published(worker_tx)) == 1


async def test_a_change_of_something_that_changed_meanwhile_is_refused(desk: Api) -> None:
    customer = await enter_customer(desk)
    path = f"/customers/{customer['id']}"
    await desk.patch(path, {"notes": "Erste"})

    answer = await desk.patch(path, {"notes": "Zweite"}, headers={"if-match": '"1"'})

    refusal(answer, 412, "STALE_VERSION")
    assert (await desk.get(path)).json()["data"]["attributes"]["notes"] == "Erste"


async def test_a_move_that_the_table_does_not_know_is_refused(desk: Api) -> None:
    customer = await enter_customer(desk, status="inactive")

    answer = await desk.patch(f"/customers/{customer['id']}", {"status": "on_hold"})

    detail = refusal(answer, 422, "ILLEGAL_STATUS_MOVE")
    assert detail["field"] == "status"


@pytest.mark.parametrize(("field", "value"), [("number", "KD-10042"), ("debtor_account", "10042")])
async def test_what_another_customer_has_is_refused(desk: Api, field: str, value: str) -> None:
    await enter_customer(desk, number="KD-10042", debtor_account="10042")

    answer = await desk.post("/customers", {"name": "Zweite GmbH", field: value})

    detail = refusal(answer, 409, "ALREADY_TAKEN")
    assert detail["field"] == field
    assert value in detail["message"]


async def test_another_tenant_may_have_the_same_number(desk: Api, stranger: Api) -> None:
    await enter_customer(desk, number="KD-10042", debtor_account="10042")

    await enter_customer(stranger, number="KD-10042", debtor_account="10042")


async def test_another_tenant_neither_reads_nor_changes_the_customer(
    desk: Api, stranger: Api
) -> None:
    customer = await enter_customer(desk)
    path = f"/customers/{customer['id']}"

    refusal(await stranger.get(path), 404, "RESOURCE_NOT_FOUND")
    refusal(await stranger.get(f"{path}/stats"), 404, "RESOURCE_NOT_FOUND")
    refusal(await stranger.patch(path, {"name": "Meins"}), 404, "RESOURCE_NOT_FOUND")
    assert (await stranger.get("/customers")).json()["data"] == []


async def test_a_customers_people_see_their_customer_only(
    api: Api, acme: Tenant, desk: Api
) -> None:
    own, other = await enter_customer(desk), await enter_customer(desk)
    portal = api.as_(acme.person(*OF_OWN_CUSTOMER, customer_id=own["id"]))

    listed = (await portal.get("/customers")).json()["data"]

    assert [item["id"] for item in listed] == [own["id"]]
    assert (await portal.get(f"/customers/{own['id']}")).status_code == 200
    assert (await portal.get(f"/customers/{own['id']}/stats")).status_code == 200
    refusal(await portal.get(f"/customers/{other['id']}"), 404, "RESOURCE_NOT_FOUND")
    refusal(await portal.get(f"/customers/{other['id']}/stats"), 404, "RESOURCE_NOT_FOUND")
    answer = await portal.patch(f"/customers/{other['id']}", {"name": "Meins"})
    refusal(answer, 404, "RESOURCE_NOT_FOUND")


async def test_a_customers_people_enter_no_customers(api: Api, acme: Tenant) -> None:
    portal = api.as_(acme.person(*OF_OWN_CUSTOMER, customer_id=str(uuid7())))

    answer = await portal.post("/customers", {"name": "Meine GmbH"})

    refusal(answer, 403, "PERMISSION_DENIED")


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [
        ("POST", "/customers", "customer:create"),
        ("GET", "/customers", "customer:view"),
        ("GET", "/customers/{id}", "customer:view"),
        ("GET", "/customers/{id}/stats", "customer:view"),
        ("PATCH", "/customers/{id}", "customer:update"),
    ],
)
async def test_every_route_asks_for_its_permission(
    api: Api, acme: Tenant, method: str, path: str, permission: str
) -> None:
    nobody = api.as_(acme.person("ticket:view:all"))
    url = f"/api/v1{path.format(id=uuid7())}"

    answer = await nobody.http.request(method, url, json={"name": "M"})

    refusal(answer, 403, "PERMISSION_DENIED")
    assert permission in answer.json()["error"]["message"]
    assert (await api.http.request(method, url, json={})).status_code == 401


async def test_customers_are_found_by_what_is_known_of_them(desk: Api) -> None:
    mueller = await enter_customer(
        desk, number="KD-10042", federal_state="NW", debtor_account="10042"
    )
    await enter_customer(desk, name="Hafen Venlo B.V.", country="NL", customer_type="prospect")

    for query in (
        "number=KD-10042",
        "federal_state=NW",
        "country=DE",
        "customer_type=customer",
        "debtor_account=10042",
        "search=müller",
        "search=kd-1004",
        "sort=name&order=desc&limit=1",
    ):
        found = (await desk.get(f"/customers?{query}")).json()["data"]
        assert [item["id"] for item in found] == [mueller["id"]], query


async def test_a_search_knows_no_wildcards(desk: Api) -> None:
    await enter_customer(desk)

    assert (await desk.get("/customers?search=%25")).json()["data"] == []


@pytest.mark.parametrize(
    "query", ["status=gone", "colour=blue", "sort=notes", "limit=0", "created_after=yesterday"]
)
async def test_a_question_that_means_nothing_is_refused(desk: Api, query: str) -> None:
    refusal(await desk.get(f"/customers?{query}"), 400, "VALIDATION_ERROR")


@pytest.mark.parametrize("sort", ["name", "-number", "created_at", "-updated_at"])
async def test_a_machine_reads_all_customers_by_cursor(desk: Api, sort: str) -> None:
    made_ids = {(await enter_customer(desk, name=f"Kunde {n}"))["id"] for n in range(5)}

    found: list[str] = []
    url: str | None = f"/api/v1/customers?sort={sort}&limit=2&cursor="
    while url:
        page = (await desk.http.get(url)).json()
        found += [item["id"] for item in page["data"]]
        url = page["links"]["next"]

    assert sorted(found) == sorted(made_ids)


async def test_what_belongs_to_a_customer_is_counted(desk: Api) -> None:
    customer = await enter_customer(desk)
    await desk.post("/locations", a_location_of(customer["id"]))
    await desk.post("/locations", a_location_of(customer["id"], name="Lager"))
    await desk.post("/contacts", {"customer_id": customer["id"], "name": "Empfang"})
    await desk.post("/billing-accounts", an_account_of(customer["id"]))
    other = await enter_customer(desk)
    await desk.post("/locations", a_location_of(other["id"]))

    stats = (await desk.get(f"/customers/{customer['id']}/stats")).json()["data"]

    assert stats["type"] == "customer_stats"
    assert stats["attributes"] == {"contacts": 1, "locations": 2, "billing_accounts": 1}


async def test_a_repeated_request_with_its_key_enters_one_customer(desk: Api) -> None:
    headers = {"idempotency-key": f"enter-{uuid7()}"}

    first = await desk.post("/customers", {"name": "Müller"}, headers=headers)
    second = await desk.post("/customers", {"name": "Müller"}, headers=headers)

    assert first.content == second.content
    assert (await desk.get("/customers")).json()["meta"]["total"] == 1
