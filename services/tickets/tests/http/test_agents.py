"""Agents over HTTP: their terms, their absences, and whom they lead."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from psa_common.db import Pool
from psa_common.testing import Api, Tenant
from tickets_builders import EVERYTHING, a_user
from tickets_routines import an_agent, away

NOBODY = UUID(int=0)


async def test_an_agent_can_be_changed_read_and_listed(
    desk: Api, worker_pool: Pool, acme: Tenant
) -> None:
    agent = await an_agent(desk, worker_pool, acme, skills={"linux": 3})

    changed = await desk.put(f"/agents/{agent}", {"max_open": 9}, headers={"If-Match": '"1"'})
    stale = await desk.put(f"/agents/{agent}", {}, headers={"If-Match": '"1"'})

    assert changed.headers["etag"] == '"2"'
    assert stale.status_code == 412
    read = (await desk.get(f"/agents/{agent}")).json()["data"]["attributes"]
    assert (read["max_open"], read["skills"]) == (9, {})
    listed = (await desk.get("/agents?active=true")).json()["data"]
    assert [one["id"] for one in listed] == [str(agent)]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"skills": {"linux": 6}}, 400, "VALIDATION_ERROR"),
        ({"max_open": 0}, 400, "VALIDATION_ERROR"),
        ({"queue_ids": [str(NOBODY)]}, 422, "UNKNOWN_QUEUE"),
    ],
)
async def test_terms_that_make_no_sense_are_refused(
    desk: Api, worker_pool: Pool, acme: Tenant, body: dict[str, Any], status: int, code: str
) -> None:
    user = await a_user(worker_pool, acme)

    response = await desk.put(f"/agents/{user}", body)

    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert (await desk.get(f"/agents/{user}")).status_code == 404


async def test_absences_of_one_agent_do_not_overlap(
    desk: Api, worker_pool: Pool, acme: Tenant
) -> None:
    agent = await an_agent(desk, worker_pool, acme)
    path = f"/agents/{agent}/absences"
    await desk.post(path, away(days=7))

    overlapping = await desk.post(path, away(days=1))
    behind = {"from_at": away(days=7)["until_at"], "until_at": away(days=9)["until_at"]}
    touching = await desk.post(path, behind)
    backwards = await desk.post(path, away(hours=-2))

    assert (overlapping.status_code, overlapping.json()["error"]["code"]) == (
        409,
        "ABSENCE_OVERLAPS",
    )
    assert touching.status_code == 201
    assert backwards.json()["error"]["code"] == "ABSENCE_ENDS_FIRST"
    assert len((await desk.get(path)).json()["data"]) == 2


async def test_absences_noted_at_once_do_not_overlap(
    desk: Api, worker_pool: Pool, acme: Tenant
) -> None:
    agent = await an_agent(desk, worker_pool, acme)

    answers = await asyncio.gather(
        *(desk.post(f"/agents/{agent}/absences", away(days=days)) for days in range(1, 6))
    )

    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409, 409]


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [
        ("put", f"/agents/{NOBODY}", "desk:manage"),
        ("post", f"/agents/{NOBODY}/absences", "desk:manage"),
        ("delete", f"/agents/{NOBODY}/absences/{NOBODY}", "desk:manage"),
        ("put", f"/customer-technicians/{NOBODY}", "desk:manage"),
        ("delete", f"/customer-technicians/{NOBODY}", "desk:manage"),
        ("post", "/assignment-rules", "desk:manage"),
        ("put", f"/assignment-rules/{NOBODY}", "desk:manage"),
        ("get", "/agents", "ticket:assign"),
        ("get", "/assignment-rules", "ticket:assign"),
        ("get", "/customer-technicians", "ticket:assign"),
        ("post", f"/tickets/{NOBODY}/auto-assign", "ticket:assign"),
    ],
)
async def test_without_the_permission_nothing_of_it_is_done(
    api: Api, acme: Tenant, method: str, path: str, permission: str
) -> None:
    others = [one for one in EVERYTHING if not one.startswith(permission)]

    response = await getattr(api.as_(acme.person(*others)), method)(path)

    assert response.status_code == 403


async def test_the_lead_of_a_customer_is_listed_and_removed(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    lead = await an_agent(desk, worker_pool, acme)
    await desk.put(f"/customer-technicians/{customer_id}", {"agent_id": str(lead)})

    listed = await desk.get(f"/customer-technicians?agent_id={lead}")
    gone = [await desk.delete(f"/customer-technicians/{customer_id}") for _ in range(2)]

    assert [one["id"] for one in listed.json()["data"]] == [str(customer_id)]
    assert [one.status_code for one in gone] == [204, 404]
    assert (await desk.get("/customer-technicians")).json()["data"] == []
