"""/kb/articles: written, looked at, published, read by whom they are for."""

from typing import Any
from uuid import UUID

import pytest

from psa_common.db import Pool
from psa_common.testing import Api, Tenant
from psa_events.testing import published
from tickets_builders import EVERYTHING, a_customer, a_ticket
from tickets_knowledge import a_published_article, an_article, moved
from tickets_search import Searching

#: An id that nothing has.
NOBODY = UUID(int=7)
READER = ("article:view:all", "ticket:view:all")


async def test_an_article_is_published_and_told(desk: Api, worker_pool: Pool, acme: Tenant) -> None:
    article = await a_published_article(desk, audience="portal", tags=["Drucker"])

    [event] = await published(worker_pool, acme.id)

    assert article["attributes"]["number"] == "KB-1001"
    assert (event.type, event.subject) == ("article.published.v1", article["id"])
    assert (event.data["position"], event.data["audience"]) == (1, "portal")


async def test_readers_keep_the_published_version_until_the_next_one_is_published(
    desk: Api, api: Api, acme: Tenant
) -> None:
    article = await a_published_article(desk, title="Erste Fassung")
    path = f"/kb/articles/{article['id']}"
    reader = api.as_(acme.person(*READER))
    await desk.put(path, {"title": "Zweite Fassung", "html": "<p>Neu</p>", "audience": "portal"})

    before = (await reader.get(path)).json()["data"]["attributes"]
    mine = (await desk.get(path)).json()["data"]["attributes"]
    await moved(desk, article, "review", "published")
    after = (await reader.get(path)).json()["data"]["attributes"]
    versions = (await desk.get(f"{path}/versions")).json()["data"]["attributes"]["versions"]

    assert (before["title"], before["audience"]) == ("Erste Fassung", "internal")
    assert (mine["title"], mine["status"]) == ("Zweite Fassung", "draft")
    assert (after["title"], after["position"]) == ("Zweite Fassung", 2)
    assert [one["title"] for one in versions] == ["Zweite Fassung", "Erste Fassung"]


async def _articles_for_others(desk: Api, other: UUID) -> list[dict[str, Any]]:
    theirs = {"audience": "customer", "customer_ids": [str(other)]}
    old = await a_published_article(desk, title="Drucker alt", audience="portal")
    return [
        await an_article(desk, title="Drucker Entwurf", audience="portal"),
        await a_published_article(desk, title="Drucker intern"),
        await a_published_article(desk, title="Drucker anderer", **theirs),
        await moved(desk, old, "archived"),
    ]


async def test_articles_that_are_not_for_a_customer_do_not_exist_for_them(
    searching: Searching,
    api: Api,
    customer_id: UUID,
    worker_pool: Pool,
    acme: Tenant,
) -> None:
    desk = searching.api
    other = await a_customer(worker_pool, acme, number="KD-10043")
    hidden = await _articles_for_others(desk, other)
    mine = {"audience": "customer", "customer_ids": [str(customer_id), str(other)]}
    await a_published_article(desk, title="Drucker für alle", audience="portal")
    await a_published_article(desk, title="Drucker für uns", **mine)
    ticket = await a_ticket(desk, customer_id, title="Drucker")
    for article in hidden:
        await desk.post(f"/tickets/{ticket['id']}/articles", {"article_id": article["id"]})
    person = acme.person(
        "article:view:own_customer", "ticket:view:own_customer", customer_id=str(customer_id)
    )
    portal = api.as_(person)

    for article in hidden:
        path = f"/kb/articles/{article['id']}"
        assert (await portal.get(path)).status_code == 404
        assert (await portal.put(f"{path}/feedback", {"helpful": True})).status_code == 404
    listed = (await portal.get("/kb/articles")).json()
    linked = (await portal.get(f"/tickets/{ticket['id']}/articles")).json()
    suggested = (await portal.get(f"/tickets/{ticket['id']}/suggested-articles")).json()
    found = await searching.as_(person).found("drucker", kind="article")

    expected = {"Drucker für alle", "Drucker für uns"}
    assert {one["attributes"]["title"] for one in listed["data"]} == expected
    assert listed["meta"]["total"] == 2
    assert linked["data"] == []
    assert len(suggested["data"]) == 2
    assert set(found) == expected
    assert len(await searching.found("drucker", kind="article")) == 4


async def test_who_may_only_view_sees_no_draft(desk: Api, api: Api, acme: Tenant) -> None:
    draft = await an_article(desk)
    reader = api.as_(acme.person(*READER))

    assert (await reader.get(f"/kb/articles/{draft['id']}")).status_code == 404
    assert (await reader.get("/kb/articles")).json()["data"] == []
    assert len((await desk.get("/kb/articles?status=draft")).json()["data"]) == 1


async def test_another_tenant_has_no_such_article(
    desk: Api, api: Api, customer_id: UUID, beta: Tenant
) -> None:
    article = await a_published_article(desk, audience="portal")
    path = f"/kb/articles/{article['id']}"
    stranger = api.as_(beta.person(*EVERYTHING))
    body = {"title": "x", "html": "y"}

    answers = [
        await stranger.get(path),
        await stranger.get(f"{path}/versions"),
        await stranger.put(path, body),
        await stranger.put(f"{path}/status", {"status": "archived"}),
        await stranger.put(f"{path}/feedback", {"helpful": True}),
    ]

    assert {response.status_code for response in answers} == {404}
    assert (await stranger.get("/search?q=KB-1001")).json()["data"] == []


async def test_publishing_needs_its_permission_and_a_second_person_if_asked_for(
    desk: Api, api: Api, acme: Tenant
) -> None:
    writer = api.as_(acme.person("article:view:all", "article:write:all"))
    article = await moved(writer, await an_article(writer), "review")
    path = f"/kb/articles/{article['id']}/status"
    mine = await moved(desk, await an_article(desk), "review")
    await desk.put("/kb/rules", {"four_eyes": True})

    alone = await writer.put(path, {"status": "published"})
    own = await desk.put(f"/kb/articles/{mine['id']}/status", {"status": "published"})
    together = await desk.put(path, {"status": "published"})

    assert alone.status_code == 403
    assert (own.status_code, own.json()["error"]["code"]) == (422, "SECOND_PERSON_NEEDED")
    assert together.status_code == 200


async def test_a_writer_alone_cannot_withdraw_what_readers_see(
    desk: Api, api: Api, acme: Tenant
) -> None:
    article = await a_published_article(desk)
    writer = api.as_(acme.person("article:view:all", "article:write:all"))

    response = await writer.put(f"/kb/articles/{article['id']}/status", {"status": "archived"})

    assert response.status_code == 403


async def test_a_person_says_once_whether_it_helped(desk: Api, api: Api, acme: Tenant) -> None:
    article = await a_published_article(desk)
    path = f"/kb/articles/{article['id']}/feedback"
    await desk.put(path, {"helpful": True})
    await desk.put(path, {"helpful": False})

    response = await api.as_(acme.person(*READER)).put(path, {"helpful": True})

    attributes = response.json()["data"]["attributes"]
    assert (attributes["helpful"], attributes["unhelpful"]) == (1, 1)


async def test_a_solved_ticket_becomes_an_article_that_is_suggested_for_the_next(
    desk: Api, customer_id: UUID
) -> None:
    solved = await a_ticket(desk, customer_id, title="Drucker", description="Druckt <nicht>")
    for words in ("Wir sehen nach", "Treiber erneuert"):
        await desk.post(f"/tickets/{solved['id']}/comments", {"body": words})
    await desk.post(
        f"/tickets/{solved['id']}/comments", {"body": "Kennwort", "visibility": "internal"}
    )
    following = await a_ticket(desk, customer_id, title="Drucker im Lager", description="Papier")

    made = (await desk.post(f"/kb/articles/from-ticket/{solved['id']}")).json()["data"]
    await moved(desk, made, "review", "published")
    linked = (await desk.get(f"/tickets/{solved['id']}/articles")).json()["data"]
    suggested = (await desk.get(f"/tickets/{following['id']}/suggested-articles")).json()["data"]

    expected = "<h2>Problem</h2><p>Druckt &lt;nicht&gt;</p><h2>Lösung</h2><p>Treiber erneuert</p>"
    assert (made["attributes"]["html"], made["attributes"]["audience"]) == (expected, "internal")
    assert [one["id"] for one in linked] == [made["id"]]
    assert [one["id"] for one in suggested] == [made["id"]]


async def test_an_article_is_taken_from_a_ticket_once(desk: Api, customer_id: UUID) -> None:
    ticket = await a_ticket(desk, customer_id)
    article = await an_article(desk)
    path = f"/tickets/{ticket['id']}/articles"
    await desk.post(path, {"article_id": article["id"]})

    first = await desk.delete(f"{path}/{article['id']}")
    again = await desk.delete(f"{path}/{article['id']}")

    assert (first.status_code, again.status_code) == (204, 404)


async def test_a_stale_edit_is_refused(desk: Api) -> None:
    article = await an_article(desk)
    path = f"/kb/articles/{article['id']}"
    body = {"title": "x", "html": "<p>y</p>"}
    await desk.put(path, body, headers={"If-Match": '"1"'})

    stale = await desk.put(path, body, headers={"If-Match": '"1"'})

    assert stale.status_code == 412


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"html": "<script>x</script>"}, 400, "NOTHING_SAID"),
        ({"audience": "customer"}, 400, "CUSTOMERS_UNCLEAR"),
        ({"audience": "portal", "customer_ids": [str(NOBODY)]}, 400, "CUSTOMERS_UNCLEAR"),
        ({"audience": "customer", "customer_ids": [str(NOBODY)]}, 404, "RESOURCE_NOT_FOUND"),
        ({"category_id": str(NOBODY)}, 422, None),
        ({"audience": "everybody"}, 400, "VALIDATION_ERROR"),
        ({"tags": [" "]}, 400, "VALIDATION_ERROR"),
        ({"review_by": "soon"}, 400, "VALIDATION_ERROR"),
        ({"title": ""}, 400, "VALIDATION_ERROR"),
    ],
)
async def test_an_article_that_makes_no_sense_is_refused(
    desk: Api, fields: dict[str, Any], status: int, code: str | None
) -> None:
    body = {"title": "x", "html": "<p>y</p>", **fields}

    response = await desk.post("/kb/articles", body)

    assert response.status_code == status, response.text
    assert code in {None, response.json()["error"]["code"]}
    assert (await desk.get("/kb/articles")).json()["data"] == []


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [
        ("get", "/kb/articles", "article:view"),
        ("post", "/kb/articles", "article:write"),
        ("put", "/kb/rules", "article:publish"),
        ("post", f"/kb/articles/from-ticket/{NOBODY}", "article:write"),
        ("get", f"/tickets/{NOBODY}/suggested-articles", "article:view"),
        ("post", f"/tickets/{NOBODY}/articles", "ticket:update"),
    ],
)
async def test_without_the_permission_nothing_is_done(
    api: Api, acme: Tenant, method: str, path: str, permission: str
) -> None:
    others = [one for one in EVERYTHING if not one.startswith(permission)]

    response = await getattr(api.as_(acme.person(*others)), method)(path)

    assert response.status_code == 403
    assert permission in response.json()["error"]["message"]
