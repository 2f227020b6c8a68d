"""A service that is away, slow or broken becomes a 503 or 504 that says so."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from gateway_servers import Client, ExpectError, Headers, MakeGateway, Raw, Serve
from gateway_upstream import Upstream

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
URL = "/api/v1/tickets/echo"


class RawUpstream:
    """A TCP server that answers each connection's requests from a list, then hangs up."""

    def __init__(self, *connections: tuple[bytes, ...]) -> None:
        self._connections = list(connections)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while self._connections:
                connection, _ = self._listener.accept()
                with connection:
                    self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        request = _read(connection)
        if request.startswith(b"GET /openapi.json"):
            return  # the gateway looks for documents in the background; not our business
        for answer in self._connections.pop(0):
            self.requests.append(request)
            if not answer:
                return
            connection.sendall(answer)
            request = _read(connection)


StartRaw = Callable[..., RawUpstream]


def _read(connection: socket.socket) -> bytes:
    request = b""
    while not request.endswith((b"\r\n\r\n", b"{}")):
        chunk = connection.recv(65536)
        if not chunk:
            return request
        request += chunk
    return request


@pytest.fixture
def raw_upstream() -> Iterator["StartRaw"]:
    """Give a function that starts a scripted service."""
    with contextlib.ExitStack() as stack:

        def start(*connections: tuple[bytes, ...]) -> RawUpstream:
            return stack.enter_context(contextlib.closing(RawUpstream(*connections)))

        yield start


def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_service_that_is_away_is_unavailable(
    make_gateway: MakeGateway, signed_in: Headers, expect_error: ExpectError
) -> None:
    gateway = make_gateway(upstream_url=closed_port())

    for method in ("GET", "POST"):
        response = gateway.request(method, URL, headers=signed_in)

        expect_error(response, 503, "SERVICE_UNAVAILABLE")
        assert int(response.headers["retry-after"]) > 0


def test_a_service_that_accepts_nothing_is_given_up_in_time(
    make_gateway: MakeGateway, signed_in: Headers, expect_error: ExpectError
) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        filler = [socket.socket() for _ in range(3)]
        for one in filler:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        gateway = make_gateway(
            upstream_url=f"http://127.0.0.1:{full.getsockname()[1]}", connect_seconds=0.3
        )

        started = time.monotonic()
        response = gateway.get(URL, headers=signed_in)

        expect_error(response, 503, "SERVICE_UNAVAILABLE")
        assert time.monotonic() - started < 2
        for one in filler:
            one.close()


def test_a_service_that_is_slow_times_out(
    gateway: Client, signed_in: Headers, expect_error: ExpectError
) -> None:
    started = time.monotonic()

    response = gateway.get("/api/v1/tickets/slow?seconds=9", headers=signed_in)

    expect_error(response, 504, "UPSTREAM_TIMEOUT")
    assert 0.9 < time.monotonic() - started < 2.5


def test_a_report_may_take_longer_than_a_row(gateway: Client, signed_in: Headers) -> None:
    response = gateway.get("/api/v1/reports/slow?seconds=1.5", headers=signed_in)

    assert response.status_code == 200


def test_a_slow_upload_is_not_the_services_delay(gateway: Client, signed_in: Headers) -> None:
    def dribble() -> Iterator[bytes]:
        for _ in range(5):
            time.sleep(0.3)
            yield b"x"

    assert gateway.post(URL, headers=signed_in, content=dribble()).status_code == 200


def test_a_failure_without_a_document_gets_one(
    gateway: Client, signed_in: Headers, expect_error: ExpectError
) -> None:
    response = gateway.get("/api/v1/tickets/text-error", headers=signed_in)

    expect_error(response, 500, "EXTERNAL_SERVICE_ERROR")


@pytest.mark.parametrize("status", [400, 404, 409, 412, 422, 500, 503])
def test_the_services_own_documents_are_passed_on(
    gateway: Client, signed_in: Headers, status: int
) -> None:
    response = gateway.get(f"{URL}?status={status}", headers=signed_in)

    assert response.status_code == status
    assert "length" in response.json()


def test_half_an_answer_is_never_taken_for_a_whole_one(
    gateway: Client, signed_in: Headers, raw: Raw
) -> None:
    request = (
        f"GET /api/v1/tickets/half HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: {signed_in['authorization']}\r\n\r\n"
    )

    answer = raw(request.encode())

    assert answer.startswith(b"HTTP/1.1 200")
    assert len(answer.partition(b"\r\n\r\n")[2]) < 100


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_idle_connection_that_the_service_closed_costs_a_reader_nothing(
    make_gateway: MakeGateway, raw_upstream: StartRaw, signed_in: Headers, method: str
) -> None:
    service = raw_upstream((ANSWER, b""), (ANSWER,))
    gateway = make_gateway(upstream_tickets=service.url)

    first = gateway.get(URL, headers=signed_in)
    second = gateway.request(method, URL, headers=signed_in)

    assert (first.status_code, second.status_code) == (200, 200)
    assert len(service.requests) == 3


@pytest.mark.parametrize(("method", "body"), [("POST", b"{}"), ("PUT", b"{}"), ("POST", b"")])
def test_a_write_that_may_have_arrived_is_not_repeated(
    make_gateway: MakeGateway,
    raw_upstream: StartRaw,
    signed_in: Headers,
    expect_error: ExpectError,
    method: str,
    body: bytes,
) -> None:
    service = raw_upstream((ANSWER, b""), (ANSWER,))
    gateway = make_gateway(upstream_tickets=service.url)
    gateway.get(URL, headers=signed_in)

    response = gateway.request(method, URL, headers=signed_in, content=body)

    expect_error(response, 503, "SERVICE_UNAVAILABLE")
    assert "Idempotency-Key" in response.json()["error"]["message"]
    assert len(service.requests) == 2


def test_a_reader_is_repeated_once_and_no_more(
    make_gateway: MakeGateway, raw_upstream: StartRaw, signed_in: Headers, expect_error: ExpectError
) -> None:
    service = raw_upstream((b"",), (b"",), (b"",))
    gateway = make_gateway(upstream_tickets=service.url)

    expect_error(gateway.get(URL, headers=signed_in), 503, "SERVICE_UNAVAILABLE")
    assert len(service.requests) == 2


def test_what_is_no_http_is_unavailable(
    make_gateway: MakeGateway, raw_upstream: StartRaw, signed_in: Headers, expect_error: ExpectError
) -> None:
    service = raw_upstream((b"SSH-2.0-OpenSSH\r\n\r\n",), (b"SSH-2.0-OpenSSH\r\n\r\n",))
    gateway = make_gateway(upstream_tickets=service.url)

    expect_error(gateway.get(URL, headers=signed_in), 503, "SERVICE_UNAVAILABLE")


def test_the_circuit_opens_and_closes_again(
    make_gateway: MakeGateway, serve: Serve, upstream: Upstream, signed_in: Headers
) -> None:
    address = closed_port()
    gateway = make_gateway(upstream_tickets=address, breaker_failures=3, breaker_rest_seconds=0.4)
    for _ in range(3):
        gateway.get(URL, headers=signed_in)

    server = serve(lambda: upstream, int(address.rpartition(":")[2]))
    while_open = gateway.get(URL, headers=signed_in)
    others = gateway.get("/api/v1/customers/echo", headers=signed_in)
    time.sleep(0.5)
    after = [gateway.get(URL, headers=signed_in).status_code for _ in range(3)]
    server.stop()

    assert while_open.status_code == 503
    assert others.status_code == 200
    assert after == [200, 200, 200]


def test_an_answer_of_5xx_does_not_open_the_circuit(
    make_gateway: MakeGateway, signed_in: Headers
) -> None:
    gateway = make_gateway(breaker_failures=2)

    statuses = [gateway.get(f"{URL}?status=500", headers=signed_in).status_code for _ in range(5)]
    statuses.append(gateway.get(URL, headers=signed_in).status_code)

    assert statuses == [500, 500, 500, 500, 500, 200]


def test_a_client_that_leaves_does_not_open_the_circuit(
    make_gateway: MakeGateway, upstream: Upstream, signed_in: Headers
) -> None:
    gateway = make_gateway(breaker_failures=2)
    request = (
        f"GET /api/v1/reports/slow HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: {signed_in['authorization']}\r\n\r\n"
    )
    for _ in range(4):
        with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
            connection.sendall(request.encode())
            time.sleep(0.15)

    assert gateway.get("/api/v1/reports/echo", headers=signed_in).status_code == 200


def test_two_addresses_take_turns_and_stand_in_for_each_other(
    make_gateway: MakeGateway, upstream: Upstream, signed_in: Headers
) -> None:
    gateway = make_gateway(upstream_tickets=f"{closed_port()}, {upstream.url}/")

    statuses = {gateway.post(URL, headers=signed_in).status_code for _ in range(6)}

    assert statuses == {200}
    assert len(upstream.seen) == 6
