"""/tickets/{id}/attachments: up, down, listed, deleted, and who may do so."""

import hashlib
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from psa_common.db import Pool
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant
from psa_events.testing import published
from tickets_builders import EVERYTHING, a_ticket
from tickets_words import (
    CUSTOMER,
    PDF,
    PNG,
    a_note,
    a_portal,
    an_attachment,
    files_in,
    path_of,
    upload,
)

AGENT = ("ticket:view:all", "ticket:comment:all")


@pytest.fixture
async def ticket(desk: Api, customer_id: UUID) -> dict[str, Any]:
    return await a_ticket(desk, customer_id)


@pytest.fixture
def portal(api: Api, acme: Tenant, customer_id: UUID) -> Api:
    """Give the customer's own people."""
    return a_portal(api, acme, customer_id)


async def test_a_file_is_kept_and_comes_back_byte_for_byte(
    desk: Api, ticket: dict[str, Any]
) -> None:
    content = PDF + bytes(300_000)

    sent = await an_attachment(
        desk, ticket, content=content, filename="Prüf bericht.pdf", claimed="application/pdf"
    )
    back = await desk.get(f"{path_of(sent)}/content")

    attributes = sent["attributes"]
    assert attributes["filename"] == "Prüf bericht.pdf"
    assert attributes["content_type"] == "application/pdf"
    assert attributes["size_bytes"] == len(content)
    assert attributes["sha256"] == hashlib.sha256(content).hexdigest()
    assert attributes["scan"] == "unscanned"
    assert back.content == content


async def test_a_download_can_do_nothing_in_a_browser(desk: Api, ticket: dict[str, Any]) -> None:
    sent = await an_attachment(desk, ticket, filename='Prüf"bericht; x.png')

    headers = (await desk.get(f"{path_of(sent)}/content")).headers

    disposition = "attachment; filename*=UTF-8''Pr%C3%BCf_bericht%3B%20x.png"
    assert headers["content-disposition"] == disposition
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert headers["cache-control"] == "private, no-store"
    assert headers["content-type"] == "image/png"
    assert headers["content-length"] == str(len(PNG))


async def test_who_has_the_file_need_not_load_it_again(desk: Api, ticket: dict[str, Any]) -> None:
    sent = await an_attachment(desk, ticket)
    etag = (await desk.get(f"{path_of(sent)}/content")).headers["etag"]

    again = await desk.get(f"{path_of(sent)}/content", headers={"If-None-Match": etag})

    assert (again.status_code, again.content) == (304, b"")


async def test_files_are_listed_and_read(desk: Api, ticket: dict[str, Any]) -> None:
    comment_id = await a_note(desk, ticket)
    first = await an_attachment(desk, ticket)
    second = await an_attachment(desk, ticket, comment_id=comment_id, content_id="logo@x")
    path = f"/tickets/{ticket['id']}/attachments"

    listed = (await desk.get(path)).json()["data"]
    of_comment = (await desk.get(path, params={"comment_id": comment_id})).json()["data"]
    read = (await desk.get(path_of(second))).json()["data"]

    assert [one["id"] for one in listed] == [first["id"], second["id"]]
    assert of_comment == [read]
    assert read["relationships"]["comment"]["data"] == {"type": "comment", "id": comment_id}
    assert read["attributes"]["content_id"] == "logo@x"


async def test_the_others_are_told_of_a_file_but_not_its_name(
    desk: Api, ticket: dict[str, Any], worker_pool: Pool, acme: Tenant
) -> None:
    sent = await an_attachment(desk, ticket, visibility="internal")

    *_, event = await published(worker_pool, acme.id)

    assert (event.type, event.subject) == ("attachment.added.v1", ticket["id"])
    assert event.data["attachment_id"] == sent["id"]
    assert event.data["visibility"] == "internal"
    assert "foto" not in str(event.data)


async def test_a_file_of_a_deleted_row_is_gone(desk: Api, ticket: dict[str, Any]) -> None:
    sent = await an_attachment(desk, ticket)

    deleted = await desk.delete(path_of(sent))

    assert deleted.status_code == 204
    for path in (path_of(sent), f"{path_of(sent)}/content"):
        assert (await desk.get(path)).status_code == 404
    assert (await desk.delete(path_of(sent))).status_code == 404
    assert (await desk.get(f"/tickets/{ticket['id']}/attachments")).json()["data"] == []


async def test_one_key_uploads_once(desk: Api, ticket: dict[str, Any]) -> None:
    key = {"Idempotency-Key": "upload-of-this-test"}

    first = await upload(desk, ticket, headers=key)
    again = await upload(desk, ticket, headers=key)
    other = await upload(desk, ticket, PNG + b"x", headers=key)
    renamed = await upload(desk, ticket, filename="anders.png", headers=key)

    assert (again.status_code, again.content) == (201, first.content)
    for reused in (other, renamed):
        assert reused.json()["error"]["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert len((await desk.get(f"/tickets/{ticket['id']}/attachments")).json()["data"]) == 1


async def test_a_customer_sees_what_belongs_to_public_words(
    desk: Api, portal: Api, ticket: dict[str, Any]
) -> None:
    seen = [
        await an_attachment(desk, ticket),
        await an_attachment(desk, ticket, comment_id=await a_note(desk, ticket)),
        await an_attachment(portal, ticket),
    ]
    hidden = [
        await an_attachment(desk, ticket, visibility="internal"),
        await an_attachment(desk, ticket, comment_id=await a_note(desk, ticket, "internal")),
    ]

    listed = (await portal.get(f"/tickets/{ticket['id']}/attachments")).json()["data"]

    assert [one["id"] for one in listed] == [one["id"] for one in seen]
    assert [one["attributes"]["visibility"] for one in hidden] == ["internal", "internal"]
    for one in hidden:
        for path in (path_of(one), f"{path_of(one)}/content"):
            assert (await portal.get(path)).status_code == 404
        assert (await portal.delete(path_of(one))).status_code == 404


async def test_a_customer_hides_nothing_and_adds_nothing_to_the_words_of_others(
    desk: Api, portal: Api, ticket: dict[str, Any]
) -> None:
    internal = await upload(portal, ticket, visibility="internal")
    public = await upload(portal, ticket, comment_id=await a_note(desk, ticket))
    secret = await upload(portal, ticket, comment_id=await a_note(desk, ticket, "internal"))

    assert internal.json()["error"]["code"] == "INTERNAL_NOTE_BY_CONTACT"
    assert (public.status_code, public.json()["error"]["code"]) == (403, "NOT_YOUR_COMMENT")
    assert secret.status_code == 404


async def test_a_file_belongs_to_who_sent_it_or_to_who_may_update_the_ticket(
    api: Api, acme: Tenant, desk: Api, portal: Api, ticket: dict[str, Any]
) -> None:
    agent = api.as_(acme.person(*AGENT))
    sent = await an_attachment(desk, ticket)
    own = await an_attachment(portal, ticket)
    third = await an_attachment(portal, ticket)

    for stranger in (agent, portal):
        refused = await stranger.delete(path_of(sent))
        assert (refused.status_code, refused.json()["error"]["code"]) == (
            403,
            "NOT_YOUR_ATTACHMENT",
        )
    assert (await portal.delete(path_of(own))).status_code == 204
    assert (await desk.delete(path_of(third))).status_code == 204


async def test_a_customer_adds_nothing_to_a_closed_ticket(
    desk: Api, portal: Api, ticket: dict[str, Any]
) -> None:
    own = await an_attachment(portal, ticket)
    for status in ("resolved", "closed"):
        moved = await desk.put(f"/tickets/{ticket['id']}/status", {"status": status})
        assert moved.status_code == 200, moved.text

    assert (await upload(portal, ticket)).json()["error"]["code"] == "TICKET_CLOSED"
    assert (await portal.delete(path_of(own))).json()["error"]["code"] == "TICKET_CLOSED"
    assert (await upload(desk, ticket)).status_code == 201


async def test_another_tenant_or_customer_finds_nothing(
    api: Api, desk: Api, beta: Tenant, acme: Tenant, ticket: dict[str, Any]
) -> None:
    sent = await an_attachment(desk, ticket)
    strangers = (
        beta.person(*EVERYTHING),
        acme.person(*CUSTOMER, customer_id=str(uuid7())),
        acme.person("ticket:view:assigned", "ticket:comment:assigned"),
    )

    for person in strangers:
        stranger = api.as_(person)
        assert (await upload(stranger, ticket)).status_code == 404
        assert (await stranger.delete(path_of(sent))).status_code == 404
        for path in (path_of(sent), f"{path_of(sent)}/content"):
            assert (await stranger.get(path)).status_code == 404
        assert (await stranger.get(f"/tickets/{ticket['id']}/attachments")).status_code == 404


async def test_without_permission_nothing_is_read_or_written(
    api: Api, desk: Api, acme: Tenant, ticket: dict[str, Any]
) -> None:
    sent = await an_attachment(desk, ticket)
    reader, nobody = api.as_(acme.person("ticket:view:all")), api.as_(acme.person())

    assert (await upload(reader, ticket)).status_code == 403
    assert (await reader.delete(path_of(sent))).status_code == 403
    assert (await nobody.get(f"{path_of(sent)}/content")).status_code == 403
    assert (await upload(api, ticket)).status_code == 401


async def test_a_file_that_vanished_from_the_store_is_not_a_fault_of_ours(
    desk: Api, ticket: dict[str, Any], store_folder: Path, acme: Tenant
) -> None:
    sent = await an_attachment(desk, ticket)
    for name in files_in(store_folder / str(acme.id)):
        (store_folder / str(acme.id) / name).unlink()

    assert (await desk.get(f"{path_of(sent)}/content")).status_code == 404
