"""/ticket-views: kept, shared, counted; and what the list could not show is refused."""

from typing import Any
from uuid import UUID

import pytest

from psa_common.db import Pool
from psa_common.testing import Api, Tenant
from tickets_builders import EVERYTHING, a_customer, a_ticket
from tickets_relations import ids_at


async def a_view(who: Api, **fields: Any) -> dict[str, Any]:
    response = await who.post("/ticket-views", {"name": "Offen", "filter": {}, **fields})
    assert response.status_code == 201, response.text
    view: dict[str, Any] = response.json()["data"]
    return view


async def test_a_view_is_its_owners_until_it_is_shared(api: Api, desk: Api, acme: Tenant) -> None:
    view = (await a_view(desk, filter={"status": "new"}, columns=["number", "title"]))["id"]
    colleague = api.as_(acme.person("ticket:view:all"))

    assert await ids_at(colleague, "/ticket-views") == []
    assert (await colleague.patch(f"/ticket-views/{view}", {"name": "x"})).status_code == 404
    shared = await desk.patch(f"/ticket-views/{view}", {"shared": True})

    assert shared.status_code == 200, shared.text
    assert await ids_at(colleague, "/ticket-views") == [view]
    for response in (
        await colleague.patch(f"/ticket-views/{view}", {"name": "x"}),
        await colleague.delete(f"/ticket-views/{view}"),
        await colleague.post("/ticket-views", {"name": "x", "filter": {}, "shared": True}),
    ):
        assert (response.status_code, response.json()["error"]["code"]) == (
            403,
            "SHARING_FORBIDDEN",
        )


async def test_counters_count_each_view_among_what_the_caller_may_see(
    api: Api, desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    other = await a_customer(worker_pool, acme, number="KD-10043")
    for customer, priority in ((customer_id, "P2"), (customer_id, "P3"), (other, "P2")):
        await a_ticket(desk, customer, priority=priority)
    p2 = (await a_view(desk, name="P2", filter={"priority": "P2"}, shared=True))["id"]
    both = {"priority": "P2", "customer_id": str(other)}
    narrow = (await a_view(desk, name="Anderer", filter=both, shared=True))["id"]
    everything = (await a_view(desk, name="Alles", shared=True))["id"]
    contact = api.as_(acme.person("ticket:view:own_customer", customer_id=str(customer_id)))

    async def counted(who: Api) -> dict[str, int]:
        response = await who.get("/ticket-views/counters")
        assert response.status_code == 200, response.text
        counters = response.json()["data"]["attributes"]["counters"]
        return {one["view_id"]: one["count"] for one in counters}

    assert await counted(desk) == {p2: 2, narrow: 1, everything: 3}
    mine = (await a_view(contact, name="P2", filter={"priority": "P2"}))["id"]
    none = (await a_view(contact, name="Anderer", filter=both))["id"]
    assert await counted(contact) == {mine: 1, none: 0}


async def test_a_customers_person_never_sees_what_colleagues_share(
    api: Api, desk: Api, customer_id: UUID, acme: Tenant
) -> None:
    shared = (await a_view(desk, name="Kündigt bald", shared=True))["id"]
    contact = api.as_(acme.person("ticket:view:own_customer", customer_id=str(customer_id)))

    seen = await contact.get("/ticket-views")
    changed = await contact.patch(f"/ticket-views/{shared}", {"name": "Anders"})

    assert seen.json()["data"] == []
    assert changed.status_code == 404


async def test_without_views_there_is_nothing_to_count(desk: Api) -> None:
    response = await desk.get("/ticket-views/counters")

    assert response.json()["data"]["attributes"]["counters"] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"filter": {"nonsense": "x"}},
        {"filter": {"stage": "nonsense"}},
        {"filter": {"page": "2"}},
        {"filter": {"tag": ""}},
        {"sort": "nonsense"},
        {"columns": ["nonsense"]},
        {"name": " "},
        {"owner_id": "019e8232-6014-7014-8000-000000000020"},
    ],
)
async def test_what_the_list_could_not_show_is_not_kept(
    desk: Api, fields: dict[str, object]
) -> None:
    response = await desk.post("/ticket-views", {"name": "Offen", "filter": {}, **fields})

    assert response.status_code == 400, response.text
    assert await ids_at(desk, "/ticket-views") == []


async def test_a_name_is_kept_once_and_can_be_forgotten(api: Api, desk: Api, beta: Tenant) -> None:
    view = (await a_view(desk))["id"]
    stranger = api.as_(beta.person(*EVERYTHING))

    again = await desk.post("/ticket-views", {"name": "Offen", "filter": {}})
    stale = await desk.patch(f"/ticket-views/{view}", {"name": "x"}, headers={"If-Match": '"7"'})

    assert (again.status_code, stale.status_code) == (409, 412)
    assert (await stranger.delete(f"/ticket-views/{view}")).status_code == 404
    assert await ids_at(stranger, "/ticket-views") == []
    assert (await desk.delete(f"/ticket-views/{view}")).status_code == 204
    assert await ids_at(desk, "/ticket-views") == []
