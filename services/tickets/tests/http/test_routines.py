"""Templates, canned answers and checklists over HTTP, and what is refused."""

from uuid import UUID

import pytest

from psa_common.db import Pool
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant
from tickets_builders import EVERYTHING, a_customer, a_ticket
from tickets_routines import TASKS, a_checklist, a_macro, items_of, made

NOBODY = UUID(int=0)


async def test_a_ticket_opens_from_a_template_with_its_checklists(
    desk: Api, customer_id: UUID
) -> None:
    first, second = await a_checklist(desk), await a_checklist(desk, name="Zweite")
    template = await made(
        desk,
        "/ticket-templates",
        {
            "name": "Neuer Server",
            "title": "Server aufsetzen",
            "type": "change",
            "priority": "P2",
            "tags": ["server"],
            "checklist_ids": [second, first],
        },
    )

    opened = await desk.post(
        f"/tickets/from-template/{template['id']}",
        {"customer_id": str(customer_id), "title": "SRV-07 aufsetzen"},
    )

    assert opened.status_code == 201
    ticket = opened.json()["data"]
    shown = ticket["attributes"]
    assert (shown["title"], shown["type"], shown["priority"]) == (
        "SRV-07 aufsetzen",
        "change",
        "P2",
    )
    assert [one["position"] for one in await items_of(desk, ticket)] == [1, 2, 3, 4]
    tagged = (await desk.get("/tickets?tag=server")).json()["data"]
    assert [one["id"] for one in tagged] == [ticket["id"]]


async def test_a_template_out_of_use_opens_nothing(desk: Api, customer_id: UUID) -> None:
    body = {"name": "Alt", "title": "Alt"}
    template = await made(desk, "/ticket-templates", body)
    path = f"/ticket-templates/{template['id']}"
    retired = await desk.put(path, {**body, "active": False}, headers={"If-Match": '"1"'})
    stale = await desk.put(path, body, headers={"If-Match": '"1"'})

    response = await desk.post(
        f"/tickets/from-template/{template['id']}", {"customer_id": str(customer_id)}
    )

    assert (retired.status_code, stale.status_code, response.status_code) == (200, 412, 404)
    assert (await desk.get("/ticket-templates?active=true")).json()["data"] == []


async def test_templates_and_macros_name_checklists_that_are_in_use(desk: Api) -> None:
    macro = {"name": "M", "actions": [{"do": "add_checklist", "value": str(NOBODY)}]}
    template = {"name": "T", "title": "T", "checklist_ids": [str(NOBODY)]}

    for path, body in (("/macros", macro), ("/ticket-templates", template)):
        refused = await desk.post(path, body)
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "UNKNOWN_CHECKLIST")


async def test_an_answer_is_filled_in_for_a_ticket_and_escaped_in_html(
    desk: Api, worker_pool: Pool, acme: Tenant
) -> None:
    customer = await a_customer(worker_pool, acme)
    ticket = await a_ticket(desk, customer, title="<img src=x> & {{7*7}}")
    texts = {
        "german": "{{ticket.number}} {{ticket.title}}\n{{contact.name}}{{customer.name}}",
        "english": "{{agent.name}}",
    }
    answer = await made(desk, "/canned-answers", {"name": "Eingang", **texts})
    path = f"/tickets/{ticket['id']}/canned-answers/{answer['id']}"

    german = (await desk.get(path)).json()["data"]["attributes"]
    english = (await desk.get(f"{path}?language=en")).json()["data"]["attributes"]

    assert german["text"] == "T-1001 <img src=x> & {{7*7}}\nMüller"
    assert german["html"] == "T-1001 &lt;img src=x&gt; &amp; {{7*7}}<br>\nMüller"
    assert english["text"] == "Service Manager"
    assert (await desk.get(f"{path}?language=fr")).status_code == 400


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{7*7}}", "UNKNOWN_VARIABLE"),
        ("{{ticket.__class__}}", "UNKNOWN_VARIABLE"),
        ("{{ticket.number", "BROKEN_PLACEHOLDER"),
    ],
)
async def test_a_text_with_a_blank_that_is_none_is_refused(desk: Api, text: str, code: str) -> None:
    answer = await desk.post("/canned-answers", {"name": "A", "german": text})
    macro = await desk.post("/macros", {"name": "M", "actions": [{"do": "reply", "value": text}]})

    for refused in (answer, macro):
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, code)


async def test_a_checklist_is_copied_worked_through_and_kept_apart(
    desk: Api, customer_id: UUID
) -> None:
    ticket = await a_ticket(desk, customer_id)
    path = f"/tickets/{ticket['id']}/checklist"
    template = await a_checklist(desk)
    await desk.post(f"{path}/from-template/{template}")
    added = await desk.post(f"{path}/items", {"text": "Übergabe", "required": True})
    backup, coffee, handover = (one["id"] for one in await items_of(desk, ticket))

    await desk.put(
        f"/checklist-templates/{template}", {"name": "Server neu", "tasks": [{"text": "Anders"}]}
    )
    ticked = await desk.patch(f"{path}/items/{backup}", {"done": True})
    await desk.put(f"{path}/order", {"item_ids": [handover, backup, coffee]})
    await desk.delete(f"{path}/items/{coffee}")

    assert added.status_code == 201
    assert ticked.json()["data"]["attributes"]["unmet"] == [handover]
    items = await items_of(desk, ticket)
    assert [(one["text"], one["done_by_name"]) for one in items] == [
        ("Übergabe", None),
        ("Backup prüfen", "Service Manager"),
    ]
    undone = await desk.patch(f"{path}/items/{backup}", {"done": False, "text": "Backup"})
    assert undone.json()["data"]["attributes"]["done"] == 0


async def test_refusals_of_checklists_change_nothing(desk: Api, customer_id: UUID) -> None:
    ticket = await a_ticket(desk, customer_id)
    path = f"/tickets/{ticket['id']}/checklist"
    await desk.post(f"{path}/items", {"text": "Eins"})

    half = await desk.put(f"{path}/order", {"item_ids": []})
    missing = await desk.patch(f"{path}/items/{NOBODY}", {"done": True})
    unknown = await desk.post(f"{path}/from-template/{NOBODY}")

    assert (half.status_code, half.json()["error"]["code"]) == (400, "ORDER_INCOMPLETE")
    assert (missing.status_code, unknown.status_code) == (404, 404)
    assert len(await items_of(desk, ticket)) == 1


async def test_a_closed_tickets_checklist_stays(desk: Api, customer_id: UUID) -> None:
    ticket = await a_ticket(desk, customer_id)
    for status in ("resolved", "closed"):
        await desk.put(f"/tickets/{ticket['id']}/status", {"status": status})

    refused = await desk.post(f"/tickets/{ticket['id']}/checklist/items", {"text": "Eins"})

    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "TICKET_CLOSED")


async def test_a_required_item_keeps_a_ticket_from_being_solved_until_it_is_ticked(
    desk: Api, customer_id: UUID
) -> None:
    path = f"/tickets/{(await a_ticket(desk, customer_id))['id']}"
    added = await desk.post(f"{path}/checklist/items", {"text": "Backup", "required": True})
    [item] = added.json()["data"]["attributes"]["items"]

    refused = await desk.put(f"{path}/status", {"status": "resolved"})
    await desk.patch(f"{path}/checklist/items/{item['id']}", {"done": True})
    solved = await desk.put(f"{path}/status", {"status": "resolved"})

    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "CLOSE_RULE_FAILED")
    assert [one["field"] for one in refused.json()["error"]["details"]] == ["checklist_complete"]
    assert solved.status_code == 200


async def test_two_definitions_of_one_kind_have_two_names(desk: Api) -> None:
    await a_checklist(desk)

    again = await desk.post("/checklist-templates", {"name": "Server neu", "tasks": TASKS})
    other_kind = await desk.post("/canned-answers", {"name": "Server neu", "german": "x"})

    assert (again.status_code, other_kind.status_code) == (409, 201)


async def test_another_tenant_finds_none_of_it(
    api: Api, desk: Api, customer_id: UUID, beta: Tenant
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    checklist, macro = await a_checklist(desk), await a_macro(desk, ("add_tag", "vip"))
    answer = (await made(desk, "/canned-answers", {"name": "A", "german": "x"}))["id"]
    template = (await made(desk, "/ticket-templates", {"name": "T", "title": "T"}))["id"]
    stranger = api.as_(beta.person(*EVERYTHING))

    answers = [
        await stranger.get(f"/checklist-templates/{checklist}"),
        await stranger.get(f"/macros/{macro}"),
        await stranger.get(f"/canned-answers/{answer}"),
        await stranger.get(f"/ticket-templates/{template}"),
        await stranger.put(f"/canned-answers/{answer}", {"name": "A", "german": "mine"}),
        await stranger.get(f"/tickets/{ticket}/checklist"),
        await stranger.post(f"/tickets/{ticket}/checklist/items", {"text": "x"}),
        await stranger.post(f"/tickets/{ticket}/macros/{macro}"),
        await stranger.get(f"/tickets/{ticket}/canned-answers/{answer}"),
        await stranger.post(
            f"/tickets/from-template/{template}", {"customer_id": str(customer_id)}
        ),
    ]

    assert {one.status_code for one in answers} == {404}
    for path in ("/checklist-templates", "/macros", "/canned-answers", "/ticket-templates"):
        assert (await stranger.get(path)).json()["data"] == []


async def test_customers_people_use_none_of_it(
    api: Api, desk: Api, customer_id: UUID, acme: Tenant
) -> None:
    ticket = (await a_ticket(desk, customer_id))["id"]
    rights = ("view", "create", "comment", "close")
    permissions = [f"ticket:{one}:own_customer" for one in rights]
    contact = api.as_(acme.person(*permissions, customer_id=str(customer_id)))

    answers = [
        await contact.get(f"/tickets/{ticket}/checklist"),
        await contact.post(f"/tickets/{ticket}/macros/{uuid7()}"),
        await contact.get(f"/tickets/{ticket}/canned-answers/{uuid7()}"),
        await contact.post(f"/tickets/from-template/{uuid7()}", {"customer_id": str(customer_id)}),
    ]

    assert {one.status_code for one in answers} == {403}


@pytest.mark.parametrize(
    "path", ["/ticket-templates", "/canned-answers", "/macros", "/checklist-templates"]
)
async def test_only_who_manages_the_desk_writes_definitions(
    api: Api, acme: Tenant, path: str
) -> None:
    others = [one for one in EVERYTHING if not one.startswith("desk:manage")]
    technician = api.as_(acme.person(*others))

    assert (await technician.post(path, {})).status_code == 403
    assert (await technician.put(f"{path}/{NOBODY}", {})).status_code == 403
