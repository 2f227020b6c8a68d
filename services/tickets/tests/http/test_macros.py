"""Macros over HTTP: everything in order, or nothing at all."""

from uuid import UUID

from psa_common.db import Pool
from psa_common.testing import Api, Tenant
from psa_events.testing import published
from tickets_builders import a_ticket, a_user
from tickets_routines import a_checklist, a_macro, items_of, owner_of


async def test_a_macro_does_everything_in_order_and_tells_of_it(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    ticket = await a_ticket(desk, customer_id)
    agent = await a_user(worker_pool, acme)
    checklist = await a_checklist(desk)
    macro = await a_macro(
        desk,
        ("set_priority", "P1"),
        ("add_tag", "VIP"),
        ("add_checklist", checklist),
        ("assign", str(agent)),
        ("set_status", "in_progress"),
        ("reply", "Hallo {{customer.name}}, {{assignee.name}} hilft bei {{ticket.number}}."),
        ("note", "Eskaliert"),
    )

    done = await desk.post(f"/tickets/{ticket['id']}/macros/{macro}", headers={"If-Match": '"1"'})

    assert done.status_code == 200, done.text
    after = (await desk.get(f"/tickets/{ticket['id']}")).json()["data"]
    assert owner_of(after) == agent
    assert (after["attributes"]["priority"], after["attributes"]["status"]) == ("P1", "in_progress")
    assert len(await items_of(desk, ticket)) == 2
    assert len((await desk.get("/tickets?tag=vip")).json()["data"]) == 1
    comments = (await desk.get(f"/tickets/{ticket['id']}/comments")).json()["data"]
    assert {(one["attributes"]["visibility"], one["attributes"]["body"]) for one in comments} == {
        ("public", "Hallo Müller, Technician hilft bei T-1001."),
        ("internal", "Eskaliert"),
    }
    told = [event.type.split(".")[1] for event in await published(worker_pool, acme.id)]
    said = ["updated"] * 2 + ["assigned"] + ["status_changed"] * 2 + ["commented"] * 2
    assert told == ["created", *said]


async def test_a_macro_that_is_refused_half_way_changes_nothing(
    desk: Api, customer_id: UUID
) -> None:
    ticket = await a_ticket(desk, customer_id)
    macro = await a_macro(desk, ("add_tag", "vip"), ("note", "x"), ("set_status", "closed"))

    refused = await desk.post(f"/tickets/{ticket['id']}/macros/{macro}")

    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "ILLEGAL_STATUS_MOVE")
    assert (await desk.get("/tickets?tag=vip")).json()["data"] == []
    assert (await desk.get(f"/tickets/{ticket['id']}/comments")).json()["data"] == []
    assert (await desk.get(f"/tickets/{ticket['id']}")).headers["etag"] == '"1"'


async def test_a_macro_lends_nobody_a_right(
    api: Api, desk: Api, customer_id: UUID, acme: Tenant
) -> None:
    ticket = await a_ticket(desk, customer_id)
    macro = await a_macro(desk, ("add_tag", "vip"), ("assign", "me"), ("reply", "x"))
    technician = api.as_(acme.person("ticket:view:all", "ticket:update:all"))

    refused = await technician.post(f"/tickets/{ticket['id']}/macros/{macro}")

    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (403, "MACRO_NEEDS_MORE")
    assert "ticket:assign, ticket:comment" in error["message"]


async def test_a_macro_on_a_ticket_that_changed_meanwhile_is_refused(
    desk: Api, customer_id: UUID
) -> None:
    ticket = await a_ticket(desk, customer_id)
    macro = await a_macro(desk, ("add_tag", "vip"))
    path = f"/tickets/{ticket['id']}/macros/{macro}"
    await desk.patch(f"/tickets/{ticket['id']}", {"title": "Anders"})

    assert (await desk.post(path, headers={"If-Match": '"1"'})).status_code == 412


async def test_a_tag_twice_is_one_and_can_be_removed(desk: Api, customer_id: UUID) -> None:
    ticket = await a_ticket(desk, customer_id)
    twice = await a_macro(desk, ("add_tag", "vip"), ("add_tag", "VIP"))
    gone = await a_macro(desk, ("remove_tag", "vip"), name="Weg")

    await desk.post(f"/tickets/{ticket['id']}/macros/{twice}")
    version = (await desk.get(f"/tickets/{ticket['id']}")).headers["etag"]
    await desk.post(f"/tickets/{ticket['id']}/macros/{gone}")

    assert version == '"2"'
    assert (await desk.get("/tickets?tag=vip")).json()["data"] == []


async def test_an_action_without_sense_is_refused(desk: Api) -> None:
    body = {"name": "M", "actions": [{"do": "set_priority", "value": "P9"}]}

    refused = await desk.post("/macros", body)

    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "BAD_ACTION")
