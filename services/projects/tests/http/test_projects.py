"""/projects over HTTP."""

from typing import Any
from uuid import UUID

import pytest

from projects_builders import EVERYTHING, Scene, a_project
from psa_common.db import Pool
from psa_common.ids import uuid7
from psa_common.testing import Api, Person, Tenant
from psa_events.testing import published


async def test_an_internal_project_is_entered_and_announced(
    managed: Api, acme: Tenant, worker_pool: Pool
) -> None:
    project = await a_project(managed, budget_minutes=600)

    attributes = project["attributes"]
    assert attributes["number"] == "P-1001"
    assert attributes["status"] == "planned"
    assert attributes["internal"] is True
    assert attributes["budget_minutes"] == 600
    assert attributes["booked_minutes"] == 0
    assert project["relationships"]["customer"]["data"] is None
    [event] = await published(worker_pool, acme.id)
    assert (event.type, event.sequence) == ("project.created.v1", 1)
    assert event.data == {
        "project_id": project["id"],
        "number": "P-1001",
        "name": "Interne Dokumentation",
        "customer_id": None,
        "status": "planned",
        "internal": True,
    }


async def test_a_project_is_entered_for_a_customer(managed: Api, scene: Scene) -> None:
    customer_id = str(scene.customer_id)

    project = await a_project(managed, name="Serverumzug", internal=False, customer_id=customer_id)

    assert project["attributes"]["internal"] is False
    assert project["relationships"]["customer"]["data"]["id"] == customer_id


async def test_projects_are_numbered_without_gaps(managed: Api) -> None:
    await a_project(managed)
    refused = await managed.post("/projects", {"name": "x", "customer_id": str(uuid7())})

    second = await a_project(managed)

    assert refused.status_code == 422
    assert second["attributes"]["number"] == "P-1002"


async def test_an_unknown_customer_is_refused(managed: Api) -> None:
    response = await managed.post("/projects", {"name": "x", "customer_id": str(uuid7())})

    assert response.status_code == 422
    assert response.json()["error"]["code"] == "UNKNOWN_REFERENCE"


async def test_a_project_starts_once_and_says_so(
    managed: Api, acme: Tenant, worker_pool: Pool
) -> None:
    project = await a_project(managed)

    started = await managed.post(f"/projects/{project['id']}/start")
    again = await managed.post(f"/projects/{project['id']}/start")

    assert started.status_code == 200
    assert started.json()["data"]["attributes"]["status"] == "active"
    assert started.json()["data"]["attributes"]["started_at"] is not None
    assert again.status_code == 422
    assert again.json()["error"]["code"] == "ILLEGAL_STATUS_MOVE"
    types = [event.type for event in await published(worker_pool, acme.id)]
    assert types == ["project.created.v1", "project.started.v1"]


async def test_going_on_after_a_hold_is_no_second_start(
    managed: Api, acme: Tenant, worker_pool: Pool
) -> None:
    project = await a_project(managed)

    for status in ("active", "on_hold", "active", "completed"):
        response = await managed.patch(f"/projects/{project['id']}", {"status": status})
        assert response.status_code == 200, response.text

    types = [event.type for event in await published(worker_pool, acme.id)]
    assert types.count("project.started.v1") == 1


async def test_a_change_leaves_what_it_does_not_name(managed: Api) -> None:
    project = await a_project(managed, budget_minutes=600, description="Alt")

    renamed = await managed.patch(f"/projects/{project['id']}", {"name": "Neu"})
    freed = await managed.patch(f"/projects/{project['id']}", {"budget_minutes": None})

    assert renamed.json()["data"]["attributes"]["budget_minutes"] == 600
    assert freed.json()["data"]["attributes"]["budget_minutes"] is None
    assert freed.json()["data"]["attributes"]["name"] == "Neu"
    assert freed.json()["data"]["attributes"]["description"] == "Alt"


async def test_a_completed_project_stays_as_it_is(managed: Api) -> None:
    project = await a_project(managed)
    await managed.post(f"/projects/{project['id']}/start")
    await managed.patch(f"/projects/{project['id']}", {"status": "completed"})

    change = await managed.patch(f"/projects/{project['id']}", {"name": "Neu"})
    task = await managed.post(f"/projects/{project['id']}/tasks", {"title": "Zu spät"})

    assert (change.status_code, task.status_code) == (422, 422)
    assert change.json()["error"]["code"] == task.json()["error"]["code"] == "PROJECT_OVER"


async def test_a_change_of_what_somebody_else_changed_is_refused(managed: Api) -> None:
    project = await a_project(managed)
    path = f"/projects/{project['id']}"
    read = await managed.get(path)
    await managed.patch(path, {"name": "Zuerst"})

    late = await managed.patch(
        path, {"name": "Zu spät"}, headers={"If-Match": read.headers["etag"]}
    )

    assert late.status_code == 412
    assert (await managed.get(path)).json()["data"]["attributes"]["name"] == "Zuerst"


async def test_a_request_repeated_with_its_key_enters_one_project(managed: Api) -> None:
    headers = {"Idempotency-Key": "project-0001"}
    body = {"name": "Einmal", "internal": True}

    first = await managed.post("/projects", body, headers=headers)
    second = await managed.post("/projects", body, headers=headers)

    assert first.content == second.content
    assert (await managed.get("/projects")).json()["meta"]["total"] == 1


async def test_projects_are_filtered_searched_and_sorted(managed: Api, scene: Scene) -> None:
    customer = str(scene.customer_id)
    await a_project(managed, name="Beta")
    await a_project(managed, name="Alpha", internal=False, customer_id=customer)

    async def names(query: str) -> list[str]:
        response = await managed.get(f"/projects?{query}")
        assert response.status_code == 200, response.text
        return [item["attributes"]["name"] for item in response.json()["data"]]

    assert await names("sort=name") == ["Alpha", "Beta"]
    assert await names("internal=true") == ["Beta"]
    assert await names(f"customer_id={customer}&status=planned") == ["Alpha"]
    assert await names("search=ALPH") == ["Alpha"]
    assert await names("search=p-1001") == ["Beta"]
    assert await names("status=active") == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x"},
        {"name": "x", "internal": True, "customer_id": str(UUID(int=1))},
        {"name": "", "internal": True},
        {"name": "a\u0000b", "internal": True},
        {"name": "x", "internal": "yes"},
        {"name": "x", "internal": True, "budget_minutes": 0},
        {"name": "x", "internal": True, "budget_minutes": 10**30},
        {"name": "x", "internal": True, "budget_minutes": 1.5},
        {"name": "x", "internal": True, "status": "active"},
        {"name": "x", "internal": True, "customer_id": "mueller"},
        [],
    ],
)
async def test_bad_input_is_refused_and_stores_nothing(managed: Api, body: Any) -> None:
    response = await managed.post("/projects", body)

    assert response.status_code == 400, response.text
    assert response.json()["error"]["code"] in {"VALIDATION_ERROR", "BENEFICIARY_UNCLEAR"}
    assert (await managed.get("/projects")).json()["meta"]["total"] == 0


@pytest.mark.parametrize(
    "query", ["status=gone", "sort=budget", "limit=0", "internal=perhaps", "x=1"]
)
async def test_a_bad_query_is_refused(managed: Api, query: str) -> None:
    assert (await managed.get(f"/projects?{query}")).status_code == 400


@pytest.mark.parametrize(
    "body", [{"status": "gone"}, {"name": None}, {"status": None}, {"customer_id": None}, "x"]
)
async def test_a_bad_change_is_refused(managed: Api, body: Any) -> None:
    project = await a_project(managed)

    response = await managed.patch(f"/projects/{project['id']}", body)

    assert response.status_code == 400
    assert (await managed.get(f"/projects/{project['id']}")).headers["etag"] == '"1"'


async def test_another_tenant_does_not_see_the_project(
    api: Api, managed: Api, beta: Tenant
) -> None:
    project = await a_project(managed)
    stranger = api.as_(beta.person(*EVERYTHING))
    path = f"/projects/{project['id']}"

    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.patch(path, {"name": "Meins"})).status_code == 404
    assert (await stranger.post(f"{path}/start")).status_code == 404
    assert (await stranger.get("/projects")).json()["data"] == []


async def test_another_tenants_customer_is_unknown(api: Api, scene: Scene, beta: Tenant) -> None:
    stranger = api.as_(beta.person(*EVERYTHING))
    body = {"name": "x", "customer_id": str(scene.customer_id)}

    assert (await stranger.post("/projects", body)).status_code == 422


async def test_a_customers_person_sees_the_customers_projects_only(
    api: Api, managed: Api, acme: Tenant, scene: Scene
) -> None:
    theirs = await a_project(managed, internal=False, customer_id=str(scene.customer_id))
    ours = await a_project(managed)
    contact = acme.person("project:view:own_customer", customer_id=str(scene.customer_id))

    listed = await api.as_(contact).get("/projects")

    assert [item["id"] for item in listed.json()["data"]] == [theirs["id"]]
    assert (await api.as_(contact).get(f"/projects/{ours['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "held"),
    [
        ("post", "/projects", ("project:view:all", "project:update:all")),
        ("get", "/projects", ("project:create:all",)),
        ("get", "/projects/{id}", ("task:view:all",)),
        ("patch", "/projects/{id}", ("project:view:all",)),
        ("post", "/projects/{id}/start", ("project:view:all",)),
    ],
)
async def test_a_missing_permission_is_refused(
    api: Api, managed: Api, acme: Tenant, method: str, path: str, held: tuple[str, ...]
) -> None:
    project = await a_project(managed)
    person: Person = acme.person(*held)

    response = await getattr(api.as_(person), method)(path.format(id=project["id"]))

    assert response.status_code == 403
    assert (await api.get("/projects")).status_code == 401
