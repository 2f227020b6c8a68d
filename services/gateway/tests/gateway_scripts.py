"""Servers that say what no framework would let them say, and a client of theirs."""

import asyncio
import contextlib
from asyncio import StreamReader as Reader, StreamWriter as Writer
from collections.abc import AsyncGenerator, Awaitable, Callable

from psa_gateway.http.upstream_pool import Pool

Script = Callable[[Reader, Writer], Awaitable[None]]
REQUEST = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"
SHORT = OK + b"content-length: 2\r\n\r\n{}"


@contextlib.asynccontextmanager
async def a_service(script: Script, *, size: int = 4) -> AsyncGenerator[Pool]:
    """Serve *script* once per connection and give the pool that leads there."""
    tasks: set[asyncio.Task[None]] = set()

    async def converse(reader: Reader, writer: Writer) -> None:
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await script(reader, writer)
        finally:
            writer.close()

    def connected(reader: Reader, writer: Writer) -> None:
        tasks.add(asyncio.ensure_future(converse(reader, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    pool = Pool(f"http://127.0.0.1:{port}", connect_seconds=0.3, size=size)
    try:
        yield pool
    finally:
        pool.close()
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def answering(*answers: bytes, then_close: bool = False) -> Script:
    """Return a script that gives one answer for each request."""

    async def script(reader: Reader, writer: Writer) -> None:
        for answer in answers:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
        if not then_close:
            await reader.read()

    return script


async def ask(
    pool: Pool, *, to_head: bool = False, seconds: float = 1.0
) -> tuple[int, bytes, bool]:
    """Return status and body, and whether the connection was kept."""
    connection = await pool.take()
    try:
        connection.begin(REQUEST, seconds=seconds, to_head=to_head, body_follows=False)
        await connection.answered()
        body = b""
        while not connection.ended:
            body += await connection.read()
    finally:
        pool.give_back(connection)
    return connection.status, body, connection.is_open
