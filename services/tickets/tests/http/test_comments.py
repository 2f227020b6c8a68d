"""/tickets/{id}/comments: written, shown, edited with history, redacted; what is refused."""

from typing import Any
from uuid import UUID

import pytest

from psa_common.db import Pool
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant
from psa_events.testing import published
from tickets_builders import EVERYTHING, a_ticket
from tickets_words import PNG, a_portal


@pytest.fixture
async def ticket(desk: Api, customer_id: UUID) -> dict[str, Any]:
    return await a_ticket(desk, customer_id)


@pytest.fixture
async def path(ticket: dict[str, Any]) -> str:
    return f"/tickets/{ticket['id']}/comments"


@pytest.fixture
def portal(api: Api, acme: Tenant, customer_id: UUID) -> Api:
    """Give the customer's own people."""
    return a_portal(api, acme, customer_id)


async def said(api: Api, path: str, **fields: Any) -> dict[str, Any]:
    """Comment and return the resource."""
    response = await api.post(path, {"body": "Wir kümmern uns.", **fields})
    assert response.status_code == 201, response.text
    resource: dict[str, Any] = response.json()["data"]
    return resource


async def close(desk: Api, ticket: dict[str, Any]) -> None:
    for status in ("resolved", "closed"):
        moved = await desk.put(f"/tickets/{ticket['id']}/status", {"status": status})
        assert moved.status_code == 200, moved.text


async def test_html_is_shown_sanitised_and_read_as_text(desk: Api, path: str) -> None:
    html = '<p onclick="x()">Guten <b>Tag</b></p><script>alert(1)</script><img src="https://a/b">'

    attributes = (await said(desk, path, body=None, html=html))["attributes"]
    [listed] = (await desk.get(path)).json()["data"]

    assert attributes["html"] == "<p>Guten <b>Tag</b></p><img>"
    assert attributes["body"] == "Guten Tag"
    assert listed["attributes"] == attributes


async def test_text_that_comes_with_html_stays_as_it_was_sent(desk: Api, path: str) -> None:
    attributes = (await said(desk, path, body="Kurz", html="<p>Lang</p>"))["attributes"]

    assert (attributes["body"], attributes["html"]) == ("Kurz", "<p>Lang</p>")


async def test_a_picture_is_shown_only_if_it_is_attached_to_the_ticket(
    desk: Api, path: str, customer_id: UUID
) -> None:
    other = await a_ticket(desk, customer_id)
    for where, name in ((path, "here@x"), (f"/tickets/{other['id']}/comments", "there@x")):
        sent = await desk.http.post(
            f"/api/v1{where.replace('comments', 'attachments')}",
            params={"filename": "logo.png", "content_id": name},
            content=PNG,
        )
        assert sent.status_code == 201, sent.text

    html = '<img src="cid:here@x"><img src="cid:there@x">'
    attributes = (await said(desk, path, body=None, html=html))["attributes"]

    assert attributes["html"] == '<img src="cid:here@x"><img>'


async def test_words_know_their_channel_and_whether_they_are_the_solution(
    desk: Api, path: str, worker_pool: Pool, acme: Tenant
) -> None:
    await said(desk, path)
    solution = await said(desk, path, channel="phone", is_resolution=True)

    found = (await desk.get(path, params={"is_resolution": "true"})).json()["data"]
    *_, event = await published(worker_pool, acme.id)

    assert [one["id"] for one in found] == [solution["id"]]
    assert found[0]["attributes"]["channel"] == "phone"
    assert (event.data["channel"], event.data["is_resolution"]) == ("phone", True)


async def test_a_customers_words_come_by_the_portal_whatever_they_say(
    portal: Api, path: str
) -> None:
    own = await said(portal, path, channel="agent", author_kind="agent")

    assert own["attributes"]["channel"] == "portal"
    assert own["attributes"]["author_kind"] == "contact"


@pytest.mark.parametrize(
    "fields",
    [
        {"visibility": "internal"},
        {"author_kind": "contact"},
    ],
)
async def test_only_an_agents_public_words_are_a_solution(
    desk: Api, path: str, fields: dict[str, str]
) -> None:
    refused = await desk.post(path, {"body": "x", "is_resolution": True, **fields})

    assert refused.json()["error"]["code"] == "SOLUTION_NOT_PUBLIC"
    assert (await desk.get(path)).json()["data"] == []


@pytest.mark.parametrize("fields", [{}, {"html": "<p> </p>"}, {"html": "<script>x</script>"}])
async def test_saying_nothing_is_refused(desk: Api, path: str, fields: dict[str, str]) -> None:
    refused = await desk.post(path, fields)

    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "WORDS_MISSING")


async def test_a_mail_sized_html_is_taken_and_a_larger_one_refused(desk: Api, path: str) -> None:
    taken = await desk.post(path, {"html": "<b>x</b>" * 20_000})
    long = await desk.post(path, {"html": "x" * 500_001})
    huge = await desk.post(path, {"html": "x" * 1_100_000})

    assert [taken.status_code, long.status_code, huge.status_code] == [201, 400, 413]


async def test_an_edit_keeps_what_stood_there_before(desk: Api, path: str) -> None:
    comment = await said(desk, path, body="Eins")
    where = f"{path}/{comment['id']}"

    second = await desk.patch(where, {"body": "Zwei"}, headers={"If-Match": '"1"'})
    third = await desk.patch(where, {"html": "<p>Drei</p>"})

    versions = (await desk.get(f"{where}/versions")).json()["data"]
    [now] = (await desk.get(path)).json()["data"]
    assert (second.status_code, second.headers["etag"], third.headers["etag"]) == (
        200,
        '"2"',
        '"3"',
    )
    assert [one["attributes"]["body"] for one in versions] == ["Eins", "Zwei"]
    assert (now["attributes"]["body"], now["attributes"]["html"]) == ("Drei", "<p>Drei</p>")
    assert now["attributes"]["edited_at"] is not None


async def test_an_edit_of_an_old_version_changes_nothing(desk: Api, path: str) -> None:
    comment = await said(desk, path, body="Eins")
    where = f"{path}/{comment['id']}"
    await desk.patch(where, {"body": "Zwei"})

    stale = await desk.patch(where, {"body": "Drei"}, headers={"If-Match": '"1"'})

    assert stale.status_code == 412
    assert [one["attributes"]["body"] for one in (await desk.get(path)).json()["data"]] == ["Zwei"]


async def test_an_edit_answers_nobody_again(desk: Api, path: str, ticket: dict[str, Any]) -> None:
    note = await said(desk, path, visibility="internal")

    await desk.patch(f"{path}/{note['id']}", {"body": "anders"})

    read = (await desk.get(f"/tickets/{ticket['id']}")).json()["data"]["attributes"]
    assert read["first_response_at"] is None


async def test_words_are_edited_by_who_wrote_them_or_who_may_override(
    api: Api, acme: Tenant, desk: Api, portal: Api, path: str
) -> None:
    comment = await said(desk, path)
    own = await said(portal, path)
    agent = api.as_(acme.person("ticket:view:all", "ticket:comment:all"))

    for stranger in (agent, portal):
        refused = await stranger.patch(f"{path}/{comment['id']}", {"body": "x"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "NOT_YOUR_COMMENT")
    assert (await portal.patch(f"{path}/{own['id']}", {"body": "x"})).status_code == 200
    assert (await desk.patch(f"{path}/{own['id']}", {"body": "y"})).status_code == 200


async def test_an_override_of_a_narrower_scope_reaches_no_further(
    api: Api, acme: Tenant, desk: Api, path: str
) -> None:
    comment = await said(desk, path)
    lead = api.as_(acme.person("ticket:view:all", "ticket:comment:all", "ticket:override:assigned"))

    edited = await lead.patch(f"{path}/{comment['id']}", {"body": "x"})
    redacted = await lead.post(f"{path}/{comment['id']}/redact", {"reason": "x"})

    assert [edited.status_code, redacted.status_code] == [404, 404]


async def test_on_a_closed_ticket_words_stay_as_they_are(
    desk: Api, path: str, ticket: dict[str, Any]
) -> None:
    comment = await said(desk, path)
    await close(desk, ticket)

    refused = await desk.patch(f"{path}/{comment['id']}", {"body": "x"})

    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "TICKET_CLOSED")


async def test_no_comment_can_be_deleted(desk: Api, path: str) -> None:
    comment = await said(desk, path)

    assert (await desk.delete(f"{path}/{comment['id']}")).status_code == 405


async def test_redacted_words_are_gone_in_every_version_and_from_the_record(
    desk: Api, path: str, database: Any, worker_pool: Pool, acme: Tenant
) -> None:
    comment = await said(desk, path, body=None, html="<p>Passwort geheim-4711</p>")
    where = f"{path}/{comment['id']}"
    await desk.patch(where, {"body": "immer noch geheim-4711"})

    redacted = await desk.post(f"{where}/redact", {"reason": "Zugangsdaten"})
    again = await desk.post(f"{where}/redact", {"reason": "Zugangsdaten"})
    edited = await desk.patch(where, {"body": "x"})

    assert redacted.json()["data"]["attributes"]["body"] == "[Text entfernt]"
    assert redacted.json()["data"]["attributes"]["html"] is None
    assert again.headers["etag"] == redacted.headers["etag"]
    assert (edited.status_code, edited.json()["error"]["code"]) == (409, "COMMENT_REDACTED")
    assert (await desk.get(f"{where}/versions")).json()["data"] == []
    assert "4711" not in await everything_kept(database, acme)


async def everything_kept(database: Any, tenant: Tenant) -> str:
    """Return all rows of the tenant that could hold words, as text."""
    import psycopg

    tables = ("comments", "comment_versions", "audit_records", "outbox", "tickets")
    text = ""
    with psycopg.connect(database.owner_dsn) as conn:
        conn.execute("SELECT set_config('app.tenant_id', %s, false)", [str(tenant.id)])
        for table in tables:
            for row in conn.execute(f"SELECT t::text FROM {table} AS t".encode()):
                text += str(row[0])
    assert "Warenwirtschaft" in text  # it does see the tenant's rows
    return text


async def test_only_who_may_override_redacts(api: Api, acme: Tenant, desk: Api, path: str) -> None:
    comment = await said(desk, path)
    agent = api.as_(acme.person("ticket:view:all", "ticket:comment:all", "ticket:update:all"))

    refused = await agent.post(f"{path}/{comment['id']}/redact", {"reason": "x"})

    assert refused.status_code == 403


async def test_a_customer_reads_no_earlier_version_of_an_agents_words(
    desk: Api, portal: Api, path: str
) -> None:
    comment, own = await said(desk, path), await said(portal, path)
    note = await said(desk, path, visibility="internal")

    foreign = await portal.get(f"{path}/{comment['id']}/versions")

    assert (foreign.status_code, foreign.json()["error"]["code"]) == (403, "NOT_YOUR_COMMENT")
    assert (await portal.get(f"{path}/{own['id']}/versions")).status_code == 200
    assert (await portal.get(f"{path}/{note['id']}/versions")).status_code == 404
    assert (await portal.patch(f"{path}/{note['id']}", {"body": "x"})).status_code == 404


async def test_another_tenant_or_ticket_finds_no_comment(
    api: Api, desk: Api, beta: Tenant, path: str, customer_id: UUID
) -> None:
    comment = await said(desk, path)
    other = f"/tickets/{(await a_ticket(desk, customer_id))['id']}/comments"
    stranger = api.as_(beta.person(*EVERYTHING))

    for who, where in ((stranger, path), (desk, other)):
        assert (await who.patch(f"{where}/{comment['id']}", {"body": "x"})).status_code == 404
        assert (
            await who.post(f"{where}/{comment['id']}/redact", {"reason": "x"})
        ).status_code == 404
        assert (await who.get(f"{where}/{comment['id']}/versions")).status_code == 404
    assert (await desk.patch(f"{path}/{uuid7()}", {"body": "x"})).status_code == 404
