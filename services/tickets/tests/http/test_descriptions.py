"""/tickets/{id}/description: the words stay with the ticket, the HTML is shown while it fits."""

from typing import Any
from uuid import UUID

import pytest

from psa_common.db import Pool
from psa_common.testing import Api, Tenant
from psa_events.testing import published
from tickets_builders import EVERYTHING, a_ticket


@pytest.fixture
async def path(desk: Api, customer_id: UUID) -> str:
    return f"/tickets/{(await a_ticket(desk, customer_id, description='Anfang'))['id']}"


async def described(api: Api, path: str) -> dict[str, Any]:
    response = await api.get(f"{path}/description")
    assert response.status_code == 200, response.text
    attributes: dict[str, Any] = response.json()["data"]["attributes"]
    return attributes


async def test_a_description_is_kept_as_text_and_shown_as_sanitised_html(
    desk: Api, path: str, worker_pool: Pool, acme: Tenant
) -> None:
    before = await described(desk, path)

    html = "<p>Neu <script>x</script><b>hier</b></p>"
    written = await desk.put(f"{path}/description", {"html": html}, headers={"If-Match": '"1"'})

    ticket = (await desk.get(path)).json()["data"]["attributes"]
    *_, event = await published(worker_pool, acme.id)
    assert before == {"text": "Anfang", "html": None}
    assert (written.status_code, written.headers["etag"]) == (200, '"2"')
    assert await described(desk, path) == {"text": "Neu hier", "html": "<p>Neu <b>hier</b></p>"}
    assert ticket["description"] == "Neu hier"
    assert event.type == "ticket.updated.v1"


async def test_html_of_an_earlier_text_is_no_longer_shown(desk: Api, path: str) -> None:
    await desk.put(f"{path}/description", {"html": "<b>Alt</b>"})

    await desk.patch(path, {"description": "Neu"})

    assert await described(desk, path) == {"text": "Neu", "html": None}


async def test_a_description_that_says_nothing_or_comes_too_late_changes_nothing(
    desk: Api, path: str
) -> None:
    empty = await desk.put(f"{path}/description", {"html": "<p></p>"})
    stale = await desk.put(f"{path}/description", {"html": "<p>x</p>"}, headers={"If-Match": '"7"'})

    assert (empty.status_code, empty.json()["error"]["code"]) == (400, "WORDS_MISSING")
    assert stale.status_code == 412
    assert await described(desk, path) == {"text": "Anfang", "html": None}


async def test_only_who_may_reads_and_writes_it(
    api: Api, acme: Tenant, beta: Tenant, path: str
) -> None:
    reader = api.as_(acme.person("ticket:view:all"))
    other = api.as_(acme.person("ticket:view:all", "ticket:update:assigned"))
    stranger = api.as_(beta.person(*EVERYTHING))
    body = {"html": "<b>x</b>"}

    assert (await reader.put(f"{path}/description", body)).status_code == 403
    assert (await other.put(f"{path}/description", body)).status_code == 404
    assert (await stranger.put(f"{path}/description", body)).status_code == 404
    assert (await stranger.get(f"{path}/description")).status_code == 404
    assert await described(reader, path) == {"text": "Anfang", "html": None}
