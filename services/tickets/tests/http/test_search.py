"""/search: what is found, by whom, and what never is; the same on either engine."""

from uuid import UUID

import pytest

from psa_common.db import Pool, tenant_transaction
from psa_common.testing import Api, Tenant, a_context
from psa_tickets.queries import copies
from tickets_builders import a_ticket
from tickets_search import Searching, a_person, an_asset, matching


@pytest.mark.parametrize("sought", ["Störung", "Stoerung", "STORUNG", "störungen", "Störu"])
async def test_umlauts_endings_and_beginnings_meet(
    searching: Searching, customer_id: UUID, sought: str
) -> None:
    await a_ticket(searching.api, customer_id, title="Störung im Lager")

    assert await searching.found(sought) == ["Störung im Lager"]


@pytest.mark.parametrize("sought", ["Drucker", "Druckern", "netzwerkdrucker", "Netzwerk"])
async def test_a_part_of_a_compound_finds_it(
    searching: Searching, customer_id: UUID, sought: str
) -> None:
    await a_ticket(searching.api, customer_id, title="Netzwerkdrucker im Flur steht")

    assert await searching.found(sought) == ["Netzwerkdrucker im Flur steht"]


async def test_a_typing_error_is_forgiven_and_said(searching: Searching, customer_id: UUID) -> None:
    await a_ticket(searching.api, customer_id, title="Warenwirtschaft steht")

    answer = await searching.answer("Warenwirtschfat")

    assert [one["type"] for one in answer["data"]] == ["ticket"]
    assert answer["meta"]["guessed"]


async def test_words_may_stand_in_title_and_reply(searching: Searching, customer_id: UUID) -> None:
    ticket = await a_ticket(searching.api, customer_id, title="Drucker im Flur")
    await a_ticket(searching.api, customer_id, title="Drucker im Lager")
    await searching.api.post(f"/tickets/{ticket['id']}/comments", {"body": "Toner ist bestellt"})

    answer = await searching.answer("drucker toner", kind="ticket")

    assert [one["id"] for one in answer["data"]] == [ticket["id"]]
    assert matching(answer["data"][0]["attributes"]["excerpt"]) == ["Toner"]


async def test_a_ticket_is_found_once_however_often_it_says_it(
    searching: Searching, customer_id: UUID
) -> None:
    ticket = await a_ticket(searching.api, customer_id, title="Drucker", description="Drucker")
    for _ in range(3):
        await searching.api.post(f"/tickets/{ticket['id']}/comments", {"body": "Der Drucker!"})

    assert await searching.found("drucker", kind="ticket") == ["Drucker"]


async def test_a_number_comes_before_what_only_mentions_it(
    searching: Searching, customer_id: UUID
) -> None:
    first = await a_ticket(searching.api, customer_id, title="Erste")
    for _ in range(3):
        await a_ticket(searching.api, customer_id, title="T-1001 T-1001 T-1001", priority="P1")

    answer = await searching.answer("t-1001", kind="ticket")

    assert answer["data"][0]["id"] == first["id"]
    assert len(answer["data"]) == 4


@pytest.mark.parametrize(
    ("sought", "kind", "title"),
    [
        ("KD-10042", "customer", "Müller"),
        ("mueller", "customer", "Müller"),
        ("SRV-02", "asset", "SRV-02"),
        ("petra@mueller.example", "contact", "Petra Krämer"),
        ("0211 4711-0", "contact", "Petra Krämer"),
        ("+49 (211) 47110", "contact", "Petra Krämer"),
        ("Kraemer", "contact", "Petra Krämer"),
    ],
)
async def test_people_and_machines_are_found_by_what_names_them(
    searching: Searching,
    customer_id: UUID,
    worker_pool: Pool,
    acme: Tenant,
    sought: str,
    kind: str,
    title: str,
) -> None:
    await an_asset(worker_pool, acme, customer_id, "SRV-02")
    await a_person(
        worker_pool, acme, customer_id, email="petra@mueller.example", phone="+49 211 47110"
    )

    assert await searching.found(sought, kind=kind) == [title]


async def test_an_answer_is_grouped_and_says_of_what_there_is_more(
    searching: Searching, customer_id: UUID
) -> None:
    for number in range(3):
        await a_ticket(searching.api, customer_id, title=f"Anlage {number} bei Müller")

    answer = await searching.answer("müller", limit=2)

    assert [one["type"] for one in answer["data"]] == ["ticket", "ticket", "customer"]
    assert answer["meta"]["more"] == ["ticket"]


async def test_what_matches_is_marked_and_markup_stays_text(
    searching: Searching, customer_id: UUID
) -> None:
    await a_ticket(searching.api, customer_id, title="<b>Drucker</b> & <script>alert(1)</script>")

    answer = await searching.answer("drucker", kind="ticket")

    assert answer["data"][0]["attributes"]["title"] == [
        {"text": "<b>", "matches": False},
        {"text": "Drucker", "matches": True},
        {"text": "</b> & <script>alert(1)</script>", "matches": False},
    ]


async def test_a_changed_title_is_found_and_the_old_one_is_not(
    searching: Searching, customer_id: UUID
) -> None:
    ticket = await a_ticket(searching.api, customer_id, title="Bildschirm flackert")
    await searching.api.post(f"/tickets/{ticket['id']}/comments", {"body": "Kabel getauscht"})
    await searching.catch_up()

    await searching.api.patch(f"/tickets/{ticket['id']}", {"title": "Tastatur klemmt"})

    assert await searching.found("tastatur kabel") == ["Tastatur klemmt"]
    assert await searching.found("bildschirm") == []


async def test_open_tickets_follow_their_customers_new_name(
    searching: Searching, customer_id: UUID, worker_pool: Pool, acme: Tenant
) -> None:
    await a_ticket(searching.api, customer_id, title="Anlage steht")
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await copies.keep_customer(
            tx, id=customer_id, number="KD-10042", name="Zimmermann", status="active", sequence=2
        )

    assert await searching.found("zimmermann anlage") == ["Anlage steht"]


HOSTILE = [
    "%",
    "_",
    "\\",
    "'",
    "' OR '1'='1",
    "a & | ! <-> b",
    "(((",
    ":* & !",
    "tenant_id:*",
    "_exists_:title",
    "*:*",
    "/.*/",
    "drucker~10",
    '"',
    "die der das",
    "=t-1001'; DROP TABLE tickets; --",
    "🖨" * 50,
    "x" * 200,
    "a " * 99,
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_whatever_is_typed_is_taken_literally(
    searching: Searching, customer_id: UUID, text: str
) -> None:
    await a_ticket(searching.api, customer_id, title="Drucker im Flur")

    assert await searching.found(text, kind="ticket") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("q=", "q"),
        ("q=%20%20", "q"),
        ("kind=ticket", "q"),
        (f"q={'x' * 10_000}", "q"),
        ("q=x&limit=0", "limit"),
        ("q=x&limit=51", "limit"),
        ("q=x&kind=invoice", "kind"),
        ("q=x&index=*", "index"),
        ("q=x&q=y", "q"),
        ("q=%00", "q"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused_by_name(
    desk: Api, query: str, field: str
) -> None:
    response = await desk.get(f"/search?{query}")

    assert response.status_code == 400, response.text
    assert response.json()["error"]["details"][0]["field"] == field


async def test_searching_needs_the_permission(api: Api, acme: Tenant) -> None:
    response = await api.as_(acme.person("customer:view:all")).get("/search?q=x")

    assert response.status_code == 403
    assert "ticket:view" in response.json()["error"]["message"]
