"""What cannot be attached: too much, too large, something else than it says; and what is left."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant
from tickets_builders import a_ticket
from tickets_words import EXE, MIB, PNG, an_attachment, files_in, path_of, upload


@pytest.fixture
async def ticket(desk: Api, customer_id: UUID) -> dict[str, Any]:
    return await a_ticket(desk, customer_id)


@pytest.mark.parametrize(
    ("content", "options", "status", "code"),
    [
        (b"", {}, 422, "ATTACHMENT_EMPTY"),
        (EXE, {"claimed": "image/png"}, 422, "ATTACHMENT_TYPE_MISMATCH"),
        (EXE, {}, 422, "ATTACHMENT_KIND_BLOCKED"),
        (PNG, {"filename": "foto.png.exe"}, 422, "ATTACHMENT_KIND_BLOCKED"),
        (PNG, {"filename": ".htaccess"}, 422, "ATTACHMENT_KIND_BLOCKED"),
        (b"<html>", {"filename": "a.txt"}, 422, "ATTACHMENT_KIND_BLOCKED"),
        (b"<svg onload='x'>", {"filename": "a.txt"}, 422, "ATTACHMENT_KIND_BLOCKED"),
        (bytes(2 * MIB + 1), {}, 413, "ATTACHMENT_TOO_LARGE"),
        (PNG, {"filename": ""}, 400, "VALIDATION_ERROR"),
        (PNG, {"filename": "foto\u202egpj.png"}, 400, "VALIDATION_ERROR"),
        (PNG, {"filename": "x" * 4_000}, 400, "VALIDATION_ERROR"),
        (PNG, {"comment_id": "x"}, 400, "VALIDATION_ERROR"),
        (PNG, {"content_id": "<x>"}, 400, "VALIDATION_ERROR"),
        (PNG, {"visibility": "secret"}, 400, "VALIDATION_ERROR"),
        (PNG, {"other": "x"}, 400, "VALIDATION_ERROR"),
        (PNG, {"comment_id": str(uuid7())}, 404, "RESOURCE_NOT_FOUND"),
    ],
)
async def test_what_is_refused_leaves_nothing_behind(
    desk: Api,
    ticket: dict[str, Any],
    store_folder: Path,
    acme: Tenant,
    content: bytes,
    options: dict[str, Any],
    status: int,
    code: str,
) -> None:
    response = await upload(desk, ticket, content, **options)

    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert files_in(store_folder / str(acme.id)) == []
    assert (await desk.get(f"/tickets/{ticket['id']}/attachments")).json()["data"] == []


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_that_is_too_large_is_not_read_to_its_end(
    desk: Api, ticket: dict[str, Any], announced: bool
) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(10_000):
            taken += 1
            yield bytes(MIB)

    length = {"content-length": str(10_000 * MIB)} if announced else {}
    response = await upload(desk, ticket, endless(), headers=length)

    assert response.status_code == 413
    assert taken < 20


async def test_an_upload_that_breaks_off_leaves_nothing_behind(
    asgi: Any, desk: Api, ticket: dict[str, Any], store_folder: Path, acme: Tenant
) -> None:
    messages = [{"type": "http.request", "body": PNG + bytes(MIB), "more_body": True}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return messages.pop() if messages else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "query_string": b"filename=foto.png",
        "path": f"/api/v1/tickets/{ticket['id']}/attachments", "raw_path": b"",
        "headers": [(b"authorization", desk.http.headers["authorization"].encode())],
        "client": None, "http_version": "1.1", "scheme": "http", "server": ("service", 80),
    }  # fmt: skip
    await asgi(scope, receive, send)

    assert sent[0]["status"] == 400
    assert files_in(store_folder / str(acme.id)) == []


async def test_a_ticket_holds_a_hundred_files(desk: Api, ticket: dict[str, Any]) -> None:
    for _ in range(100):
        await an_attachment(desk, ticket)

    one_more = await upload(desk, ticket)

    assert one_more.json()["error"]["code"] == "ATTACHMENTS_TOO_MANY"


async def test_a_tenant_has_a_quota_and_deleting_makes_room(
    desk: Api, ticket: dict[str, Any], customer_id: UUID, beta: Tenant, api: Api
) -> None:
    sent = [await an_attachment(desk, ticket, content=PNG + bytes(2_000_000)) for _ in range(52)]

    full = await upload(desk, ticket, PNG + bytes(2_000_000))
    await desk.delete(path_of(sent[0]))
    room = await upload(desk, ticket, PNG + bytes(1_000_000))

    assert (full.status_code, full.json()["error"]["code"]) == (413, "ATTACHMENT_QUOTA_EXCEEDED")
    assert room.status_code == 201
