"""Bodies stream both ways, are bounded, and end when their client leaves."""

import hashlib
import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway_servers import Client, Headers, MakeGateway, Raw
from gateway_upstream import Upstream

MIB = 1024 * 1024
URL = "/api/v1/tickets/echo"


def resident_mib() -> int:
    """Return the resident memory of this process, gateway and upstream included."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // MIB


def chunks(count: int, size: int = 65536) -> Iterator[bytes]:
    for _ in range(count):
        yield b"x" * size


def eventually(check: Callable[[], bool], seconds: float = 3.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if check():
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 1_000_000])
@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_arrives_whole(
    gateway: Client, signed_in: Headers, size: int, chunked: bool
) -> None:
    body = os.urandom(size)
    content = iter([body[:100], body[100:]]) if chunked else body

    response = gateway.post(URL, headers=signed_in, content=content)

    assert response.json() == {"length": size, "sha256": hashlib.sha256(body).hexdigest()}


def test_a_length_stays_a_length_and_a_stream_stays_a_stream(
    gateway: Client, upstream: Upstream, signed_in: Headers
) -> None:
    gateway.post(URL, headers=signed_in, content=b"abc")
    gateway.post(URL, headers=signed_in, content=chunks(30))
    measured, streamed = upstream.seen

    assert measured.values("content-length") == ["3"]
    assert measured.values("transfer-encoding") == []
    assert streamed.values("transfer-encoding") == ["chunked"]
    assert streamed.values("content-length") == []


def test_100_mib_go_up_and_down_in_bounded_memory(
    make_gateway: MakeGateway, upstream: Upstream, signed_in: Headers
) -> None:
    gateway = make_gateway(upload_limit_bytes=200 * MIB)
    gateway.post("/api/v1/tickets/1/attachments/echo", headers=signed_in, content=chunks(16))
    before = resident_mib()

    up = gateway.post("/api/v1/tickets/1/attachments/echo", headers=signed_in, content=chunks(1600))
    peak = resident_mib()
    count = 0
    url = "/api/v1/tickets/stream?chunks=1600"
    with gateway.stream("GET", url, headers=signed_in) as down:
        for chunk in down.iter_raw():
            count += len(chunk)
            peak = max(peak, resident_mib())

    assert up.json()["length"] == count == 1600 * 65536
    assert peak - before < 40


def test_an_answer_starts_before_it_is_complete(
    gateway: Client, upstream: Upstream, signed_in: Headers
) -> None:
    url = "/api/v1/tickets/stream?chunks=3&pause=0.3"
    with gateway.stream("GET", url, headers=signed_in) as response:
        next(response.iter_raw())
        sent = upstream.chunks_sent

    assert sent < 3


def test_a_slow_reader_slows_the_service_and_fills_no_memory(
    gateway: Client, upstream: Upstream, signed_in: Headers
) -> None:
    before = resident_mib()
    url = "/api/v1/tickets/stream?chunks=1600"
    with gateway.stream("GET", url, headers=signed_in):
        time.sleep(0.7)
        sent = upstream.chunks_sent

    assert sent < 400
    assert eventually(lambda: upstream.disconnects == 1)
    assert resident_mib() - before < 40


def test_a_client_that_leaves_while_it_waits_frees_the_service(
    gateway: Client, upstream: Upstream, signed_in: Headers
) -> None:
    request = (
        f"GET /api/v1/reports/slow?seconds=10 HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: {signed_in['authorization']}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        connection.sendall(request.encode())
        assert eventually(lambda: len(upstream.seen) == 1)

    assert eventually(lambda: upstream.disconnects == 1)


def test_a_client_that_leaves_during_the_answer_frees_the_service(
    gateway: Client, upstream: Upstream, signed_in: Headers
) -> None:
    url = "/api/v1/tickets/stream?chunks=1000&pause=0.02"
    with gateway.stream("GET", url, headers=signed_in) as response:
        next(response.iter_raw())

    assert eventually(lambda: upstream.disconnects == 1)
    assert upstream.chunks_sent < 500


def test_a_client_that_leaves_during_its_upload_leaves_nothing_whole(
    gateway: Client, upstream: Upstream, signed_in: Headers
) -> None:
    request = (
        f"POST {URL} HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n"
        f"Authorization: {signed_in['authorization']}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        connection.sendall(request.encode() + b"x" * 300_000)
        assert eventually(lambda: upstream.received > 0)

    assert eventually(lambda: upstream.disconnects == 1)
    assert upstream.bodies == []


def test_a_length_over_the_limit_is_refused_before_a_byte_is_read(
    gateway: Client, upstream: Upstream, signed_in: Headers, raw: Raw
) -> None:
    for length in (10 * MIB + 1, 10**12):
        request = (
            f"POST {URL} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n"
            f"Authorization: {signed_in['authorization']}\r\n\r\n"
        )

        answer = raw(request.encode())

        assert answer.startswith(b"HTTP/1.1 413")
        assert b"BODY_TOO_LARGE" in answer
        assert b"connection: close" in answer.lower()
    assert upstream.seen == []


def test_a_stream_over_the_limit_is_cut_off(
    gateway: Client, upstream: Upstream, signed_in: Headers, raw: Raw
) -> None:
    head = (
        f"POST {URL} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
        f"Authorization: {signed_in['authorization']}\r\n\r\n"
    )
    chunk = b"100000\r\n" + b"x" * MIB + b"\r\n"

    answer = raw(head.encode() + chunk * 10 + b"1\r\nx\r\n")

    assert answer.startswith(b"HTTP/1.1 413")
    assert upstream.bodies == []


def test_a_client_that_says_all_before_it_listens_hears_the_refusal(
    gateway: Client, signed_in: Headers
) -> None:
    head = (
        f"POST {URL} HTTP/1.1\r\nHost: x\r\nContent-Length: {30 * MIB}\r\n"
        f"Authorization: {signed_in['authorization']}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        connection.sendall(head.encode() + b"x" * (30 * MIB))

        answer = b"".join(iter(lambda: connection.recv(65536), b""))

    assert answer.startswith(b"HTTP/1.1 413")
    assert b"BODY_TOO_LARGE" in answer


def test_an_attachment_may_be_larger_than_other_bodies(gateway: Client, signed_in: Headers) -> None:
    body = b"x" * (11 * MIB)

    plain = gateway.post(URL, headers=signed_in, content=body)
    attached = gateway.post("/api/v1/tickets/1/attachments/echo", headers=signed_in, content=body)

    assert (plain.status_code, attached.status_code) == (413, 200)


def test_a_body_that_stalls_is_given_up(
    make_gateway: MakeGateway, upstream: Upstream, signed_in: Headers, raw: Raw
) -> None:
    gateway = make_gateway(client_stall_seconds=0.3)
    for sent in (b"", b"x" * 100_000):
        request = (
            f"POST {URL} HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n"
            f"Authorization: {signed_in['authorization']}\r\n\r\n"
        )

        answer = raw(request.encode() + sent, port=gateway.port)

        assert answer.startswith(b"HTTP/1.1 408")
    assert upstream.bodies == []


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(
    gateway: Client, upstream: Upstream, signed_in: Headers
) -> None:
    request = (
        f"POST {URL} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n"
        f"Authorization: {signed_in['authorization']}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=3) as connection:
        connection.sendall(request.encode())
        interim = connection.recv(100)
        connection.sendall(b"abc")
        final = connection.recv(65536)

    assert interim.startswith(b"HTTP/1.1 100")
    assert final.startswith(b"HTTP/1.1 200")
    assert upstream.last.values("expect") == []


def test_a_head_request_has_an_answer_without_a_body(gateway: Client, signed_in: Headers) -> None:
    response = gateway.head(URL, headers=signed_in)

    assert response.status_code == 200
    assert response.content == b""


def test_head_and_body_of_an_answer_arrive_together(gateway: Client, signed_in: Headers) -> None:
    request = (
        f"GET {URL} HTTP/1.1\r\nHost: x\r\nAuthorization: {signed_in['authorization']}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=3) as connection:
        connection.sendall(request.encode())
        first = connection.recv(65536)

    assert first.endswith(b"}")
