"""Queues, topics, and fields of the tenant's own: set up by who manages the desk."""

import pytest

from psa_common.testing import Api, Tenant
from tickets_builders import EVERYTHING
from tickets_desk import made


async def test_the_tree_of_topics_has_three_levels_and_no_circle(desk: Api) -> None:
    hardware = await made(desk, "/categories", {"name": "Hardware"})
    printer = await made(desk, "/categories", {"name": "Drucker", "parent_id": hardware})
    jam = await made(desk, "/categories", {"name": "Papierstau", "parent_id": printer})

    deeper = await desk.post("/categories", {"name": "Fach 2", "parent_id": jam})
    circle = await desk.patch(f"/categories/{hardware}", {"parent_id": jam})
    twice = await desk.post("/categories", {"name": "Hardware"})
    top = await desk.patch(f"/categories/{jam}", {"parent_id": None})
    children = await desk.get(f"/categories?parent_id={hardware}")

    assert deeper.json()["error"]["code"] == "TREE_TOO_DEEP"
    assert circle.json()["error"]["code"] == "CATEGORY_BELOW_ITSELF"
    assert twice.status_code == 409
    assert top.json()["data"]["relationships"]["parent"]["data"] is None
    assert [one["id"] for one in children.json()["data"]] == [printer]


async def test_a_stale_change_of_the_setup_is_refused(desk: Api) -> None:
    queue = await made(desk, "/queues", {"name": "Support"})
    topic = await made(desk, "/categories", {"name": "Netz"})
    field = await made(desk, "/ticket-fields", {"key": "a", "label": "A", "type": "text"})
    for path in (f"/queues/{queue}", f"/categories/{topic}", f"/ticket-fields/{field}"):
        first = await desk.patch(path, {"active": False}, headers={"If-Match": '"1"'})
        stale = await desk.patch(path, {"active": True}, headers={"If-Match": '"1"'})

        assert (first.status_code, stale.status_code) == (200, 412)
        assert first.headers["etag"] == '"2"'


async def test_the_setup_of_one_tenant_is_not_there_for_another(
    api: Api, desk: Api, beta: Tenant
) -> None:
    queue = await made(desk, "/queues", {"name": "Support"})
    topic = await made(desk, "/categories", {"name": "Netz"})
    field = await made(desk, "/ticket-fields", {"key": "a", "label": "A", "type": "text"})
    stranger = api.as_(beta.person(*EVERYTHING))

    for path in (f"/queues/{queue}", f"/categories/{topic}", f"/ticket-fields/{field}"):
        assert (await stranger.patch(path, {"active": False})).status_code == 404
    for path in ("/queues", "/categories", "/ticket-fields"):
        assert (await stranger.get(path)).json()["data"] == []


@pytest.mark.parametrize(
    ("path", "permission"),
    [
        ("/queues", "queue:manage"),
        ("/categories", "desk:manage"),
        ("/ticket-fields", "desk:manage"),
    ],
)
async def test_the_desk_is_set_up_only_by_who_manages_it(
    api: Api, acme: Tenant, path: str, permission: str
) -> None:
    others = [one for one in EVERYTHING if not one.startswith(permission)]

    response = await api.as_(acme.person(*others)).post(path, {"name": "x"})

    assert response.status_code == 403
    assert permission in response.json()["error"]["message"]


async def test_a_choice_without_options_is_refused(desk: Api) -> None:
    body = {"key": "system", "label": "System", "type": "select"}

    assert (await desk.post("/ticket-fields", body)).json()["error"]["code"] == "OPTIONS_MISSING"
