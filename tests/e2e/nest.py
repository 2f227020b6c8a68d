"""One of everything in a company, with one word in every text: what nobody else may ever see."""

from typing import Any

import service_desk as desk
from actors import Company, a_ticket
from letters import a_letter
from psa_local.demo import scenario, story
from psa_local.demo.actors import Document


def fill(company: Company, word: str) -> list[Document]:
    """Let a company have one of everything, called *word*; return what no list shows."""
    customer_id, asset_id = _customer(company, word)
    policy = _promise(company, word)
    ticket = _ticket(company, word, customer_id, asset_id)
    _mail(company, word, customer_id)
    _people(company, word, customer_id, ticket["id"])
    _routines(company, word, customer_id, ticket["id"])
    _knowledge(company, word, ticket["id"])
    _bill(company, word, customer_id, ticket["id"])
    again = company.staff.admin.create(f"/sla-policies/{policy['id']}/re-apply", {"reason": word})
    return [again]


def _customer(company: Company, word: str) -> tuple[str, str]:
    staff = company.staff
    customer_id: str = staff.manager.take_on({"name": f"{word} GmbH", "notes": word})["id"]
    staff.manager.add_location(customer_id, {**scenario.LOCATION, "name": word})
    contact = {"name": word, "email": _address(word)}
    staff.manager.add_contact(customer_id, contact)
    account = {**scenario.BILLING_ACCOUNT, "name": word, "buyer_reference": word}
    staff.accountant.add_billing_account(customer_id, account)
    asset = staff.technician.install(scenario.server(word, customer_id))
    terms = {**scenario.CONTRACT, "title": word, "customer_id": customer_id}
    staff.accountant.sign_contract(terms, scenario.CONTRACT_LINES)
    return customer_id, asset["id"]


def _promise(company: Company, word: str) -> Document:
    calendar, terms = {**scenario.CALENDAR, "name": word}, {**scenario.POLICY, "name": word}
    return company.staff.manager.open_desk(calendar, terms)


def _ticket(company: Company, word: str, customer_id: str, asset_id: str) -> Document:
    manager = company.staff.manager
    ticket = a_ticket(
        company,
        customer_id,
        title=word,
        description=word,
        asset_ids=[asset_id],
        priority="P2",
        occurred_at="2026-06-03T16:30:00+02:00",
    )
    path = f"/tickets/{ticket['id']}"
    comment = manager.say(ticket["id"], {"body": word})
    edited = {"body": f"{word} {word}"}
    manager.api.must("PATCH", f"{path}/comments/{comment['id']}", edited)
    desk.good(desk.attach(manager, ticket["id"], f"{word}.txt", word.encode()))
    manager.create(f"{path}/watchers", {"email": f"watcher.{_address(word)}"})
    manager.create(f"{path}/checklist/items", {"text": word})
    other = a_ticket(company, customer_id, title=word, description=word)
    manager.create(f"{path}/links", {"kind": "relates_to", "target_id": other["id"]})
    return ticket


def _mail(company: Company, word: str, customer_id: str) -> None:
    boss = company.staff.admin
    address = f"desk.{_address(word)}"
    fields = {"name": word, "address": address, "default_customer_id": customer_id}
    mailbox = desk.set_mailbox_up(boss, **fields)
    letter = a_letter(sender=_address(word), to=address, subject=word, body=word)
    desk.push(boss, mailbox["id"], letter)
    boss.create("/blocked-senders", {"sender": f"spam.{_address(word)}"})


def _people(company: Company, word: str, customer_id: str, ticket_id: str) -> None:
    boss = company.staff.admin
    agent_id = desk.user_id_of(company.staff.technician)
    desk.make_agent(boss, agent_id, skills={word.lower(): 5})
    away = {"from_at": "2030-08-01T00:00:00Z", "until_at": "2030-08-15T00:00:00Z", "reason": word}
    boss.create(f"/agents/{agent_id}/absences", away)
    boss.api.put(f"/customer-technicians/{customer_id}", {"agent_id": agent_id})
    rule = {"name": word, "position": 1, "strategy": "round_robin"}
    boss.create("/assignment-rules", rule)
    boss.create(f"/tickets/{ticket_id}/auto-assign", None)


def _routines(company: Company, word: str, customer_id: str, ticket_id: str) -> None:
    boss = company.staff.admin
    boss.create("/canned-answers", {"name": word, "german": word})
    boss.create("/checklist-templates", {"name": word, "tasks": [{"text": word}]})
    boss.create("/macros", {"name": word, "actions": [{"do": "note", "value": word}]})
    template = boss.create("/ticket-templates", {"name": word, "title": word, "description": word})
    recurring = {
        "name": word,
        "template_id": template["id"],
        "customer_id": customer_id,
        "recurrence": "FREQ=MONTHLY;BYMONTHDAY=1",
        "starts_on": "2030-01-01",
    }
    boss.create("/recurring-tickets", recurring)
    boss.create("/ticket-views", {"name": word, "filter": {"tag": word}, "shared": True})
    boss.create("/queues", {"name": word})
    boss.create("/categories", {"name": word})
    field: dict[str, Any] = {"key": "canary", "label": word, "type": "text"}
    boss.create("/ticket-fields", field)
    boss.create("/surcharge-rules", {"name": word, "factor": "1.5", "weekdays": [6]})
    used = {"used_on": "2026-06-04", "description": word, "quantity": "1"}
    boss.create(f"/tickets/{ticket_id}/materials", {**used, "unit_price_cents": 100})
    travel = {"visit_date": "2026-06-04", "km": "12", "note": word}
    boss.create(f"/tickets/{ticket_id}/travel", travel)
    boss.create("/timers", {"ticket_id": ticket_id, "note": word})


def _knowledge(company: Company, word: str, ticket_id: str) -> None:
    boss = company.staff.admin
    article = boss.create("/kb/articles", {"title": word, "html": f"<p>{word}</p>"})
    boss.create(f"/tickets/{ticket_id}/articles", {"article_id": article["id"]})
    desk.hits(boss, word)


def _bill(company: Company, word: str, customer_id: str, ticket_id: str) -> None:
    staff = company.staff
    entry = staff.technician.work_on_ticket(ticket_id, {**scenario.WORK[0], "note": word})
    staff.manager.approve(entry["id"])
    staff.manager.start_project({**scenario.PROJECT, "name": word}, {"title": word})
    story.send_bill(staff, customer_id, [entry], servers=1)


def _address(word: str) -> str:
    return f"{word}@customer.example".lower()
