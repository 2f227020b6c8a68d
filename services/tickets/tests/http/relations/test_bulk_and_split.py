"""/tickets/bulk and /tickets/{id}/split."""

from uuid import UUID

import pytest

from psa_common.db import Pool
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant
from psa_events.testing import published
from tickets_builders import EVERYTHING, a_customer, a_policy, a_ticket, a_user
from tickets_relations import ids_at, read, said_on, two_tickets, worked_on


async def test_each_ticket_is_changed_or_refused_for_itself(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    first, closed = await two_tickets(desk, customer_id)
    for status in ("resolved", "closed"):
        await desk.put(f"/tickets/{closed}/status", {"status": status})
    colleague = str(await a_user(worker_pool, acme))
    changes = {"priority": "P1", "assignee_id": colleague, "add_tags": ["vip"]}

    done = await desk.post("/tickets/bulk", {"ids": [first, closed], "changes": changes})

    assert done.status_code == 200, done.text
    report = done.json()["data"]["attributes"]
    assert (report["changed"], report["refused"]) == (1, 1)
    by_id = {one["ticket_id"]: one for one in report["results"]}
    assert by_id[closed]["code"] == "TICKET_CLOSED"
    assert (await read(desk, first))["priority"] == "P1"
    assert (await read(desk, closed))["priority"] == "P3"
    assert await ids_at(desk, "/tickets?tag=vip") == [first]
    assert await ids_at(desk, f"/tickets?assignee_id={colleague}") == [first]


async def test_a_dry_run_says_the_same_and_writes_nothing(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    new, resolved = await two_tickets(desk, customer_id)
    await desk.put(f"/tickets/{resolved}/status", {"status": "resolved"})
    before = [await read(desk, one) for one in (new, resolved)]
    told = len(await published(worker_pool, acme.id))
    body = {"ids": [new, resolved], "changes": {"status": "closed"}}

    rehearsed = await desk.post("/tickets/bulk", {**body, "dry_run": True})

    assert [await read(desk, one) for one in (new, resolved)] == before
    assert len(await published(worker_pool, acme.id)) == told
    done = await desk.post("/tickets/bulk", body)
    results = [one.json()["data"]["attributes"]["results"] for one in (rehearsed, done)]
    assert results[0] == results[1]
    assert {one["code"] for one in results[0]} == {None, "ILLEGAL_STATUS_MOVE"}


async def test_a_filter_chooses_in_the_words_of_the_list(desk: Api, customer_id: UUID) -> None:
    p2 = (await a_ticket(desk, customer_id, priority="P2"))["id"]
    p3 = (await a_ticket(desk, customer_id))["id"]
    body = {"filter": {"priority": "P2"}, "changes": {"add_tags": ["aktion"]}}

    done = await desk.post("/tickets/bulk", body)

    assert [one["ticket_id"] for one in done.json()["data"]["attributes"]["results"]] == [p2]
    assert p3 not in await ids_at(desk, "/tickets?tag=aktion")


async def test_one_foreign_ticket_stops_the_whole_request(
    api: Api, desk: Api, customer_id: UUID, beta: Tenant, worker_pool: Pool
) -> None:
    ours = (await a_ticket(desk, customer_id))["id"]
    stranger = api.as_(beta.person(*EVERYTHING))
    theirs = (await a_ticket(stranger, await a_customer(worker_pool, beta)))["id"]

    done = await desk.post("/tickets/bulk", {"ids": [ours, theirs], "changes": {"priority": "P1"}})

    assert done.status_code == 404
    assert (await read(desk, ours))["priority"] == "P3"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"changes": {"priority": "P1"}}, 400),
        ({"ids": [str(uuid7())], "filter": {"status": "new"}, "changes": {"priority": "P1"}}, 400),
        ({"ids": [str(uuid7())], "changes": {}}, 400),
        ({"filter": {"nonsense": "x"}, "changes": {"priority": "P1"}}, 400),
        ({"filter": {"page": "1"}, "changes": {"priority": "P1"}}, 400),
        ({"filter": {"stage": "nonsense"}, "changes": {"priority": "P1"}}, 400),
        ({"ids": [str(uuid7()) for _ in range(201)], "changes": {"priority": "P1"}}, 400),
        ({"filter": {"status": "new"}, "changes": {"queue_id": str(uuid7())}}, 422),
    ],
)
async def test_a_request_that_means_nothing_changes_nothing(
    desk: Api, body: dict[str, object], status: int
) -> None:
    response = await desk.post("/tickets/bulk", body)

    assert response.status_code == status, response.text


async def test_each_change_needs_its_own_permission(
    api: Api, desk: Api, customer_id: UUID, acme: Tenant
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    updater = api.as_(acme.person("ticket:view:all", "ticket:update:all"))

    assigned = await updater.post(
        "/tickets/bulk", {"ids": [ticket], "changes": {"assignee_id": None}}
    )
    raised = await updater.post("/tickets/bulk", {"ids": [ticket], "changes": {"priority": "P1"}})

    assert (assigned.status_code, raised.status_code) == (403, 200)


async def test_a_part_goes_on_as_a_ticket_of_its_own(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    stays, goes = await said_on(desk, ticket, "Drucker"), await said_on(desk, ticket, "Monitor")
    entry = await worked_on(desk, ticket)

    split = await desk.post(
        f"/tickets/{ticket}/split",
        {"title": "Monitor", "comment_ids": [goes], "time_entry_ids": [entry]},
    )

    assert split.status_code == 201, split.text
    new = split.json()["data"]["id"]
    assert await ids_at(desk, f"/tickets/{ticket}/comments") == [stays]
    assert await ids_at(desk, f"/tickets/{new}/comments") == [goes]
    assert await ids_at(desk, f"/time-entries?ticket_id={new}") == [entry]
    events = [event.type for event in await published(worker_pool, acme.id)]
    assert events[-2:] == ["ticket.created.v1", "ticket.split.v1"]


async def test_the_new_clocks_begin_at_the_split_or_at_the_first_comment_and_know_its_answer(
    desk: Api, customer_id: UUID
) -> None:
    await a_policy(desk)
    ticket = (await a_ticket(desk, customer_id, priority="P2"))["id"]
    asked = await said_on(desk, ticket, "Und der Monitor?", author_kind="contact")
    answered = await said_on(desk, ticket, "Kommt morgen.")
    comments = (await desk.get(f"/tickets/{ticket}/comments")).json()["data"]
    instants = {one["id"]: one["attributes"]["occurred_at"] for one in comments}

    split = await desk.post(
        f"/tickets/{ticket}/split",
        {"title": "Monitor", "comment_ids": [answered, asked], "sla_from": "first_comment"},
    )
    at_split = await desk.post(f"/tickets/{split.json()['data']['id']}/split", {
        "title": "Noch einer", "comment_ids": [asked]
    })  # fmt: skip

    new = split.json()["data"]["attributes"]
    assert new["opened_at"] == instants[asked]
    assert new["first_response_at"] == instants[answered]
    assert new["response_state"] == "met"
    assert at_split.json()["data"]["attributes"]["opened_at"] > instants[answered]
    assert at_split.json()["data"]["attributes"]["first_response_at"] is None


async def test_approved_time_is_not_split_off(
    api: Api, desk: Api, customer_id: UUID, acme: Tenant
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    entry = await worked_on(desk, ticket)
    await api.as_(acme.person(*EVERYTHING)).post(f"/time-entries/{entry}/approve")

    refused = await desk.post(f"/tickets/{ticket}/split", {"title": "x", "time_entry_ids": [entry]})

    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "TIME_TOLD_TO_BILLING")


async def test_nothing_and_what_stands_elsewhere_cannot_be_split_off(
    api: Api, desk: Api, customer_id: UUID, beta: Tenant, acme: Tenant
) -> None:
    ticket, other = await two_tickets(desk, customer_id)
    elsewhere = await said_on(desk, other)
    path = f"/tickets/{ticket}/split"
    choice = {"title": "x", "comment_ids": [elsewhere]}

    nothing = await desk.post(path, {"title": "x"})
    of_another = await desk.post(path, choice)
    no_comment = await desk.post(path, {"title": "x", "sla_from": "first_comment"})
    stranger = await api.as_(beta.person(*EVERYTHING)).post(path, choice)
    without = await api.as_(acme.person("ticket:update:all")).post(path, choice)

    assert nothing.json()["error"]["code"] == "NOTHING_CHOSEN"
    assert no_comment.json()["error"]["code"] == "NOTHING_CHOSEN"
    assert (of_another.status_code, stranger.status_code, without.status_code) == (404, 404, 403)
    assert len(await ids_at(desk, "/tickets")) == 2
