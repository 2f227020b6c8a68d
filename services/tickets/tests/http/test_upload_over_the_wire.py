"""An upload over a real connection: refused early, broken off, and taken whole."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import uvicorn

from psa_common.joining import JoiningProtocol
from psa_common.testing import Api, Tenant
from tickets_builders import a_ticket
from tickets_words import MIB, PNG, files_in


@asynccontextmanager
async def a_server(asgi: Any) -> AsyncGenerator[int, None]:
    """Serve the application as production does, and give the port."""
    config = uvicorn.Config(
        asgi, port=0, http=JoiningProtocol, log_config=None, lifespan="off", access_log=False
    )
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield int(server.servers[0].sockets[0].getsockname()[1])
    finally:
        await server.shutdown()


@asynccontextmanager
async def an_upload(
    port: int, desk: Api, ticket: dict[str, Any], length: int, *headers: str
) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter], None]:
    """Begin to send a file of *length* bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"POST /api/v1/tickets/{ticket['id']}/attachments?filename=foto.png HTTP/1.1\r\n"
        f"Host: desk\r\nContent-Type: image/png\r\nContent-Length: {length}\r\n"
        f"Authorization: {desk.http.headers['authorization']}\r\n"
    )
    writer.write("".join((head, *(f"{header}\r\n" for header in headers), "\r\n")).encode())
    try:
        yield reader, writer
    finally:
        writer.close()


@pytest.fixture
async def ticket(desk: Api, customer_id: UUID) -> dict[str, Any]:
    return await a_ticket(desk, customer_id)


async def test_ten_gigabytes_are_refused_before_the_first_of_them_comes(
    asgi: Any, desk: Api, ticket: dict[str, Any]
) -> None:
    async with a_server(asgi) as port, an_upload(port, desk, ticket, 10**10) as (reader, _):
        answer = await asyncio.wait_for(reader.readuntil(b"}}"), 5)

    assert answer.startswith(b"HTTP/1.1 413")
    assert b"ATTACHMENT_TOO_LARGE" in answer


async def test_a_file_that_comes_in_pieces_is_kept_whole(
    asgi: Any, desk: Api, ticket: dict[str, Any]
) -> None:
    content = PNG + bytes(MIB)

    async with (
        a_server(asgi) as port,
        an_upload(port, desk, ticket, len(content)) as (reader, writer),
    ):
        for start in range(0, len(content), 100_000):
            writer.write(content[start : start + 100_000])
            await writer.drain()
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n"), 5)

    [kept] = (await desk.get(f"/tickets/{ticket['id']}/attachments")).json()["data"]
    assert answer.startswith(b"HTTP/1.1 201")
    assert kept["attributes"]["size_bytes"] == len(content)


async def test_a_client_that_leaves_in_the_middle_leaves_nothing(
    asgi: Any, desk: Api, ticket: dict[str, Any], store_folder: Path, acme: Tenant
) -> None:
    async with a_server(asgi) as port, an_upload(port, desk, ticket, MIB) as (_, writer):
        writer.write(PNG + bytes(MIB // 2))
        await writer.drain()

    # The server has ended, and with it every request that it had begun.
    assert files_in(store_folder / str(acme.id)) == []
    assert (await desk.get(f"/tickets/{ticket['id']}/attachments")).json()["data"] == []
