"""/tickets: opened, read, listed, edited, moved, assigned; and what is refused."""

from uuid import UUID

import pytest

from psa_common.db import Pool
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant
from psa_events.testing import published
from tickets_builders import EVERYTHING, a_customer, a_ticket, a_user


async def test_tickets_are_numbered_from_1001_without_gaps(desk: Api, customer_id: UUID) -> None:
    await a_ticket(desk, customer_id)
    refused = await desk.post("/tickets", {"title": "x", "customer_id": str(uuid7())})
    second = await a_ticket(desk, customer_id)

    assert refused.status_code == 422
    assert second["attributes"]["number"] == "T-1002"


async def test_a_new_ticket_is_told_to_the_other_services(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    ticket = await a_ticket(desk, customer_id, priority="P2")

    [event] = await published(worker_pool, acme.id)

    assert (event.type, event.subject, event.sequence) == ("ticket.created.v1", ticket["id"], 1)
    assert event.data["customer_id"] == str(customer_id)


async def test_a_repeated_request_with_one_key_opens_one_ticket(
    desk: Api, customer_id: UUID
) -> None:
    body = {"title": "Drucker", "customer_id": str(customer_id)}
    key = {"Idempotency-Key": "a-key-of-this-test"}

    first = await desk.post("/tickets", body, headers=key)
    again = await desk.post("/tickets", body, headers=key)
    other = await desk.post("/tickets", {**body, "title": "Scanner"}, headers=key)

    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["etag"] == first.headers["etag"]
    assert other.status_code == 422
    assert other.json()["error"]["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert (await desk.get("/tickets")).json()["meta"]["total"] == 1


async def test_a_change_of_an_old_version_is_refused_and_changes_nothing(
    desk: Api, customer_id: UUID
) -> None:
    ticket = await a_ticket(desk, customer_id)
    path = f"/tickets/{ticket['id']}"
    await desk.patch(path, {"title": "Erste"}, headers={"If-Match": '"1"'})

    stale = await desk.patch(path, {"title": "Zweite"}, headers={"If-Match": '"1"'})

    assert stale.status_code == 412
    assert (await desk.get(path)).json()["data"]["attributes"]["title"] == "Erste"


async def test_an_illegal_move_says_which_are_legal(desk: Api, customer_id: UUID) -> None:
    ticket = await a_ticket(desk, customer_id)

    response = await desk.put(f"/tickets/{ticket['id']}/status", {"status": "closed"})

    assert response.status_code == 422
    error = response.json()["error"]
    assert error["code"] == "ILLEGAL_STATUS_MOVE"
    assert "it may become" in error["message"]


async def test_work_is_given_to_active_colleagues_only(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    ticket = await a_ticket(desk, customer_id)
    path = f"/tickets/{ticket['id']}/assignee"
    here = await a_user(worker_pool, acme)
    gone = await a_user(worker_pool, acme, active=False)

    given = await desk.put(path, {"assignee_id": str(here)})

    assert given.json()["data"]["attributes"]["status"] == "assigned"
    for nobody in (gone, uuid7()):
        refused = await desk.put(path, {"assignee_id": str(nobody)})
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "UNKNOWN_USER")


async def test_another_tenant_sees_nothing_and_can_touch_nothing(
    api: Api, desk: Api, customer_id: UUID, beta: Tenant
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    stranger = api.as_(beta.person(*EVERYTHING))

    answers = [
        await stranger.get(f"/tickets/{ticket}"),
        await stranger.get(f"/tickets/{ticket}/sla"),
        await stranger.get(f"/tickets/{ticket}/comments"),
        await stranger.patch(f"/tickets/{ticket}", {"title": "mine"}),
        await stranger.put(f"/tickets/{ticket}/status", {"status": "resolved"}),
        await stranger.put(f"/tickets/{ticket}/assignee", {"assignee_id": None}),
        await stranger.post(f"/tickets/{ticket}/comments", {"body": "hello"}),
        await stranger.post(
            f"/tickets/{ticket}/time-entries",
            {"note": "x", "minutes": 5, "work_date": "2026-06-03"},
        ),
    ]

    assert {response.status_code for response in answers} == {404}
    assert (await stranger.get("/tickets")).json()["data"] == []


async def test_a_customers_person_sees_only_that_customer(
    api: Api, desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    other = await a_customer(worker_pool, acme, number="KD-10043")
    mine = await a_ticket(desk, customer_id)
    theirs = await a_ticket(desk, other)
    contact = api.as_(acme.person("ticket:view:own_customer", customer_id=str(customer_id)))

    listed = (await contact.get("/tickets")).json()["data"]

    assert [ticket["id"] for ticket in listed] == [mine["id"]]
    assert (await contact.get(f"/tickets/{theirs['id']}")).status_code == 404


async def test_a_customers_person_never_reads_what_colleagues_write(
    api: Api, desk: Api, customer_id: UUID, acme: Tenant
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    await desk.post(f"/tickets/{ticket}/comments", {"body": "intern", "visibility": "internal"})
    await desk.post(f"/tickets/{ticket}/comments", {"body": "öffentlich"})
    contact = api.as_(acme.person("ticket:view:own_customer", customer_id=str(customer_id)))

    listed = await contact.get(f"/tickets/{ticket}/comments")

    assert [one["attributes"]["body"] for one in listed.json()["data"]] == ["öffentlich"]
    assert "intern" not in listed.text


async def test_saying_when_something_happened_needs_a_permission(
    api: Api, customer_id: UUID, acme: Tenant
) -> None:
    technician = api.as_(acme.person("ticket:create:all"))
    body = {"title": "x", "customer_id": str(customer_id), "occurred_at": "2026-06-03T08:00:00Z"}

    response = await technician.post("/tickets", body)

    assert response.status_code == 403
    assert response.json()["error"]["code"] == "BACKDATING_FORBIDDEN"


async def test_nothing_has_happened_in_the_future(desk: Api, customer_id: UUID) -> None:
    body = {"title": "x", "customer_id": str(customer_id), "occurred_at": "2099-06-03T08:00:00Z"}

    response = await desk.post("/tickets", body)

    assert (response.status_code, response.json()["error"]["code"]) == (400, "IN_THE_FUTURE")


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [
        ("get", "/tickets", "ticket:view"),
        ("post", "/tickets", "ticket:create"),
        ("get", "/time-entries", "time_entry:view"),
        ("post", "/sla-policies", "sla:manage"),
        ("post", "/calendars", "calendar:manage"),
    ],
)
async def test_without_the_permission_nothing_is_done(
    api: Api, acme: Tenant, method: str, path: str, permission: str
) -> None:
    others = [one for one in EVERYTHING if not one.startswith(permission)]

    response = await getattr(api.as_(acme.person(*others)), method)(path)

    assert response.status_code == 403
    assert permission in response.json()["error"]["message"]


async def test_nobody_gets_in_without_a_token(api: Api) -> None:
    response = await api.get("/tickets")

    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
