"""What a client cannot say, what an upstream cannot leak, and what passes untouched."""

import socket

import pytest

from gateway_servers import Client, Headers, MakeGateway, Raw
from gateway_upstream import Upstream

FORGED = {
    "X-User-Id": "1",
    "X_User_Id": "1",
    "X-Tenant-Id": "other",
    "X_Tenant_Id": "other",
    "X-Roles": "tenant_admin",
    "X-Internal": "1",
    "X-Internal-Call": "1",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-User": "root",
    "X_Forwarded_For": "6.6.6.6",
    "Forwarded": "for=6.6.6.6",
    "X-Real-IP": "6.6.6.6",
    "True-Client-IP": "6.6.6.6",
    "CF-Connecting-IP": "6.6.6.6",
    "X-HTTP-Method-Override": "DELETE",
    "X-Method-Override": "DELETE",
    "X-Original-URL": "/api/v1/users",
    "X-Rewrite-URL": "/api/v1/users",
    "X-Request-From": "internal",
    "Proxy-Authorization": "Basic eA==",
    "TE": "trailers",
    "Keep-Alive": "timeout=999",
    "Upgrade": "h2c",
    "HTTP2-Settings": "AAMAAABk",
}


@pytest.mark.parametrize("name", FORGED)
def test_a_header_that_only_we_may_write_does_not_reach_the_service(
    gateway: Client, upstream: Upstream, signed_in: Headers, name: str
) -> None:
    response = gateway.get("/api/v1/tickets/echo", headers={**signed_in, name: FORGED[name]})

    assert response.status_code == 200
    assert FORGED[name] not in upstream.last.values(name.lower())
    assert upstream.last.method == "GET"
    assert upstream.last.raw_path == "/api/v1/tickets/echo"


def test_what_connection_names_stays_on_its_hop(
    gateway: Client, upstream: Upstream, signed_in: Headers
) -> None:
    headers = {**signed_in, "Connection": "X-Mine, Authorization", "X-Mine": "1", "X-Other": "2"}

    gateway.get("/api/v1/tickets/echo", headers=headers)

    assert upstream.last.values("x-mine") == []
    assert upstream.last.values("x-other") == ["2"]
    assert upstream.last.values("authorization") == [signed_in["authorization"]]


def test_the_token_and_ordinary_headers_are_passed_on(
    gateway: Client, upstream: Upstream, signed_in: Headers
) -> None:
    headers = {**signed_in, "If-Match": '"3"', "Idempotency-Key": "k-12345678"}
    raw_headers = [(name.encode(), value.encode()) for name, value in headers.items()]
    raw_headers.append((b"X-Note", "grün".encode()))

    gateway.post("/api/v1/tickets/echo", headers=raw_headers, json={})

    assert upstream.last.values("authorization") == [signed_in["authorization"]]
    assert upstream.last.values("if-match") == ['"3"']
    assert upstream.last.values("idempotency-key") == ["k-12345678"]
    assert upstream.last.values("content-type") == ["application/json"]
    assert upstream.last.values("x-note")[0].encode("latin-1").decode() == "grün"


def test_nothing_is_added_that_the_client_did_not_say(
    gateway: Client, upstream: Upstream, signed_in: Headers, raw: Raw
) -> None:
    request = (
        b"GET /api/v1/tickets/echo HTTP/1.1\r\nHost: x\r\nAuthorization: "
        + signed_in["authorization"].encode()
        + b"\r\n\r\n"
    )

    raw(request)

    names = {name for name, _ in upstream.last.headers}
    assert names == {
        "host",
        "authorization",
        "x-request-id",
        "traceparent",
        "x-forwarded-for",
        "x-forwarded-proto",
    }


def test_the_sender_is_whom_haproxy_names(
    make_gateway: MakeGateway, upstream: Upstream, signed_in: Headers
) -> None:
    gateway = make_gateway(trusted_proxies="127.0.0.1")

    gateway.get("/api/v1/tickets/echo", headers={**signed_in, "X-Forwarded-For": "203.0.113.9"})

    assert upstream.last.values("x-forwarded-for") == ["203.0.113.9"]


def test_a_peer_that_is_no_proxy_speaks_for_itself_alone(
    make_gateway: MakeGateway, upstream: Upstream, signed_in: Headers
) -> None:
    gateway = make_gateway(trusted_proxies="10.0.40.10")

    gateway.get("/api/v1/tickets/echo", headers={**signed_in, "X-Forwarded-For": "6.6.6.6"})

    assert upstream.last.values("x-forwarded-for") == ["127.0.0.1"]


def test_of_two_forwarded_lines_the_nearest_hop_counts(
    gateway: Client, upstream: Upstream, signed_in: Headers, raw: Raw
) -> None:
    request = (
        b"GET /api/v1/tickets/echo HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 6.6.6.6\r\n"
        b"X-Forwarded-For: 7.7.7.7, 203.0.113.9\r\nAuthorization: "
        + signed_in["authorization"].encode()
        + b"\r\n\r\n"
    )

    raw(request)

    assert upstream.last.values("x-forwarded-for") == ["203.0.113.9"]


def test_a_request_id_is_kept_when_it_is_one_and_made_when_it_is_not(
    gateway: Client, upstream: Upstream, signed_in: Headers
) -> None:
    kept = gateway.get(
        "/api/v1/tickets/echo", headers={**signed_in, "X-Request-ID": "order-4711-a"}
    )
    made = gateway.get("/api/v1/tickets/echo", headers={**signed_in, "X-Request-ID": "a b<script>"})

    assert kept.headers["x-request-id"] == "order-4711-a"
    assert made.headers["x-request-id"].startswith("req-")
    assert upstream.last.values("x-request-id") == [made.headers["x-request-id"]]


def test_the_trace_goes_on_with_a_span_of_ours(
    gateway: Client, upstream: Upstream, signed_in: Headers
) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    gateway.get("/api/v1/tickets/echo", headers={**signed_in, "traceparent": trace})
    (sent,) = upstream.last.values("traceparent")

    assert sent.split("-")[1] == trace.split("-")[1]
    assert sent.split("-")[2] != trace.split("-")[2]


def test_a_trace_that_is_none_is_replaced(
    gateway: Client, upstream: Upstream, signed_in: Headers
) -> None:
    zeros = f"00-{'0' * 32}-{'0' * 16}-01"

    gateway.get("/api/v1/tickets/echo", headers={**signed_in, "traceparent": zeros})

    assert upstream.last.values("traceparent") != [zeros]


def test_an_answer_gives_away_nothing_of_the_inside(gateway: Client, signed_in: Headers) -> None:
    response = gateway.get("/api/v1/tickets/noisy", headers=signed_in)

    assert response.headers["x-request-id"] != "not-yours"
    assert response.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert response.headers["cache-control"] == "private"
    assert not {"x-secret-hop", "x-internal-host", "x-powered-by", "server"} & set(response.headers)
    assert len(response.headers.get_list("date")) == 1


def test_repeated_headers_of_an_answer_stay_apart(gateway: Client, signed_in: Headers) -> None:
    response = gateway.get("/api/v1/tickets/echo", headers=signed_in)

    assert response.headers.get_list("x-kept") == ["1", "2"]
    assert response.headers["cache-control"] == "no-store"


def test_cookies_of_one_caller_never_reach_the_next(
    gateway: Client, upstream: Upstream, signed_in: Headers
) -> None:
    gateway.get("/api/v1/tickets/noisy", headers=signed_in)
    gateway.cookies.clear()
    gateway.get("/api/v1/tickets/echo", headers=signed_in)

    assert upstream.last.values("cookie") == []


def test_a_redirect_is_passed_on_and_not_followed(
    gateway: Client, upstream: Upstream, signed_in: Headers
) -> None:
    response = gateway.get("/api/v1/tickets/redirect", headers=signed_in)

    assert response.status_code == 303
    assert response.headers["location"] == "/api/v1/elsewhere"
    assert len(upstream.seen) == 1


def test_a_compressed_answer_is_passed_on_as_it_is(gateway: Client, signed_in: Headers) -> None:
    with gateway.stream("GET", "/api/v1/tickets/gzip", headers=signed_in) as response:
        body = b"".join(response.iter_raw())

    assert response.headers["content-encoding"] == "gzip"
    assert body == b"\x1f\x8bnot really"


def test_path_and_query_arrive_byte_for_byte(
    gateway: Client, upstream: Upstream, signed_in: Headers, raw: Raw
) -> None:
    target = "/api/v1/tickets/a%2Fb%20c;v=1/echo?filter=%5B1%5D&x=a+b&y=%C3%BC&empty=&&z"
    request = (
        f"GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: {signed_in['authorization']}\r\n\r\n"
    )

    raw(request.encode())

    path, _, query = target.partition("?")
    assert (upstream.last.raw_path, upstream.last.query) == (path, query)


def test_no_cross_origin_reader_is_welcome(gateway: Client, signed_in: Headers) -> None:
    for origin in ("https://evil.example", "null", "https://psa.example.com.evil"):
        response = gateway.options("/api/v1/tickets/echo", headers={**signed_in, "Origin": origin})

        assert "access-control-allow-origin" not in response.headers


def test_a_websocket_is_answered_as_plain_http(
    gateway: Client, upstream: Upstream, raw: Raw
) -> None:
    request = (
        b"GET /api/v1/tickets/echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
        b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )

    answer = raw(request)

    assert answer.split(b" ")[1] in {b"401", b"403"}
    assert upstream.seen == []


def test_the_second_request_on_a_connection_is_answered_as_itself(
    gateway: Client, raw: Raw
) -> None:
    smuggled = (
        b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nG"
    )

    answer = raw(smuggled)

    assert answer.startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("close", [False, True])
def test_connections_are_kept_or_closed_as_asked(
    gateway: Client, signed_in: Headers, close: bool
) -> None:
    line = "Connection: close\r\n" if close else ""
    request = (
        f"GET /api/v1/tickets/echo HTTP/1.1\r\nHost: x\r\n{line}"
        f"Authorization: {signed_in['authorization']}\r\n\r\n"
    ).encode()

    with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as connection:
        connection.sendall(request)
        first = connection.recv(65536)
        connection.settimeout(0.3)
        try:
            closed = connection.recv(1) == b""
        except TimeoutError:
            closed = False

    assert first.startswith(b"HTTP/1.1 200")
    assert closed is close
