"""A day at the service desk, by the people who work at it and those whom it helps."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

import service_desk as desk
from actors import Company, a_customer, a_ticket, found_company
from answers import assert_standard
from psa_local.demo import scenario
from psa_local.demo.actors import Document, Person, PlatformOperator
from psa_local.demo.client import Place
from psa_local.demo.eventually import eventually

MEBIBYTE = 1024 * 1024
EXECUTABLE = b"MZ\x90\x00" + bytes(512)
SOLVED = {"status": "resolved"}


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A company with two customers, each of whom has somebody at the portal."""

    company: Company
    mueller: Document
    schulze: Document
    erika: Person
    otto: Person
    #: Runs since the beginning, because only whole minutes are work.
    timer: Document
    timed: Document


@pytest.fixture(scope="module")
def house(operator: PlatformOperator, place: Place) -> Iterator[House]:
    """Give a desk at work."""
    company = found_company(operator, "desk")
    staff = company.staff
    mueller = a_customer(company)
    schulze = a_customer(company, name="Schulze Kältetechnik KG")
    staff.accountant.add_billing_account(mueller["id"], scenario.BILLING_ACCOUNT)
    terms = {"title": "Stunden", "valid_from": "2026-01-01", "customer_id": mueller["id"]}
    staff.accountant.sign_contract(terms, scenario.CONTRACT_LINES[1:])
    timed = a_ticket(company, mueller["id"], title="Kurzer Handgriff")
    timer = staff.technician.create("/timers", {"ticket_id": timed["id"], "note": "Handgriff"})
    erika, otto = (
        Person(place, staff.admin.add(name, email, "customer_user", customer["id"]))
        for name, email, customer in (
            ("Erika Müller", "erika@mueller.example", mueller),
            ("Otto Schulze", "otto@schulze.example", schulze),
        )
    )
    yield House(
        company=company,
        mueller=mueller,
        schulze=schulze,
        erika=erika,
        otto=otto,
        timer=timer,
        timed=timed,
    )
    for person in (erika, otto):
        person.leave()
    staff.leave()


def test_a_file_of_twelve_mebibytes_comes_back_byte_for_byte(house: House) -> None:
    ticket = a_ticket(house.company, house.mueller["id"])
    content = secrets.token_bytes(12 * MEBIBYTE)

    kept = desk.good(
        desk.attach(house.company.staff.technician, ticket["id"], "Abzug.bin", content)
    )

    assert kept["attributes"]["size_bytes"] == 12 * MEBIBYTE
    assert desk.content_of(house.erika, ticket["id"], kept["id"]) == content


def test_a_program_that_is_called_a_document_is_refused(house: House) -> None:
    ticket = a_ticket(house.company, house.mueller["id"])

    answer = desk.attach(house.erika, ticket["id"], "Rechnung.pdf", EXECUTABLE)

    assert_standard(answer, "a program")
    assert answer.code in {"ATTACHMENT_KIND_BLOCKED", "ATTACHMENT_TYPE_MISMATCH"}
    assert house.erika.find(f"/tickets/{ticket['id']}/attachments") == []


def test_a_file_that_is_too_large_is_refused_and_leaves_nothing(house: House) -> None:
    ticket = a_ticket(house.company, house.mueller["id"])

    answer = desk.attach(house.erika, ticket["id"], "Film.bin", bytes(26 * MEBIBYTE))

    assert_standard(answer, "26 MiB")
    assert answer.status == 413
    assert house.erika.find(f"/tickets/{ticket['id']}/attachments") == []


@pytest.mark.parametrize(
    "typed",
    ["Kältemaschine Überdruck", "kaeltemaschine ueberdruck", "Kaltemaschine", "Kältemaschne"],
)
def test_a_search_forgives_umlauts_and_typing_errors(house: House, typed: str) -> None:
    title = "Kältemaschine meldet Überdruck"
    ticket = a_ticket(house.company, house.schulze["id"], title=title)

    eventually(
        lambda: ticket["id"] in desk.hits(house.company.staff.technician, typed),
        awaited=f"{typed!r} finds the ticket",
    )
    assert ticket["id"] in desk.hits(house.otto, typed)
    assert desk.hits(house.erika, typed) == []


def test_a_merge_moves_words_and_work_and_the_old_number_leads_on(house: House) -> None:
    staff = house.company.staff
    gone = a_ticket(house.company, house.mueller["id"], title="Drucker 2. OG")
    stays = a_ticket(house.company, house.mueller["id"], title="Drucker druckt nicht")
    staff.manager.say(gone["id"], {"body": "Papierstau behoben."})
    work = {"note": "Papierstau", "work_date": "2026-06-03", "minutes": 15}
    entry = staff.technician.work_on_ticket(gone["id"], work)

    merge = staff.manager.create(f"/tickets/{gone['id']}/merge", {"into": stays["id"]})

    assert merge["attributes"]["moved"]["comments"] == 1
    assert ("agent", "Papierstau behoben.") in desk.words_on(staff.technician, stays["id"])
    (moved,) = staff.technician.find("/time-entries", ticket_id=stays["id"])
    assert (moved["id"], moved["attributes"]["minutes"]) == (entry["id"], 15)
    source = desk.ticket(staff.technician, gone["id"])
    assert source["relationships"]["merged_into"]["data"]["id"] == stays["id"]


def test_many_tickets_change_at_once_and_a_kept_view_counts_them(house: House) -> None:
    manager = house.company.staff.manager
    ids = [a_ticket(house.company, house.mueller["id"])["id"] for _ in range(3)]
    shut = a_ticket(house.company, house.mueller["id"])["id"]
    manager.move(shut, "resolved")
    manager.move(shut, "closed")
    view = {"name": "Umzug", "filter": {"tag": "umzug"}, "columns": ["number", "title"]}
    view_id = manager.create("/ticket-views", view)["id"]
    changes = {"status": "in_progress", "add_tags": ["umzug"]}

    report = manager.create("/tickets/bulk", {"ids": [*ids, shut], "changes": changes})

    results = {one["ticket_id"]: one["changed"] for one in report["attributes"]["results"]}
    assert results == {**dict.fromkeys(ids, True), shut: False}
    counters = manager.api.get("/ticket-views/counters")["data"]["attributes"]["counters"]
    assert {one["view_id"]: one["count"] for one in counters}[view_id] == 3
    assert {one["id"] for one in manager.find("/tickets", tag="umzug")} == set(ids)


def test_what_the_checklist_requires_comes_before_the_solution(house: House) -> None:
    staff = house.company.staff
    tasks = [{"text": "Sicherung geprüft", "required": True}, {"text": "Kaffee getrunken"}]
    template = staff.admin.create("/checklist-templates", {"name": "Wartung", "tasks": tasks})
    path = f"/tickets/{a_ticket(house.company, house.mueller['id'])['id']}"
    items = staff.technician.create(f"{path}/checklist/from-template/{template['id']}", None)

    too_soon = staff.technician.api.ask("PUT", f"{path}/status", SOLVED)
    first = items["attributes"]["items"][0]["id"]
    staff.technician.api.must("PATCH", f"{path}/checklist/items/{first}", {"done": True})
    in_time = staff.technician.api.ask("PUT", f"{path}/status", SOLVED)

    assert (too_soon.status, too_soon.code) == (409, "CLOSE_RULE_FAILED")
    assert too_soon.document["error"]["details"][0]["field"] == "checklist_complete"
    assert desk.good(in_time)["attributes"]["status_category"] == "resolved"


def test_an_article_is_read_by_its_customer_once_it_is_published(house: House) -> None:
    technician, admin = house.company.staff.technician, house.company.staff.admin
    article = technician.create(
        "/kb/articles",
        {
            "title": "VPN am Handy einrichten",
            "html": "<p>Zuerst die App laden.<script>alert(1)</script></p>",
            "audience": "customer",
            "customer_ids": [house.mueller["id"]],
        },
    )
    path = f"/kb/articles/{article['id']}"
    draft = house.erika.api.ask("GET", path)

    technician.api.put(f"{path}/status", {"status": "review"})
    admin.api.put(f"{path}/status", {"status": "published"})

    assert draft.status == 404
    read = house.erika.api.get(path)["data"]["attributes"]
    assert "Zuerst die App laden." in read["html"]
    assert "script" not in read["html"]
    assert desk.hits(house.erika, "handy einrichten", kind="article") == [article["id"]]
    assert house.otto.api.ask("GET", path).status == 404
    assert desk.hits(house.otto, "handy einrichten", kind="article") == []


def test_a_timer_becomes_work_that_is_approved_and_billed(house: House) -> None:
    staff = house.company.staff
    stopped = eventually(
        lambda: staff.technician.api.ask("POST", f"/timers/{house.timer['id']}/stop", {}),
        awaited="the timer has run for a whole minute",
        holds=lambda answer: answer.code != "TIMER_TOO_SHORT",
        seconds=90,
    )
    draft = desk.good(stopped)

    staff.technician.create("/time-entries/submit", {"ids": [draft["id"]]})
    approved = staff.manager.approve(draft["id"])

    assert (draft["attributes"]["state"], approved["attributes"]["state"]) == ("draft", "approved")
    tomorrow = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
    run = eventually(
        lambda: staff.accountant.propose(house.mueller["id"], tomorrow),
        awaited="billing has heard of the approved minute",
        holds=lambda run: draft["id"] in _billed(run),
    )
    (line,) = run["attributes"]["drafts"][0]["lines"]
    # One minute is rounded up to the quarter of an hour that the contract agrees.
    assert (line["quantity"], line["unit_price"], line["net_cents"]) == ("0.25", "129.00", 3_225)


def _billed(run: Document) -> set[str]:
    lines = [line for draft in run["attributes"]["drafts"] for line in draft["lines"]]
    return {entry for line in lines for entry in line["time_entry_ids"]}
