"""A gateway over real sockets, and people who are signed in."""

import contextlib
import socket
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from gateway_servers import Client, ExpectError, Headers, MakeGateway, Raw, Serve, settings_of
from gateway_upstream import Switch, Upstream
from psa_common.testing import Person, TokenMint
from psa_gateway.app import compose


@pytest.fixture(scope="session")
def make_gateway(
    redis_url: str, shared_upstream: Switch, mint: TokenMint, serve: Serve
) -> Iterator[MakeGateway]:
    """Give a function that starts a gateway with settings of its own."""
    with contextlib.ExitStack() as stack:

        def make(**changes: Any) -> Client:
            values = {"redis_url": redis_url, "upstream_url": shared_upstream.url, **changes}
            settings = settings_of(**values)
            server = serve(lambda: compose(settings, mint.keys()))
            client = Client(base_url=server.url, timeout=20)
            client.port = server.port
            return stack.enter_context(client)

        yield make


@pytest.fixture(scope="session")
def usual_gateway(make_gateway: MakeGateway) -> Client:
    """Give the gateway of every test that needs no other."""
    return make_gateway()


@pytest.fixture
def gateway(usual_gateway: Client, upstream: Upstream) -> Client:
    """Give a client of a gateway with usual settings, and an upstream that has seen nothing."""
    usual_gateway.cookies.clear()
    return usual_gateway


@pytest.fixture
def tenant_id() -> UUID:
    """Give a tenant of this test alone, so that no test uses up another's limit."""
    return uuid4()


@pytest.fixture
def person(mint: TokenMint, tenant_id: UUID) -> Person:
    """Give somebody who is signed in."""
    return mint.person(tenant_id, "ticket:view:all")


@pytest.fixture
def signed_in(person: Person) -> Headers:
    """Give the headers of somebody who is signed in."""
    return {"authorization": f"Bearer {person.token}"}


@pytest.fixture
def raw(gateway: Client) -> Raw:
    """Give a function that sends bytes to the gateway as they are and returns the answer."""

    def exchange(request: bytes, *, port: int = 0, seconds: float = 5.0) -> bytes:
        answer = b""
        address = ("127.0.0.1", port or gateway.port)
        with socket.create_connection(address, timeout=seconds) as connection:
            connection.sendall(request)
            with contextlib.suppress(TimeoutError, ConnectionError):
                while chunk := connection.recv(65536):
                    answer += chunk
                    if _is_whole(answer):
                        break
        return answer

    return exchange


def _is_whole(answer: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    lengths = [int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")]
    return bool(found and lengths and len(body) >= lengths[0])


@pytest.fixture
def expect_error() -> ExpectError:
    """Give the check that an answer is the error document and gives nothing away."""

    def check(response: httpx.Response, status: int, code: str) -> None:
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == "application/json"
        error = response.json()["error"]
        assert error["code"] == code
        assert set(error) == {"code", "message", "details", "request_id", "timestamp"}
        assert error["request_id"] == response.headers["x-request-id"]
        assert "Traceback" not in response.text
        assert "127.0.0.1" not in response.text

    return check
