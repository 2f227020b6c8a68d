"""An answer that two could read differently is none, and nothing of it reaches the next."""

import asyncio
from asyncio import StreamReader as Reader, StreamWriter as Writer

import pytest

from gateway_scripts import OK, SHORT, a_service, answering, ask
from psa_gateway.http.upstream_client import Broken

LEFTOVERS: dict[str, tuple[bytes, bool]] = {
    "a second answer": (SHORT + b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil", False),
    "a body to HEAD": (OK + b"content-length: 4\r\n\r\nevil", True),
    "a body to 204": (b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\n\r\nevil", False),
    "a body to 304": (b"HTTP/1.1 304 Not Modified\r\n\r\nevil", False),
    "more than the length": (OK + b"content-length: 2\r\n\r\n{}evil", False),
    "more than the last chunk": (
        OK + b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\nevil",
        False,
    ),
}


@pytest.mark.parametrize("kind", LEFTOVERS)
async def test_what_comes_after_an_answer_is_never_the_next_one(kind: str) -> None:
    answer, to_head = LEFTOVERS[kind]

    async with a_service(answering(answer)) as pool:
        _, body, kept = await ask(pool, to_head=to_head)

    assert b"evil" not in body
    assert not kept


async def test_an_answer_that_nobody_asked_for_closes_an_idle_connection() -> None:
    async def script(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(SHORT)
        await asyncio.sleep(0.05)
        writer.write(OK + b"content-length: 4\r\n\r\nevil")
        await reader.read()

    async with a_service(script) as pool:
        await ask(pool)
        await asyncio.sleep(0.15)
        status, body, _ = await ask(pool)

    assert (status, body) == (200, b"{}")


BROKEN: dict[str, bytes] = {
    "both framings": OK + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": OK + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}}",
    "a signed length": OK + b"content-length: +2\r\n\r\n{}",
    "a list of lengths": OK + b"content-length: 2, 2\r\n\r\n{}",
    "an unknown coding": OK + b"transfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
    "gzip under chunked": OK + b"transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunked twice": OK + b"transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "a chunk that is no number": OK + b"transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "a huge chunk": OK + b"transfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF1\r\n",
    "NUL in a header": OK + b"x-a: a\x00b\r\ncontent-length: 0\r\n\r\n",
    "a space before the colon": OK + b"content-length : 2\r\n\r\n{}",
    "another protocol": b"HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n",
    "another version": b"HTTP/3.7 200 OK\r\ncontent-length: 2\r\n\r\n{}",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "a request": b"GET / HTTP/1.1\r\nhost: x\r\n\r\n",
    "too large a header": OK + b"x-a: " + b"a" * 70_000 + b"\r\ncontent-length: 0\r\n\r\n",
    "too many headers": OK + b"x-a: 1\r\n" * 300 + b"content-length: 0\r\n\r\n",
    "endless headers": OK + b"x-a: 11111111\r\n" * 40_000,
    "endless interim answers": b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000,
    "endless trailers": OK
    + b"transfer-encoding: chunked\r\n\r\n0\r\n"
    + b"x-a: 11111111\r\n" * 40_000,
}


@pytest.mark.parametrize("kind", BROKEN)
async def test_an_answer_that_two_could_read_differently_is_none(kind: str) -> None:
    async with a_service(answering(BROKEN[kind])) as pool:
        with pytest.raises(Broken) as caught:
            await ask(pool)

    assert caught.value.heard


HALF: dict[str, bytes] = {
    "before the head's end": OK + b"content-le",
    "in a body of known length": OK + b"content-length: 100\r\n\r\nhalf",
    "in a chunk": OK + b"transfer-encoding: chunked\r\n\r\nff\r\nhalf",
    "between chunks": OK + b"transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    "before the last line": OK + b"transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n",
}


@pytest.mark.parametrize("kind", HALF)
async def test_an_answer_that_breaks_off_is_broken(kind: str) -> None:
    async with a_service(answering(HALF[kind], then_close=True)) as pool:
        with pytest.raises(Broken) as caught:
            await ask(pool)

    assert caught.value.heard
