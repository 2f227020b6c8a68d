"""A desk with a secret in every internal text, on one ticket that has everything."""

from typing import Any
from uuid import UUID

from psa_common.db import Pool
from psa_common.testing import Api, Tenant
from tickets_builders import OFFICE_HOURS, a_contact, a_customer, a_task, a_ticket, a_user
from tickets_desk import an_asset
from tickets_knowledge import a_published_article, an_article
from tickets_mail import a_mailbox, an_eml, push
from tickets_relations import said_on
from tickets_routes import World
from tickets_words import PNG, an_attachment

#: Stands in everything that a customer's people must never read.
SECRET = "zaunkoenig"
#: Stands in everything that belongs to the ticket, which its own customer may read.
PUBLIC = "nachtigall"
#: What something cost us, which nothing else in a test costs.
COST_CENTS = 1_337_421
#: Stands in what colleagues keep about the ticket.
NOTE = f"{SECRET} {PUBLIC}"


async def a_world(desk: Api, worker_pool: Pool, tenant: Tenant) -> World:
    """Build one ticket with everything on it, and one of everything that a desk arranges."""
    customer_id = await a_customer(worker_pool, tenant)
    other_id = await a_customer(worker_pool, tenant, number="KD-10043")
    contact_id = await a_contact(worker_pool, tenant, customer_id, email="erika@mueller.example")
    user_id = str(await a_user(worker_pool, tenant, email=f"{SECRET}@msp.example"))
    ids = {
        "customer_id": str(customer_id),
        "contact_id": str(contact_id),
        "user_id": user_id,
        "agent_id": user_id,
        "assignee_id": user_id,
        "subject_id": str(other_id),
        "source": "customer",
        "metric": "resolution",
        "task_id": str(await a_task(worker_pool, tenant)),
        "notification_id": user_id,
        "asset_id": str(await an_asset(worker_pool, tenant, other_id)),
    }
    await _arrange(desk, ids)
    await _open(desk, ids, customer_id)
    await _talk(desk, ids)
    await _work(desk, ids)
    stranger_id = await a_customer(worker_pool, tenant, number="KD-10044")
    return World(ids, customer_id, other_id, stranger_id)


async def _arrange(desk: Api, ids: dict[str, str]) -> None:
    """Arrange the desk: calendars, promises, routines, rules, mailboxes."""
    name = {"name": SECRET}
    ids["queue_id"] = await made(desk, "/queues", {"name": "Zentrale"})
    ids["category_id"] = await made(desk, "/categories", {"name": "Drucker"})
    await _promise(desk, ids)
    field = {"key": SECRET, "label": SECRET, "type": "text"}
    ids["field_id"] = await made(desk, "/ticket-fields", field)
    ids["work_type_id"] = await made(desk, "/work-types", {"key": SECRET, "label": SECRET})
    surcharge = {**name, "factor": "1.5", "weekdays": [6]}
    ids["surcharge_rule_id"] = await made(desk, "/surcharge-rules", surcharge)
    await done(desk.put(f"/agents/{ids['agent_id']}", {"skills": {"netz": 3}}))
    away = {"from_at": "2026-06-03T08:00:00Z", "until_at": "2026-06-04T08:00:00Z", "reason": SECRET}
    ids["absence_id"] = await made(desk, f"/agents/{ids['agent_id']}/absences", away)
    technician = {"agent_id": ids["agent_id"]}
    await done(desk.put(f"/customer-technicians/{ids['customer_id']}", technician))
    await _write_routines(desk, ids, name)


async def _promise(desk: Api, ids: dict[str, str]) -> None:
    """Promise everybody what they may know of, and one customer something of its own."""
    for name in ("Standard", SECRET):
        calendar = {"name": name, "week": OFFICE_HOURS, "holidays": {"subdivision": "NW"}}
        ids["calendar_id"] = await made(desk, "/calendars", calendar)
        policy = {
            "name": name,
            "calendar_id": ids["calendar_id"],
            "targets": {"P2": {"response_minutes": 60, "resolution_minutes": 480}},
            "is_default": name == "Standard",
        }
        ids["policy_id"] = await made(desk, "/sla-policies", policy)
        ids.setdefault("default_policy_id", ids["policy_id"])
    given = {"policy_id": ids["policy_id"], "reason": SECRET}
    await done(desk.put(f"/sla-assignments/customer/{ids['subject_id']}", given))
    again = f"/sla-policies/{ids['policy_id']}/re-apply"
    ids["reapplication_id"] = await made(desk, again, {"reason": SECRET})


async def _write_routines(desk: Api, ids: dict[str, str], name: dict[str, str]) -> None:
    rule = {**name, "position": 1, "strategy": "round_robin"}
    ids["rule_id"] = await made(desk, "/assignment-rules", rule)
    tasks = {**name, "tasks": [{"text": SECRET}]}
    ids["template_id"] = await made(desk, "/checklist-templates", tasks)
    template = {**name, "title": "Backup prüfen", "description": SECRET}
    template_id = await made(desk, "/ticket-templates", template)
    ids["/ticket-templates/"] = ids["/tickets/from-template/"] = template_id
    macro = {**name, "actions": [{"do": "note", "value": SECRET}]}
    ids["macro_id"] = await made(desk, "/macros", macro)
    ids["answer_id"] = await made(desk, "/canned-answers", {**name, "german": SECRET})
    recurring = {
        **name,
        "template_id": template_id,
        "customer_id": ids["customer_id"],
        "recurrence": "FREQ=DAILY",
        "starts_on": "2026-01-01",
    }
    ids["recurring_id"] = await made(desk, "/recurring-tickets", recurring)
    view = {**name, "filter": {"tag": SECRET}, "shared": True}
    ids["view_id"] = await made(desk, "/ticket-views", view)
    sender = {"sender": f"{SECRET}@spam.example"}
    ids["blocked_id"] = await made(desk, "/blocked-senders", sender)


async def _open(desk: Api, ids: dict[str, str], customer_id: UUID) -> None:
    """Open tickets, one above and one below the one that has everything on it."""
    internal = {
        "tags": [SECRET],
        "custom": {SECRET: SECRET},
        "external_refs": [{"system": SECRET, "id": SECRET}],
    }
    told = {"priority": "P2", "description": PUBLIC, "contact_id": ids["contact_id"], **internal}
    above = await a_ticket(desk, customer_id, title=f"Störung {PUBLIC}", **internal)
    ticket = await a_ticket(desk, customer_id, title=f"Drucker {PUBLIC}", **told)
    below = await a_ticket(desk, customer_id, title=f"Toner {PUBLIC}", **internal)
    abroad = await a_ticket(
        desk, UUID(ids["subject_id"]), title=SECRET, description=SECRET, **internal
    )
    ids["ticket_id"] = ticket["id"]
    ids["parent_id"] = ids["into"] = ids["target_id"] = above["id"]
    await done(desk.put(f"/tickets/{ticket['id']}/parent", {"parent_id": above["id"]}))
    await done(desk.put(f"/tickets/{below['id']}/parent", {"parent_id": ticket["id"]}))
    link = {"kind": "relates_to", "target_id": abroad["id"]}
    ids["link_id"] = await made(desk, f"/tickets/{ticket['id']}/links", link)
    asset = {"kind": "relates_to", "target_type": "article", "target_id": ids["policy_id"]}
    await made(desk, f"/tickets/{ticket['id']}/links", asset)


async def _talk(desk: Api, ids: dict[str, str]) -> None:
    """Say and attach something for the customer, and something for colleagues."""
    ticket = {"id": ids["ticket_id"]}
    path = f"/tickets/{ids['ticket_id']}"
    await said_on(desk, ids["ticket_id"], f"Wir kümmern uns, {PUBLIC}.")
    note = await said_on(desk, ids["ticket_id"], NOTE, visibility="internal")
    await done(desk.patch(f"{path}/comments/{note}", {"body": f"Neu: {NOTE}"}))
    ids["comment_id"] = note
    file = await an_attachment(
        desk,
        ticket,
        content=PNG + NOTE.encode(),
        filename=f"{NOTE}.png",
        visibility="internal",
    )
    ids["attachment_id"] = file["id"]
    ids["item_id"] = (await done(desk.post(f"{path}/checklist/items", {"text": NOTE}))).json()[
        "data"
    ]["attributes"]["items"][0]["id"]
    for who in ({"user_id": ids["user_id"]}, {"email": f"{SECRET}-{PUBLIC}@fremd.example"}):
        ids["watcher_id"] = await made(desk, f"{path}/watchers", who)
    await done(desk.put(f"{path}/co-assignees/{ids['user_id']}"))
    await done(desk.post(f"{path}/auto-assign"))
    due = {"due_at": "2026-12-24T10:00:00Z", "reason": NOTE}
    await done(desk.put(f"{path}/sla/deadlines/resolution", due))
    await done(
        desk.put(f"{path}/sla-policy", {"policy_id": ids["default_policy_id"], "reason": NOTE})
    )
    await done(desk.put(f"{path}/sla/exclusion", {"reason": NOTE}))


async def _work(desk: Api, ids: dict[str, str]) -> None:
    """Book work, travel and material, and let mails and articles belong to the ticket."""
    path, day = f"/tickets/{ids['ticket_id']}", "2026-06-03"
    work = {"note": NOTE, "internal_note": NOTE, "minutes": 30, "work_date": day}
    ids["time_entry_id"] = ids["id"] = await made(desk, f"{path}/time-entries", work)
    ids["timer_id"] = await made(desk, "/timers", {"ticket_id": ids["ticket_id"], "note": NOTE})
    way = {"visit_date": day, "km": "12.5", "note": NOTE}
    ids["travel_id"] = await made(desk, f"{path}/travel", way)
    used = {
        "used_on": day,
        "description": NOTE,
        "quantity": "1",
        "unit_price_cents": COST_CENTS,
        "unit_cost_cents": COST_CENTS,
    }
    ids["material_id"] = await made(desk, f"{path}/materials", used)
    draft = await an_article(desk, title=f"Drucker {SECRET}", html=f"<p>{SECRET}</p>")
    inside = await a_published_article(desk, title=f"Drucker {SECRET}", html=f"<p>{SECRET}</p>")
    for article in (draft, inside):
        await done(desk.post(f"{path}/articles", {"article_id": article["id"]}))
    ids["article_id"] = inside["id"]
    ids["mailbox_id"] = await a_mailbox(desk, name=SECRET)
    mail = await push(desk, ids["mailbox_id"], an_eml(subject=PUBLIC, body=PUBLIC))
    ids["mail_id"] = mail["id"]


async def made(desk: Api, path: str, body: Any) -> str:
    """Make something and return its id."""
    resource: dict[str, str] = (await done(desk.post(path, body))).json()["data"]
    return resource["id"]


async def done(request: Any) -> Any:
    """Return the answer to a request that must have worked."""
    response = await request
    assert response.status_code < 300, response.text
    return response
