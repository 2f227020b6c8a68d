"""The client of the services over real sockets: framing, clocks, back pressure, the pool."""

import asyncio
import time
from asyncio import StreamReader as Reader, StreamWriter as Writer
from typing import cast

import pytest

from gateway_scripts import OK, REQUEST, SHORT, a_service, answering, ask
from psa_gateway.http.upstream_client import BUFFERED_BYTES_MAX, Broken, Connection, TooSlow
from psa_gateway.http.upstream_pool import NotConnected, Pool, PoolFull, fetch

WHOLE: dict[str, tuple[bytes, int, bytes]] = {
    "a length": (SHORT, 200, b"{}"),
    "no length at all but zero": (OK + b"content-length: 0\r\n\r\n", 200, b""),
    "chunks": (
        OK + b"transfer-encoding: chunked\r\n\r\n2\r\nab\r\n3;x=y\r\ncde\r\n0\r\n\r\n",
        200,
        b"abcde",
    ),
    "chunks with trailers": (
        OK + b"transfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nx-user: root\r\n\r\n",
        200,
        b"a",
    ),
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
    "304": (b'HTTP/1.1 304 Not Modified\r\netag: "1"\r\n\r\n', 304, b""),
    "an interim answer": (b"HTTP/1.1 100 Continue\r\n\r\n" + SHORT, 200, b"{}"),
    "early hints": (b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + SHORT, 200, b"{}"),
}


@pytest.mark.parametrize("kind", WHOLE)
async def test_an_answer_is_read_whole_and_its_connection_is_kept(kind: str) -> None:
    answer, status, body = WHOLE[kind]

    async with a_service(answering(answer, answer)) as pool:
        found = [await ask(pool), await ask(pool)]

    assert found == [(status, body, True)] * 2


async def test_trailers_and_interim_headers_are_no_headers_of_the_answer() -> None:
    answer = WHOLE["early hints"][0].replace(b"content-length: 2\r\n\r\n{}", b"") + (
        b"transfer-encoding: chunked\r\n\r\n0\r\nx-user: root\r\n\r\n"
    )
    async with a_service(answering(answer)) as pool:
        connection = await pool.take()
        connection.begin(REQUEST, seconds=1, to_head=False, body_follows=False)
        await connection.answered()
        await connection.read()
        pool.give_back(connection)

    assert connection.headers == [(b"transfer-encoding", b"chunked")]


async def test_an_answer_to_head_has_a_length_and_no_body() -> None:
    head = OK + b"content-length: 1000\r\n\r\n"

    async with a_service(answering(head, SHORT)) as pool:
        found = [await ask(pool, to_head=True), await ask(pool)]

    assert found == [(200, b"", True), (200, b"{}", True)]


async def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    async with a_service(answering(OK + b"\r\nall of it", then_close=True)) as pool:
        found = await ask(pool)

    assert found == (200, b"all of it", False)


@pytest.mark.parametrize("line", [b"connection: close\r\n", b"connection: Close, x\r\n"])
async def test_a_service_that_wants_to_close_is_asked_on_a_new_connection(line: bytes) -> None:
    answer = OK + line + b"content-length: 2\r\n\r\n{}"

    async with a_service(answering(answer)) as pool:
        found = [await ask(pool), await ask(pool)]

    assert found == [(200, b"{}", False)] * 2


async def test_a_connection_that_ends_before_a_byte_may_be_tried_again() -> None:
    async with a_service(answering(SHORT, b"", then_close=True)) as pool:
        await ask(pool)
        with pytest.raises(Broken) as caught:
            await ask(pool)

    assert not caught.value.heard


async def test_a_service_that_says_nothing_is_given_up_in_time() -> None:
    async with a_service(answering(b"")) as pool:
        started = time.monotonic()
        with pytest.raises(TooSlow):
            await ask(pool, seconds=0.2)

    assert 0.19 < time.monotonic() - started < 0.8


async def test_a_service_that_stops_in_the_middle_is_given_up_in_time() -> None:
    async with a_service(answering(OK + b"transfer-encoding: chunked\r\n\r\nff\r\nhalf")) as pool:
        with pytest.raises(TooSlow):
            await ask(pool, seconds=0.2)


async def test_a_head_that_dribbles_does_not_move_its_deadline() -> None:
    async def dribble(_reader: Reader, writer: Writer) -> None:
        for byte in OK * 10:
            writer.write(bytes([byte]))
            await asyncio.sleep(0.05)

    async with a_service(dribble) as pool:
        started = time.monotonic()
        with pytest.raises(TooSlow):
            await ask(pool, seconds=0.2)

    assert time.monotonic() - started < 0.8


async def test_a_deadline_that_was_kept_does_not_hurt_the_next_exchange() -> None:
    async with a_service(answering(SHORT, SHORT)) as pool:
        first = await ask(pool, seconds=0.1)
        await asyncio.sleep(0.2)
        second = await ask(pool, seconds=5)

    assert first == second == (200, b"{}", True)


async def test_an_answer_may_come_before_the_body_is_sent() -> None:
    early = b"HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\n{}"
    async with a_service(answering(early)) as pool:
        connection = await pool.take()
        head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n"
        connection.begin(head + b"x", seconds=1, to_head=False, body_follows=True)
        await connection.answered()
        body = await connection.read()
        pool.give_back(connection)

    assert (connection.status, body) == (413, b"{}")
    assert not connection.is_open


async def test_the_services_clock_stands_still_while_the_body_comes() -> None:
    async with a_service(answering(SHORT)) as pool:
        connection = await pool.take()
        connection.begin(REQUEST, seconds=0.2, to_head=False, body_follows=True)
        sending = asyncio.get_running_loop().call_later(0.4, connection.sent)
        await connection.answered()
        pool.give_back(connection)

    sending.cancel()
    assert connection.status == 200


async def flood(connection: Connection) -> None:
    for _ in range(1000):
        await connection.write(b"x" * 65536)


async def test_a_service_that_does_not_read_stops_the_body_and_runs_out_of_time() -> None:
    async def deaf(_reader: Reader, writer: Writer) -> None:
        cast("asyncio.Transport", writer.transport).pause_reading()
        await asyncio.sleep(5)

    async with a_service(deaf) as pool:
        connection = await pool.take()
        connection.begin(REQUEST, seconds=0.2, to_head=False, body_follows=True)
        with pytest.raises(TooSlow):
            await flood(connection)
        pool.give_back(connection)


async def test_a_reader_that_waits_lets_the_service_wait() -> None:
    sent = 0

    async def pour(reader: Reader, writer: Writer) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK + b"content-length: 100000000\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()
            sent += 65536

    async with a_service(pour) as pool:
        connection = await pool.take()
        connection.begin(REQUEST, seconds=1, to_head=False, body_follows=False)
        await connection.answered()
        await asyncio.sleep(0.3)
        first = len(await connection.read())
        pool.give_back(connection)

    assert first <= BUFFERED_BYTES_MAX + 300_000
    assert sent < 20_000_000


async def test_connections_are_bounded_and_a_full_pool_says_so_in_time() -> None:
    async with a_service(answering(SHORT), size=2) as pool:
        lent: list[Connection] = [await pool.take() for _ in range(2)]
        with pytest.raises(PoolFull):
            await pool.take()
        waiting = asyncio.ensure_future(pool.take())
        await asyncio.sleep(0)
        pool.give_back(lent[0])
        third = await waiting
        for connection in (lent[1], third):
            pool.give_back(connection)


async def test_a_caller_that_gives_up_waiting_leaves_its_place() -> None:
    async with a_service(answering(SHORT), size=1) as pool:
        lent = await pool.take()
        waiting = asyncio.ensure_future(pool.take())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        pool.give_back(lent)

        assert (await ask(pool))[0] == 200


async def test_nobody_there_is_no_connection() -> None:
    pool = Pool("http://127.0.0.1:9", connect_seconds=0.3, size=1)

    for _ in range(3):  # a slot that was not given back would make the second wait
        with pytest.raises(NotConnected):
            await pool.take()


async def test_a_connection_that_the_service_closed_while_idle_is_not_used() -> None:
    async with a_service(answering(SHORT, then_close=True)) as pool:
        found: list[tuple[int, bytes]] = []
        for _ in range(3):
            status, body, _ = await ask(pool)
            found.append((status, body))
            await asyncio.sleep(0.05)

    assert found == [(200, b"{}")] * 3


@pytest.mark.parametrize("base", ["ftp://x", "http://", "127.0.0.1:80", "http://x/path"])
def test_what_is_no_address_is_refused_at_once(base: str) -> None:
    with pytest.raises(ValueError, match="is no address"):
        Pool(base, connect_seconds=1, size=1)


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"content-length: 300\r\n\r\n" + b"x" * 300,
        b"HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}",
    ],
)
async def test_a_document_that_is_too_large_or_none_is_not_fetched(answer: bytes) -> None:
    async with a_service(answering(answer)) as pool:
        with pytest.raises(Broken):
            await fetch(pool, b"/openapi.json", seconds=1, bytes_max=100)
