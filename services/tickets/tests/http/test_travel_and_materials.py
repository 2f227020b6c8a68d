"""The way is charged once a visit, material by the piece; both change only before approval."""

from typing import Any
from uuid import UUID

import pytest

from psa_common.db import Pool
from psa_common.testing import Api, Tenant
from psa_events.testing import published
from tickets_time import TECHNICIAN, a_technician, an_approver, refusal, ticket_of, time_rules

VISIT = {"visit_date": "2026-06-16", "zone": "zone-1"}
SSD = {
    "used_on": "2026-06-22",
    "description": "SSD 1 TB",
    "quantity": "2",
    "unit_price_cents": 8_990,
    "product_ref": "SSD-1T",
    "serial": "S5GXNX0",
}


async def _add(who: Api, ticket: str, what: str, body: dict[str, Any]) -> dict[str, Any]:
    response = await who.post(f"/tickets/{ticket}/{what}", body)
    assert response.status_code == 201, response.text
    resource: dict[str, Any] = response.json()["data"]
    return resource


async def test_the_way_to_a_ticket_is_charged_once_a_visit(
    api: Api, desk: Api, customer_id: UUID, acme: Tenant
) -> None:
    ticket = await ticket_of(desk, customer_id)
    await _add(desk, ticket, "travel", VISIT)
    path = f"/tickets/{ticket}/travel"

    again = await desk.post(path, {"visit_date": "2026-06-16", "km": "12.5"})
    next_day = await desk.post(path, VISIT | {"visit_date": "2026-06-17"})
    colleague = await a_technician(api, acme).post(path, VISIT)

    assert refusal(again) == (409, "VISIT_CHARGED")
    assert (next_day.status_code, colleague.status_code) == (201, 201)
    moved = await desk.patch(
        f"/travel/{next_day.json()['data']['id']}", {"visit_date": "2026-06-16"}
    )
    assert refusal(moved) == (409, "VISIT_CHARGED")


async def test_travel_is_measured_anew_and_approved(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    travel = (await _add(desk, await ticket_of(desk, customer_id), "travel", VISIT))["id"]

    edited = await desk.patch(f"/travel/{travel}", {"zone": None, "km": "12.5"})
    approved = await desk.post(f"/travel/{travel}/approve")

    assert edited.json()["data"]["attributes"]["km"] == "12.5"
    assert approved.json()["data"]["attributes"]["state"] == "approved"
    event = (await published(worker_pool, acme.id))[-1]
    assert (event.type, event.data["km"], event.data["zone"]) == (
        "travel.approved.v1",
        "12.5",
        None,
    )
    assert event.data["ticket_number"] == "T-1001"


@pytest.mark.parametrize(
    "wrong",
    [
        {"km": "12.5"},
        {"zone": None},
        {"zone": None, "km": "0"},
        {"zone": None, "km": "NaN"},
        {"zone": None, "km": "-3"},
        {"zone": None, "minutes": 0},
        {"visit_date": "2099-06-16"},
    ],
)
async def test_an_impossible_way_is_refused(
    desk: Api, customer_id: UUID, wrong: dict[str, Any]
) -> None:
    ticket = await ticket_of(desk, customer_id)

    response = await desk.post(f"/tickets/{ticket}/travel", VISIT | wrong)

    assert response.status_code in {400, 422}, response.text
    assert (await desk.get(f"/tickets/{ticket}/travel")).json()["data"] == []


async def test_material_leaves_with_quantity_price_and_cost(
    api: Api, desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    ticket = await ticket_of(desk, customer_id)
    buyer = api.as_(acme.person(*TECHNICIAN, "finance:view_cost:all"))
    added = await _add(buyer, ticket, "materials", SSD | {"unit_cost_cents": 6_400})

    await desk.post(f"/materials/{added['id']}/approve")

    assert (added["attributes"]["net_cents"], added["attributes"]["unit_cost_cents"]) == (
        17_980,
        6_400,
    )
    event = (await published(worker_pool, acme.id))[-1]
    assert (event.type, event.data["quantity"]) == ("material.approved.v1", "2")
    assert (event.data["unit_price_cents"], event.data["unit_cost_cents"]) == (8_990, 6_400)


async def test_costs_are_for_who_may_see_them(
    api: Api, desk: Api, customer_id: UUID, acme: Tenant
) -> None:
    ticket = await ticket_of(desk, customer_id)
    buyer = api.as_(acme.person(*TECHNICIAN, "finance:view_cost:all"))
    added = await _add(buyer, ticket, "materials", SSD | {"unit_cost_cents": 6_400})
    body = SSD | {"unit_cost_cents": 1}

    [seen] = (await desk.get(f"/tickets/{ticket}/materials")).json()["data"]
    new = await desk.post(f"/tickets/{ticket}/materials", body)
    edit = await desk.patch(f"/materials/{added['id']}", {"unit_cost_cents": 1})

    assert seen["attributes"]["unit_cost_cents"] is None
    assert refusal(new) == refusal(edit) == (403, "COST_FORBIDDEN")


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": "0"},
        {"quantity": "NaN"},
        {"quantity": "1e3"},
        {"quantity": "-1"},
        {"quantity": "1.2345"},
        {"quantity": "1000001"},
        {"quantity": 2},
        {"unit_price_cents": -1},
        {"unit_price_cents": 89.9},
        {"currency": "Euro"},
        {"tax_class": "none"},
        {"description": " "},
        {"used_on": "2099-01-01"},
    ],
)
async def test_impossible_material_is_refused(
    desk: Api, customer_id: UUID, wrong: dict[str, Any]
) -> None:
    ticket = await ticket_of(desk, customer_id)

    response = await desk.post(f"/tickets/{ticket}/materials", SSD | wrong)

    assert response.status_code in {400, 422}, response.text
    assert (await desk.get(f"/tickets/{ticket}/materials")).json()["data"] == []


@pytest.mark.parametrize(("what", "body"), [("travel", VISIT), ("materials", SSD)])
async def test_what_is_approved_stays_and_what_is_rejected_comes_back(
    desk: Api, customer_id: UUID, what: str, body: dict[str, Any]
) -> None:
    added = await _add(desk, await ticket_of(desk, customer_id), what, body)
    path = f"/{what}/{added['id']}"

    rejected = await desk.post(f"{path}/reject", {"reason": "War Garantie"})
    again = await desk.patch(path, {"billable": "goodwill"}, headers={"if-match": '"2"'})
    stale = await desk.patch(path, {"billable": "billable"}, headers={"if-match": '"2"'})
    await desk.post(f"{path}/approve")

    assert rejected.json()["data"]["attributes"]["reason"] == "War Garantie"
    assert again.json()["data"]["attributes"]["state"] == "submitted"
    assert stale.status_code == 412
    assert refusal(await desk.patch(path, {"billable": "billable"})) == (409, "TIME_ENTRY_LOCKED")
    assert refusal(await desk.delete(path)) == (409, "TIME_ENTRY_LOCKED")
    late = await desk.post(f"{path}/reject", {"reason": "x"})
    assert refusal(late) == (422, "ILLEGAL_APPROVAL_STEP")


@pytest.mark.parametrize(("what", "body"), [("travel", VISIT), ("materials", SSD)])
async def test_what_is_not_approved_may_be_deleted_but_not_in_a_locked_period(
    desk: Api, customer_id: UUID, what: str, body: dict[str, Any]
) -> None:
    ticket = await ticket_of(desk, customer_id)
    added = await _add(desk, ticket, what, body)
    path = f"/{what}/{added['id']}"
    lock = {"reason": "Abschluss", "locked_until": "2026-06-30"}

    await desk.put("/time-lock", lock)
    locked = [
        await desk.post(f"/tickets/{ticket}/{what}", body),
        await desk.patch(path, {"billable": "goodwill"}),
        await desk.delete(path),
    ]
    await desk.put("/time-lock", lock | {"locked_until": None})
    gone = await desk.delete(path)

    assert [refusal(response) for response in locked] == [(409, "PERIOD_LOCKED")] * 3
    assert gone.status_code == 204
    assert (await desk.get(f"/tickets/{ticket}/{what}")).json()["data"] == []


@pytest.mark.parametrize(("what", "body"), [("travel", VISIT), ("materials", SSD)])
async def test_others_and_other_tenants_do_not_touch_it(
    api: Api,
    desk: Api,
    customer_id: UUID,
    acme: Tenant,
    beta: Tenant,
    what: str,
    body: dict[str, Any],
) -> None:
    ticket = await ticket_of(desk, customer_id)
    path = f"/{what}/{(await _add(desk, ticket, what, body))['id']}"
    own, stranger, approver = (
        a_technician(api, acme),
        a_technician(api, beta),
        an_approver(api, beta),
    )

    assert (await own.get(f"/tickets/{ticket}/{what}")).json()["data"] == []
    for outsider in (own, stranger):
        assert (await outsider.patch(path, {"billable": "goodwill"})).status_code == 404
        assert (await outsider.delete(path)).status_code == 404
        assert (await outsider.post(f"{path}/approve")).status_code == 403
    assert (await stranger.get(f"/tickets/{ticket}/{what}")).status_code == 404
    assert (await stranger.post(f"/tickets/{ticket}/{what}", body)).status_code == 404
    assert (await approver.post(f"{path}/approve")).status_code == 404
    assert (await approver.post(f"{path}/reject", {"reason": "x"})).status_code == 404


@pytest.mark.parametrize(("what", "body"), [("travel", VISIT), ("materials", SSD)])
async def test_four_eyes_count_here_too(
    api: Api, desk: Api, customer_id: UUID, acme: Tenant, what: str, body: dict[str, Any]
) -> None:
    await time_rules(desk, own_approval=False)
    added = await _add(desk, await ticket_of(desk, customer_id), what, body)
    path = f"/{what}/{added['id']}/approve"

    assert refusal(await desk.post(path)) == (403, "OWN_WORK_APPROVED")
    assert (await an_approver(api, acme).post(path)).status_code == 200
