"""Stores, scanners and files that tests of words and attachments need."""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

from psa_common.db import Tx
from psa_common.testing import Api, Tenant
from psa_tickets.domain.attachment import Limits
from psa_tickets.queries.attachments import Attachment
from psa_tickets.storage import Cabinet, Objects, Scanner, open_objects
from psa_tickets.usecases import attachments
from psa_tickets.usecases.attachments import File
from psa_tickets.usecases.authors import Author

MIB = 1024 * 1024
CUSTOMER = ("ticket:view:own_customer", "ticket:comment:own_customer")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
PDF = b"%PDF-1.7\n1 0 obj\n"
EXE = b"MZ\x90\x00" + bytes(128)
#: The harmless file that every scanner knows; in two halves, so that none finds it here.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


async def as_stream(*chunks: bytes) -> AsyncIterator[bytes]:
    """Give bytes as they come from a client."""
    for chunk in chunks:
        yield chunk


async def whole(stream: AsyncIterator[bytes]) -> bytes:
    """Collect what a stream gives."""
    return b"".join([chunk async for chunk in stream])


def a_cabinet(
    folder: Path,
    *,
    file_bytes: int = 2 * MIB,
    tenant_bytes: int = 100 * MIB,
    scanner: Scanner | None = None,
) -> Cabinet:
    """Return a cabinet in *folder*."""
    objects = open_objects(folder=str(folder), url=None)
    return Cabinet(objects, Limits(file_bytes=file_bytes, tenant_bytes=tenant_bytes), scanner)


def files_in(folder: Path) -> list[str]:
    """Return the names of all files below *folder*, half-written ones too."""
    return sorted(
        os.path.relpath(os.path.join(where, name), folder)
        for where, _, names in os.walk(folder)
        for name in names
    )


@contextmanager
def an_s3_service() -> Generator[Objects, None, None]:
    """Serve S3 from this process, with one bucket."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield Objects(s3_store(f"http://{host}:{port}"))
    finally:
        server.stop()


def s3_store(endpoint: str) -> S3Store:
    """Make the bucket and return the store that writes to it."""
    httpx.put(f"{endpoint}/psa-files").raise_for_status()
    return S3Store(
        "psa-files",
        prefix="desk",
        endpoint=endpoint,
        region="us-east-1",
        access_key_id="test",
        secret_access_key="test",
        client_options={"allow_http": True},
    )


@asynccontextmanager
async def a_clamd(
    known: bytes = EICAR, *, answers: Sequence[bytes] = ()
) -> AsyncGenerator[Scanner, None]:
    """Serve the protocol of clamd: INSTREAM, chunks with their length, a verdict."""
    said = list(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(await reader.readexactly(4)):
            content += await reader.readexactly(length)
        verdict = b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        writer.write(said.pop(0) if said else verdict)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        yield Scanner(host, port)


async def upload(
    api: Api,
    ticket: dict[str, Any],
    content: bytes | AsyncIterator[bytes] = PNG,
    *,
    claimed: str = "application/octet-stream",
    headers: dict[str, str] | None = None,
    **question: Any,
) -> httpx.Response:
    """Send a file."""
    return await api.http.post(
        f"/api/v1/tickets/{ticket['id']}/attachments",
        content=content,
        params={"filename": "foto.png", **question},
        headers={"content-type": claimed, **(headers or {})},
    )


async def an_attachment(api: Api, ticket: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Send a file and return its resource."""
    response = await upload(api, ticket, **options)
    assert response.status_code == 201, response.text
    resource: dict[str, Any] = response.json()["data"]
    return resource


async def store(
    tx: Tx,
    cabinet: Cabinet,
    author: Author,
    ticket_id: UUID,
    file: File,
    chunks: AsyncIterator[bytes],
    *,
    now: datetime,
) -> Attachment:
    """Keep a file and attach it, as a mail does."""
    received = await attachments.receive(tx.tenant_id, cabinet, file, chunks)
    return await attachments.add(tx, cabinet, author, ticket_id, file, received, now=now)


def a_portal(api: Api, tenant: Tenant, customer_id: UUID) -> Api:
    """Give the customer's own people."""
    return api.as_(tenant.person(*CUSTOMER, name="Kundin", customer_id=str(customer_id)))


async def a_note(api: Api, ticket: dict[str, Any], visibility: str = "public") -> str:
    """Comment and return the id."""
    said = await api.post(
        f"/tickets/{ticket['id']}/comments", {"body": "x", "visibility": visibility}
    )
    return str(said.json()["data"]["id"])


def path_of(attachment: dict[str, Any]) -> str:
    """Return where an attachment is read."""
    ticket_id = attachment["relationships"]["ticket"]["data"]["id"]
    return f"/tickets/{ticket_id}/attachments/{attachment['id']}"
