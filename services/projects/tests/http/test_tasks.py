"""Tasks over HTTP."""

from typing import Any

import pytest

from projects_builders import EVERYTHING, Scene, a_project, a_task, a_user, an_entry, arrive
from psa_common.db import Pool
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant
from psa_events.testing import an_envelope, published


async def test_a_task_is_numbered_after_its_project_and_announced(
    managed: Api, acme: Tenant, worker_pool: Pool
) -> None:
    project = await a_project(managed)

    first = await a_task(managed, project["id"], estimate_minutes=60)
    second = await a_task(managed, project["id"], title="Notfallplan")

    assert first["attributes"]["number"] == "P-1001-1"
    assert second["attributes"]["number"] == "P-1001-2"
    assert first["attributes"]["status"] == "todo"
    assert first["attributes"]["estimate_minutes"] == 60
    event = (await published(worker_pool, acme.id))[1]
    assert event.type == "task.created.v1"
    assert event.subject == first["id"]
    assert event.data == {
        "task_id": first["id"],
        "project_id": project["id"],
        "number": "P-1001-1",
        "title": "Betriebshandbuch",
        "status": "todo",
    }


async def test_each_project_counts_its_own_tasks(managed: Api) -> None:
    one, other = await a_project(managed), await a_project(managed)
    await a_task(managed, one["id"])

    task = await a_task(managed, other["id"])

    assert task["attributes"]["number"] == "P-1002-1"


async def test_a_task_moves_and_remembers_when_it_was_done(managed: Api) -> None:
    project = await a_project(managed)
    task = await a_task(managed, project["id"])
    path = f"/tasks/{task['id']}"

    done = await managed.patch(path, {"status": "done"})
    reopened = await managed.patch(path, {"status": "in_progress", "title": "Handbuch"})

    assert done.json()["data"]["attributes"]["done_at"] is not None
    assert reopened.json()["data"]["attributes"]["done_at"] is None
    assert reopened.json()["data"]["attributes"]["title"] == "Handbuch"
    assert reopened.headers["etag"] == '"3"'


async def test_a_task_is_given_to_somebody_and_taken_back(managed: Api, scene: Scene) -> None:
    project = await a_project(managed)
    task = await a_task(managed, project["id"], assignee_id=str(scene.technician_id))
    path = f"/tasks/{task['id']}"

    kept = await managed.patch(path, {"estimate_minutes": 15})
    taken = await managed.patch(path, {"assignee_id": None})

    given = kept.json()["data"]["relationships"]["assignee"]["data"]
    assert given["id"] == str(scene.technician_id)
    assert taken.json()["data"]["relationships"]["assignee"]["data"] is None


async def test_nobody_unknown_or_gone_gets_a_task(
    managed: Api, acme: Tenant, scene: Scene, worker_pool: Pool
) -> None:
    project = await a_project(managed)
    task = await a_task(managed, project["id"])
    gone = a_user(scene.technician_id, active=False)
    await arrive(worker_pool, an_envelope(acme.id, "user.updated.v1", gone, sequence=2))

    for assignee_id in (str(uuid7()), str(scene.technician_id)):
        response = await managed.patch(f"/tasks/{task['id']}", {"assignee_id": assignee_id})
        assert response.status_code == 422
        assert response.json()["error"]["code"] == "UNKNOWN_USER"


async def test_approved_time_shows_on_the_task_and_on_the_project(
    managed: Api, acme: Tenant, worker_pool: Pool
) -> None:
    project = await a_project(managed, budget_minutes=120)
    task = await a_task(managed, project["id"])
    other = await a_task(managed, project["id"])
    for entry in (
        an_entry(task["id"], minutes=30),
        an_entry(task["id"], minutes=45, billable="billable"),
        an_entry(other["id"], minutes=5),
    ):
        await arrive(worker_pool, an_envelope(acme.id, "time_entry.approved.v1", entry))

    listed = (await managed.get(f"/projects/{project['id']}/tasks")).json()["data"]
    whole = (await managed.get(f"/projects/{project['id']}")).json()["data"]

    assert [item["attributes"]["booked_minutes"] for item in listed] == [75, 5]
    assert [item["attributes"]["booked_billable_minutes"] for item in listed] == [45, 0]
    assert whole["attributes"]["booked_minutes"] == 80


async def test_tasks_are_listed_in_their_order_and_filtered(managed: Api, scene: Scene) -> None:
    project = await a_project(managed)
    first = await a_task(managed, project["id"])
    second = await a_task(managed, project["id"], assignee_id=str(scene.technician_id))
    path = f"/projects/{project['id']}/tasks"

    async def ids(query: str) -> list[str]:
        response = await managed.get(f"{path}?{query}")
        assert response.status_code == 200, response.text
        return [item["id"] for item in response.json()["data"]]

    assert await ids("") == [first["id"], second["id"]]
    assert await ids("sort=-position") == [second["id"], first["id"]]
    assert await ids(f"assignee_id={scene.technician_id}&status=todo") == [second["id"]]
    assert (await managed.get(f"/projects/{uuid7()}/tasks")).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": " "},
        {"title": "x" * 201},
        {"title": "x", "estimate_minutes": -1},
        {"title": "x", "estimate_minutes": "60"},
        {"title": "x", "assignee_id": 7},
        {"title": "x", "status": "done"},
    ],
)
async def test_bad_input_is_refused_and_stores_nothing(managed: Api, body: Any) -> None:
    project = await a_project(managed)
    path = f"/projects/{project['id']}/tasks"

    response = await managed.post(path, body)

    assert response.status_code == 400, response.text
    assert (await managed.get(path)).json()["meta"]["total"] == 0


async def test_an_unknown_status_of_a_task_is_refused(managed: Api) -> None:
    project = await a_project(managed)
    task = await a_task(managed, project["id"])

    assert (await managed.patch(f"/tasks/{task['id']}", {"status": "open"})).status_code == 400


async def test_another_tenant_does_not_see_the_task(api: Api, managed: Api, beta: Tenant) -> None:
    project = await a_project(managed)
    task = await a_task(managed, project["id"])
    stranger = api.as_(beta.person(*EVERYTHING))

    assert (await stranger.get(f"/tasks/{task['id']}")).status_code == 404
    assert (await stranger.patch(f"/tasks/{task['id']}", {"status": "done"})).status_code == 404
    added = await stranger.post(f"/projects/{project['id']}/tasks", {"title": "x"})
    assert added.status_code == 404


async def test_somebody_with_assigned_tasks_only_sees_those(
    api: Api, managed: Api, acme: Tenant, scene: Scene
) -> None:
    project = await a_project(managed)
    mine = await a_task(managed, project["id"], assignee_id=str(scene.technician_id))
    other = await a_task(managed, project["id"])
    held = ("project:view:assigned", "task:view:assigned", "task:update:assigned")
    technician = api.as_(acme.person(*held, sub=str(scene.technician_id)))

    listed = await technician.get(f"/projects/{project['id']}/tasks")

    assert [item["id"] for item in listed.json()["data"]] == [mine["id"]]
    assert (await technician.get(f"/projects/{project['id']}")).status_code == 200
    assert (await technician.patch(f"/tasks/{mine['id']}", {"status": "done"})).status_code == 200
    assert (await technician.patch(f"/tasks/{other['id']}", {"status": "done"})).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "held"),
    [
        ("post", "/projects/{project}/tasks", ("task:view:all", "project:update:all")),
        ("get", "/projects/{project}/tasks", ("project:view:all",)),
        ("get", "/tasks/{task}", ("project:view:all",)),
        ("patch", "/tasks/{task}", ("task:view:all", "project:update:all")),
    ],
)
async def test_a_missing_permission_is_refused(
    api: Api, managed: Api, acme: Tenant, method: str, path: str, held: tuple[str, ...]
) -> None:
    project = await a_project(managed)
    task = await a_task(managed, project["id"])
    caller = api.as_(acme.person(*held))

    response = await getattr(caller, method)(path.format(project=project["id"], task=task["id"]))

    assert response.status_code == 403
