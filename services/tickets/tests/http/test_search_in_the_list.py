"""GET /tickets?search=: the most relevant first, together with filters, pages and cursors."""

from typing import Any
from uuid import UUID

import pytest

from psa_common.testing import Api, Tenant
from tickets_builders import a_ticket


def _numbers(page: dict[str, Any]) -> list[str]:
    return [one["attributes"]["number"] for one in page["data"]]


async def test_the_more_relevant_ticket_comes_first(desk: Api, customer_id: UUID) -> None:
    await a_ticket(desk, customer_id, title="Server", description="Der Drucker geht aber noch")
    await a_ticket(desk, customer_id, title="Drucker druckt nicht")

    page = (await desk.get("/tickets?search=drucker")).json()

    assert _numbers(page) == ["T-1002", "T-1001"]
    assert page["meta"]["total"] == 2


async def test_a_search_is_narrowed_by_filters_and_sorted_otherwise_if_asked(
    desk: Api, customer_id: UUID
) -> None:
    for priority in ("P1", "P3", "P1"):
        await a_ticket(desk, customer_id, title="Drucker", priority=priority)
    await a_ticket(desk, customer_id, title="Server", priority="P1")

    page = (await desk.get("/tickets?search=drucker&priority=P1&sort=created_at")).json()

    assert _numbers(page) == ["T-1001", "T-1003"]


async def test_pages_and_cursors_of_a_search_reach_the_same_tickets(
    desk: Api, customer_id: UUID
) -> None:
    for number in range(5):
        await a_ticket(desk, customer_id, title="Drucker " * (1 + number % 2))
    await a_ticket(desk, customer_id, title="Server")

    path = "/tickets?search=drucker"
    whole = _numbers((await desk.get(path)).json())
    paged = [(await desk.get(f"{path}&limit=2&page={n}")).json() for n in (1, 2, 3)]
    by_cursor: list[str] = []
    following: str | None = f"{path}&limit=2&cursor="
    while following:
        page = (await desk.get(following)).json()
        by_cursor += _numbers(page)
        following = (page["links"]["next"] or "").removeprefix("/api/v1") or None

    assert len(whole) == 5
    assert [number for page in paged for number in _numbers(page)] == whole
    assert by_cursor == whole


async def test_relevance_needs_something_to_be_relevant_to(desk: Api) -> None:
    response = await desk.get("/tickets?sort=relevance")

    assert response.status_code == 400
    assert response.json()["error"]["details"][0]["field"] == "sort"


@pytest.mark.parametrize("text", ["%25", "'", "((", "die", ""])
async def test_a_search_that_says_nothing_finds_nothing(
    desk: Api, customer_id: UUID, text: str
) -> None:
    await a_ticket(desk, customer_id)

    response = await desk.get(f"/tickets?search={text}")

    assert (response.status_code, response.json()["data"]) == (200, [])


async def test_a_customers_person_searches_only_what_the_list_shows(
    api: Api, desk: Api, customer_id: UUID, acme: Tenant
) -> None:
    ticket = (await a_ticket(desk, customer_id, title="Drucker"))["id"]
    internal = {"body": "Rumpelstilz", "visibility": "internal"}
    await desk.post(f"/tickets/{ticket}/comments", internal)
    contact = api.as_(acme.person("ticket:view:own_customer", customer_id=str(customer_id)))

    page = (await contact.get("/tickets?search=rumpelstilz")).json()

    assert (page["data"], page["meta"]["total"]) == ([], 0)
    assert len((await contact.get("/tickets?search=drucker")).json()["data"]) == 1
    assert len((await desk.get("/tickets?search=rumpelstilz")).json()["data"]) == 1
