"""Lists: pages for people, cursors for machines, filters, sparse fields, and bad questions."""

from typing import Any
from uuid import UUID

import pytest

from psa_common.testing import Api
from tickets_builders import a_ticket


async def _all_by_cursor(desk: Api, path: str) -> list[str]:
    numbers: list[str] = []
    following: str | None = path
    while following:
        page: dict[str, Any] = (await desk.get(following)).json()
        numbers += [ticket["attributes"]["number"] for ticket in page["data"]]
        following = (page["links"]["next"] or "").removeprefix("/api/v1") or None
    return numbers


async def test_pages_and_cursors_reach_the_same_tickets(desk: Api, customer_id: UUID) -> None:
    for _ in range(7):
        await a_ticket(desk, customer_id)
    expected = [f"T-{number}" for number in range(1001, 1008)]

    pages = [
        (await desk.get(f"/tickets?sort=created_at&limit=3&page={n}")).json() for n in (1, 2, 3)
    ]
    by_cursor = await _all_by_cursor(desk, "/tickets?sort=created_at&limit=3&cursor=")

    assert [one["attributes"]["number"] for page in pages for one in page["data"]] == expected
    assert pages[0]["meta"] | {"timestamp": None} == {
        "limit": 3,
        "page": 1,
        "total": 7,
        "total_pages": 3,
        "total_is_at_least": False,
        "timestamp": None,
    }
    assert by_cursor == expected


async def test_only_the_fields_that_are_asked_for_are_sent(desk: Api, customer_id: UUID) -> None:
    await a_ticket(desk, customer_id)

    page = (await desk.get("/tickets?fields=number,status")).json()

    assert page["data"][0]["attributes"] == {"number": "T-1001", "status": "new"}


async def test_filters_narrow_the_list(desk: Api, customer_id: UUID) -> None:
    await a_ticket(desk, customer_id, priority="P1")
    await a_ticket(desk, customer_id, priority="P3")

    page = (await desk.get(f"/tickets?priority=P1&customer_id={customer_id}")).json()

    assert [one["attributes"]["priority"] for one in page["data"]] == ["P1"]


@pytest.mark.parametrize(
    "query",
    [
        "page=-1",
        "page=0",
        "page=1e9",
        "limit=0",
        "limit=101",
        "limit=99999999999999999999",
        "limit=%D9%A3",
        "sort=title;drop",
        "order=sideways",
        "priority=unknown",
        "status=new&status=closed",
        "customer_id=1",
        "customer_id=%00",
        "created_after=yesterday",
        "created_after=2026-06-03T08:00:00",
        "created_after=9999-12-31T23:59:59-12:00",
        "cursor=x",
        "cursor=W10",
        "filter[title][$ne]=",
        "unknown=1",
    ],
)
async def test_a_question_that_makes_no_sense_is_refused_by_name(desk: Api, query: str) -> None:
    response = await desk.get(f"/tickets?{query}")

    assert response.status_code == 400, response.text
    assert response.json()["error"]["details"][0]["field"] == query.partition("=")[0]


async def test_a_cursor_of_another_filter_is_refused(desk: Api, customer_id: UUID) -> None:
    for _ in range(2):
        await a_ticket(desk, customer_id)
    following = (await desk.get("/tickets?limit=1&cursor=")).json()["links"]["next"]

    response = await desk.get(following.removeprefix("/api/v1") + "&priority=P3")

    assert response.status_code == 400
    assert "another list" in response.json()["error"]["message"]


async def test_related_resources_are_included_once_when_they_are_asked_for(
    desk: Api, customer_id: UUID
) -> None:
    ticket = await a_ticket(desk, customer_id)
    await a_ticket(desk, customer_id)

    page = (await desk.get("/tickets?include=customer,assignee")).json()
    one = (await desk.get(f"/tickets/{ticket['id']}?include=customer")).json()
    plain = (await desk.get("/tickets")).json()

    assert [(item["type"], item["attributes"]["name"]) for item in page["included"]] == [
        ("customer", "Müller")
    ]
    assert [item["id"] for item in one["included"]] == [str(customer_id)]
    assert "included" not in plain


async def test_what_cannot_be_included_is_refused_by_name(desk: Api, customer_id: UUID) -> None:
    ticket = await a_ticket(desk, customer_id)

    for path in ("/tickets", f"/tickets/{ticket['id']}"):
        response = await desk.get(f"{path}?include=secrets")
        assert response.status_code == 400
        assert response.json()["error"]["details"][0]["field"] == "include"
