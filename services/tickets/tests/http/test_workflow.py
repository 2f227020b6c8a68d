"""/workflow: a tenant's own statuses, and what happens to tickets that stand in them."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from psa_common.db import Pool
from psa_common.testing import Api, Tenant
from psa_events.testing import published
from tickets_builders import EVERYTHING, a_policy, a_ticket
from tickets_desk import a_workflow, adopt, without


async def test_without_one_of_its_own_a_desk_has_the_default_process(desk: Api) -> None:
    response = await desk.get("/workflow")

    attributes = response.json()["data"]["attributes"]
    assert response.headers["etag"] == '"0"'
    assert [one["key"] for one in attributes["statuses"]][:2] == ["new", "assigned"]
    assert attributes["initial"] == "new"


async def test_tickets_follow_the_process_of_their_tenant(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    await adopt(desk, a_workflow())
    ticket = await a_ticket(desk, customer_id)

    moved = await desk.put(f"/tickets/{ticket['id']}/status", {"status": "in_review"})

    attributes = moved.json()["data"]["attributes"]
    assert (ticket["attributes"]["status"], attributes["status"]) == ("triage", "in_review")
    assert (attributes["status_category"], attributes["status_kind"]) == ("open", "open")
    [created, changed] = await published(worker_pool, acme.id)
    assert created.data["status"] == "triage"
    assert (changed.data["current"], changed.data["category"]) == ("in_review", "open")


async def test_a_status_of_another_process_is_refused_by_name(desk: Api, customer_id: UUID) -> None:
    ticket = await a_ticket(desk, customer_id)

    refused = await desk.put(f"/tickets/{ticket['id']}/status", {"status": "in_review"})

    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "UNKNOWN_STATUS")


async def test_a_status_in_which_tickets_stand_cannot_go(desk: Api, customer_id: UUID) -> None:
    await adopt(desk, a_workflow())
    for _ in range(2):
        ticket = await a_ticket(desk, customer_id)
        await desk.put(f"/tickets/{ticket['id']}/status", {"status": "in_review"})

    refused = await desk.put("/workflow", without(a_workflow(), "in_review"))

    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "STATUS_IN_USE")
    assert "in_review (2)" in refused.json()["error"]["message"]
    assert (await desk.get("/workflow")).headers["etag"] == '"1"'


@pytest.mark.parametrize("change", [{"kind": "scheduled"}, {"sla_effect": "pause"}])
async def test_a_status_with_running_clocks_keeps_its_meaning_but_may_be_renamed(
    desk: Api, customer_id: UUID, change: dict[str, str]
) -> None:
    await a_policy(desk)
    workflow = await adopt(desk, a_workflow())
    ticket = await a_ticket(desk, customer_id, priority="P2")
    await desk.put(f"/tickets/{ticket['id']}/status", {"status": "in_review"})

    def with_review(**fields: Any) -> dict[str, Any]:
        statuses = [
            {**one, **fields} if one["key"] == "in_review" else one for one in workflow["statuses"]
        ]
        return {**workflow, "statuses": statuses}

    refused = await desk.put("/workflow", with_review(**change))
    renamed = await desk.put("/workflow", with_review(label_de="Vier Augen"))
    clock = (await desk.get(f"/tickets/{ticket['id']}/sla")).json()["data"]["attributes"]

    assert (refused.status_code, renamed.status_code) == (409, 200)
    assert clock["resolution"]["state"] == "running"


async def test_a_status_that_nobody_uses_may_go(desk: Api, customer_id: UUID) -> None:
    await adopt(desk, a_workflow())
    await a_ticket(desk, customer_id)

    changed = await desk.put("/workflow", without(a_workflow(), "in_review"))

    assert changed.status_code == 200, changed.text
    keys = [one["key"] for one in changed.json()["data"]["attributes"]["statuses"]]
    assert "in_review" not in keys


async def test_no_ticket_slips_into_a_status_that_is_being_removed(
    desk: Api, customer_id: UUID
) -> None:
    await adopt(desk, a_workflow())
    tickets = [(await a_ticket(desk, customer_id))["id"] for _ in range(5)]

    removed, *moved = await asyncio.gather(
        desk.put("/workflow", without(a_workflow(), "in_review")),
        *(desk.put(f"/tickets/{one}/status", {"status": "in_review"}) for one in tickets),
    )

    arrived = [response for response in moved if response.status_code == 200]
    assert {response.status_code for response in moved} <= {200, 400}
    assert (removed.status_code == 409) == bool(arrived)
    assert {(await desk.get(f"/tickets/{one}")).status_code for one in tickets} == {200}


async def test_a_change_of_an_old_version_of_the_process_is_refused(desk: Api) -> None:
    await adopt(desk, a_workflow())

    stale = await desk.put("/workflow", a_workflow(), headers={"If-Match": '"0"'})

    assert stale.status_code == 412


async def test_a_process_that_strands_tickets_is_refused(desk: Api) -> None:
    workflow = a_workflow()
    workflow["transitions"] = [one for one in workflow["transitions"] if one["source"] != "asked"]

    refused = await desk.put("/workflow", workflow)

    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "STEP_MISSING")


async def test_a_step_may_demand_fields_and_a_permission(
    api: Api, desk: Api, acme: Tenant, customer_id: UUID
) -> None:
    workflow = a_workflow()
    for one in workflow["transitions"]:
        if (one["source"], one["target"]) == ("triage", "in_review"):
            one |= {"required_fields": ["estimated_minutes"], "permission": "desk:manage"}
    await adopt(desk, workflow)
    ticket = (await a_ticket(desk, customer_id))["id"]
    path = f"/tickets/{ticket}/status"
    technician = api.as_(acme.person("ticket:update:all"))

    forbidden = await technician.put(path, {"status": "in_review"})
    missing = await desk.put(path, {"status": "in_review"})

    assert (forbidden.status_code, forbidden.json()["error"]["code"]) == (403, "STEP_FORBIDDEN")
    assert (missing.status_code, missing.json()["error"]["code"]) == (422, "FIELDS_MISSING")
    assert missing.json()["error"]["details"][0]["field"] == "estimated_minutes"


async def test_the_process_of_one_tenant_is_not_that_of_another(
    api: Api, desk: Api, beta: Tenant
) -> None:
    await adopt(desk, a_workflow())

    other = await api.as_(beta.person(*EVERYTHING)).get("/workflow")

    assert other.json()["data"]["attributes"]["initial"] == "new"


async def test_only_who_manages_the_desk_changes_its_process(api: Api, acme: Tenant) -> None:
    others = [one for one in EVERYTHING if not one.startswith("desk:manage")]

    response = await api.as_(acme.person(*others)).put("/workflow", a_workflow())

    assert response.status_code == 403
