"""/tickets/{id}/watchers, /co-assignees and /links."""

from uuid import UUID

from psa_common.db import Pool, tenant_transaction
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant, a_context
from psa_tickets.queries import copies
from tickets_builders import EVERYTHING, a_contact, a_customer, a_ticket, a_user
from tickets_relations import ids_at, two_tickets


async def test_who_works_along_sees_the_ticket_like_its_assignee(
    api: Api, desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    colleague = await a_user(worker_pool, acme)
    person = api.as_(acme.person("ticket:view:assigned", sub=str(colleague)))
    before = await person.get(f"/tickets/{ticket}")

    await desk.put(f"/tickets/{ticket}/co-assignees/{colleague}")

    listed = (await person.get("/tickets")).json()["data"]
    assert before.status_code == 404
    assert [one["id"] for one in listed] == [ticket]
    assert (await person.get(f"/tickets/{ticket}")).status_code == 200


async def test_contacts_colleagues_and_addresses_watch_once_each(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    path = f"/tickets/{(await a_ticket(desk, customer_id))['id']}/watchers"
    contact = await a_contact(worker_pool, acme, customer_id, email="einkauf@mueller.example")
    colleague = await a_user(worker_pool, acme)
    wanted = [
        {"contact_id": str(contact)},
        {"user_id": str(colleague), "notify": False},
        {"email": "Berater@Example.com"},
    ]

    added = [await desk.post(path, body) for body in wanted]
    again = [await desk.post(path, body) for body in wanted]

    assert [response.status_code for response in added] == [201] * 3, added[0].text
    assert {response.json()["error"]["code"] for response in again} == {"ALREADY_WATCHING"}
    shown = [one["attributes"] for one in (await desk.get(path)).json()["data"]]
    assert [(one["name"], one["address"], one["notify"]) for one in shown] == [
        ("Einkauf", "einkauf@mueller.example", True),
        ("Technician", None, False),
        ("berater@example.com", "berater@example.com", True),
    ]


async def test_a_watcher_can_be_silenced_and_removed(desk: Api, customer_id: UUID) -> None:
    path = f"/tickets/{(await a_ticket(desk, customer_id))['id']}/watchers"
    watcher = (await desk.post(path, {"email": "a@example.com"})).json()["data"]["id"]

    silenced = await desk.patch(f"{path}/{watcher}", {"notify": False})
    removed = await desk.delete(f"{path}/{watcher}")

    assert silenced.json()["data"]["attributes"]["notify"] is False
    assert removed.status_code == 204
    assert await ids_at(desk, path) == []
    assert (await desk.delete(f"{path}/{watcher}")).status_code == 404


async def test_strangers_do_not_watch(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    path = f"/tickets/{(await a_ticket(desk, customer_id))['id']}/watchers"
    other = await a_customer(worker_pool, acme, number="KD-10043")
    theirs = await a_contact(worker_pool, acme, other)
    gone = await a_user(worker_pool, acme, active=False)

    codes = [
        (await desk.post(path, body)).json()["error"]["code"]
        for body in (
            {"contact_id": str(theirs)},
            {"user_id": str(gone)},
            {"email": "a@example.com\nBcc: b@example.com"},
            {"email": "a@localhost"},
            {},
        )
    ]

    assert codes[:2] == ["UNKNOWN_CONTACT", "UNKNOWN_USER"]
    assert codes[3:] == ["NO_MAIL_ADDRESS", "ONE_WATCHER"]
    assert await ids_at(desk, path) == []


async def test_the_fifty_first_watcher_is_refused(desk: Api, customer_id: UUID) -> None:
    path = f"/tickets/{(await a_ticket(desk, customer_id))['id']}/watchers"
    for number in range(50):
        await desk.post(path, {"email": f"w{number}@example.com"})

    refused = await desk.post(path, {"email": "w50@example.com"})

    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "TOO_MANY_WATCHERS")


async def test_a_customers_person_sees_only_their_own_people_watch(
    api: Api, desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    path = f"/tickets/{(await a_ticket(desk, customer_id))['id']}/watchers"
    await desk.post(path, {"user_id": str(await a_user(worker_pool, acme))})
    await desk.post(path, {"email": "supplier@example.com"})
    erika = {"contact_id": str(await a_contact(worker_pool, acme, customer_id))}
    public = (await desk.post(path, erika)).json()["data"]["id"]
    contact = api.as_(acme.person("ticket:view:own_customer", customer_id=str(customer_id)))

    assert await ids_at(contact, path) == [public]
    assert (await contact.post(path, {"email": "b@example.com"})).status_code == 403


async def test_a_merge_moves_watchers_that_the_target_does_not_have(
    desk: Api, customer_id: UUID
) -> None:
    source, target = await two_tickets(desk, customer_id)
    for ticket, email in ((source, "both@x.example"), (target, "both@x.example")):
        await desk.post(f"/tickets/{ticket}/watchers", {"email": email})
    await desk.post(f"/tickets/{source}/watchers", {"email": "only@x.example"})

    await desk.post(f"/tickets/{source}/merge", {"into": target})

    assert len(await ids_at(desk, f"/tickets/{target}/watchers")) == 2
    await desk.post(f"/tickets/{source}/unmerge")
    assert len(await ids_at(desk, f"/tickets/{source}/watchers")) == 2
    assert len(await ids_at(desk, f"/tickets/{target}/watchers")) == 1


async def test_colleagues_work_on_a_ticket_beside_its_assignee(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    path = f"/tickets/{(await a_ticket(desk, customer_id))['id']}/co-assignees"
    colleague = str(await a_user(worker_pool, acme))

    added = [(await desk.put(f"{path}/{colleague}")).status_code for _ in range(2)]

    assert added == [204, 204]
    assert await ids_at(desk, path) == [colleague]
    unknown = await desk.put(f"{path}/{uuid7()}")
    assert unknown.json()["error"]["code"] == "UNKNOWN_USER"
    assert (await desk.delete(f"{path}/{colleague}")).status_code == 204
    assert (await desk.delete(f"{path}/{colleague}")).status_code == 404


async def test_a_link_is_seen_from_both_ends_by_the_name_it_has_there(
    desk: Api, customer_id: UUID
) -> None:
    first, second = await two_tickets(desk, customer_id)

    made = await desk.post(f"/tickets/{first}/links", {"kind": "blocks", "target_id": second})

    assert made.status_code == 201, made.text
    here = (await desk.get(f"/tickets/{first}/links")).json()["data"][0]
    there = (await desk.get(f"/tickets/{second}/links")).json()["data"][0]
    assert (here["attributes"]["kind"], there["attributes"]["kind"]) == ("blocks", "blocked_by")
    assert there["relationships"]["target"]["data"] == {"type": "ticket", "id": first}
    assert there["attributes"]["title"] == "Drucker druckt nicht"
    assert (await desk.delete(f"/tickets/{second}/links/{there['id']}")).status_code == 204
    assert await ids_at(desk, f"/tickets/{first}/links") == []


async def test_two_tickets_relate_once_whichever_end_says_so(desk: Api, customer_id: UUID) -> None:
    first, second = await two_tickets(desk, customer_id)
    await desk.post(f"/tickets/{first}/links", {"kind": "relates_to", "target_id": second})

    again = await desk.post(f"/tickets/{second}/links", {"kind": "relates_to", "target_id": first})
    other_kind = await desk.post(
        f"/tickets/{second}/links", {"kind": "caused_by", "target_id": first}
    )

    assert (again.status_code, again.json()["error"]["code"]) == (409, "ALREADY_LINKED")
    assert other_kind.status_code == 201


async def test_tickets_are_linked_to_assets_of_their_customer_and_to_outside_things(
    desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    path = f"/tickets/{(await a_ticket(desk, customer_id))['id']}/links"
    asset_id = uuid7()
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        copies.keep_asset(
            tx, id=asset_id, customer_id=customer_id, number="A-1", name="Server", sequence=1
        )

    def body(target_type: str, target_id: UUID) -> dict[str, str]:
        return {
            "kind": "relates_to",
            "target_type": target_type,
            "target_id": str(target_id),
        }

    assert (await desk.post(path, body("asset", asset_id))).status_code == 201
    assert (await desk.post(path, body("invoice", uuid7()))).status_code == 201
    unknown = await desk.post(path, body("asset", uuid7()))
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (422, "UNKNOWN_ASSET")


async def test_a_ticket_is_linked_neither_to_itself_nor_to_what_the_caller_cannot_see(
    api: Api, desk: Api, customer_id: UUID, beta: Tenant, worker_pool: Pool
) -> None:
    first, second = await two_tickets(desk, customer_id)
    stranger = api.as_(beta.person(*EVERYTHING))
    theirs = (await a_ticket(stranger, await a_customer(worker_pool, beta)))["id"]

    itself = await desk.post(f"/tickets/{first}/links", {"kind": "blocks", "target_id": first})
    foreign = await desk.post(f"/tickets/{first}/links", {"kind": "blocks", "target_id": theirs})
    unlinked = await desk.delete(f"/tickets/{second}/links/{uuid7()}")

    assert itself.json()["error"]["code"] == "LINKED_TO_ITSELF"
    assert (foreign.status_code, unlinked.status_code) == (404, 404)
    assert (await stranger.get(f"/tickets/{first}/links")).status_code == 404
    assert (await stranger.get(f"/tickets/{first}/watchers")).status_code == 404
    assert (await stranger.get(f"/tickets/{first}/co-assignees")).status_code == 404


async def test_a_customers_person_sees_no_link_to_what_is_not_theirs(
    api: Api, desk: Api, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    mine, also_mine = await two_tickets(desk, customer_id)
    other = (await a_ticket(desk, await a_customer(worker_pool, acme, number="KD-2")))["id"]
    for target, type_ in ((also_mine, "ticket"), (other, "ticket"), (str(uuid7()), "invoice")):
        body = {"kind": "relates_to", "target_id": target, "target_type": type_}
        assert (await desk.post(f"/tickets/{mine}/links", body)).status_code == 201
    contact = api.as_(acme.person("ticket:view:own_customer", customer_id=str(customer_id)))

    seen = (await contact.get(f"/tickets/{mine}/links")).json()["data"]

    assert [one["relationships"]["target"]["data"]["id"] for one in seen] == [also_mine]


async def test_links_follow_a_merged_ticket_from_both_ends_and_come_back(
    desk: Api, customer_id: UUID
) -> None:
    source, target = await two_tickets(desk, customer_id)
    out = (await a_ticket(desk, customer_id))["id"]
    into = (await a_ticket(desk, customer_id))["id"]
    for at, to in ((source, out), (into, source), (source, target)):
        await desk.post(f"/tickets/{at}/links", {"kind": "blocks", "target_id": to})
    before = await ids_at(desk, f"/tickets/{source}/links")

    await desk.post(f"/tickets/{source}/merge", {"into": target})

    assert len(await ids_at(desk, f"/tickets/{target}/links")) == 3
    await desk.post(f"/tickets/{source}/unmerge")
    assert await ids_at(desk, f"/tickets/{source}/links") == before
