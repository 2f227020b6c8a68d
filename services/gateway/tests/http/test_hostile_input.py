"""No request, however odd, gets a 5xx or anything but the error document."""

import pytest

from gateway_servers import Client, ExpectError, Headers, MakeGateway, Raw
from gateway_upstream import Upstream

LOGIN = "/api/v1/auth/login"


def request_of(target: str, *lines: str, method: str = "GET") -> bytes:
    head = "\r\n".join([f"{method} {target} HTTP/1.1", "Host: x", *lines])
    return f"{head}\r\n\r\n".encode("latin-1")


@pytest.mark.parametrize(
    "path",
    ["/", "/nope", "/api", "/api/", "/api/v1", "/api/v1/", "/api/v2/tickets", "/API/V1/TICKETS",
     "/api/v1/nope", "/api/v1/ticketsx", "/api/v1//tickets", "//api/v1/tickets", "/setup",
     "/setup/x", "//setup", "/api/v1/%74ickets", "/.git/config", "/.well-known/jwks.json/x",
     "/api/v1/webhook", "/api/v1/webhooks", "/webhooks", "/api/v1/events", "/events",
     "/docs/../docs/x", "/schema", "/schema/openapi.json"],
)  # fmt: skip
def test_a_path_that_no_service_has_is_not_found(
    gateway: Client, upstream: Upstream, signed_in: Headers, raw: Raw, path: str
) -> None:
    answer = raw(request_of(path, f"Authorization: {signed_in['authorization']}"))

    assert answer.split(b" ")[1] in {b"404", b"400"}
    assert b'"error"' in answer
    assert upstream.seen == []


@pytest.mark.parametrize(
    "path",
    ["/api/v1/tickets/../users", "/api/v1/tickets/./x", "/api/v1/tickets/..",
     "/api/v1/tickets/%2e%2E/users",
     "/api/v1/tickets/.%2e/x", "/api/v1/tickets/%00", "/api/v1/tickets/a\\b",
     "/api/v1/tickets/%5c..",
     "/api/v1/tickets/x?q=%00"],
)  # fmt: skip
def test_a_path_that_two_parsers_read_differently_is_refused(
    gateway: Client, upstream: Upstream, signed_in: Headers, raw: Raw, path: str
) -> None:
    answer = raw(request_of(path, f"Authorization: {signed_in['authorization']}"))

    assert answer.startswith(b"HTTP/1.1 400")
    assert upstream.seen == []


@pytest.mark.parametrize("target", ["/api/v1/tickets/\xff", "/api/v1/tickets?q=\xfc\xff"])
def test_bytes_that_are_not_ascii_must_be_encoded(
    gateway: Client, upstream: Upstream, signed_in: Headers, raw: Raw, target: str
) -> None:
    answer = raw(request_of(target, f"Authorization: {signed_in['authorization']}"))

    assert answer.startswith(b"HTTP/1.1 400")
    assert upstream.seen == []


@pytest.mark.parametrize("line", ["Host: y", "Content-Type: a/b\r\nContent-Type: c/d",
                                  "Idempotency-Key: a\r\nIdempotency-Key: b"])  # fmt: skip
def test_a_header_that_may_stand_once_is_refused_twice(
    gateway: Client, upstream: Upstream, raw: Raw, line: str
) -> None:
    answer = raw(request_of("/api/v1/tickets", line))

    assert answer.startswith(b"HTTP/1.1 400")
    assert b"VALIDATION_ERROR" in answer
    assert upstream.seen == []


def test_a_request_without_a_host_is_refused(gateway: Client, raw: Raw) -> None:
    answer = raw(b"GET /api/v1/tickets HTTP/1.1\r\nX-Forwarded-Host: x\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 400")
    assert b"Host" in answer


def test_a_host_that_is_not_ours_is_misdirected(
    make_gateway: MakeGateway, signed_in: Headers, expect_error: ExpectError
) -> None:
    gateway = make_gateway(allowed_hosts="psa.example.com,127.0.0.1")

    ours = gateway.get("/api/v1/tickets/echo", headers=signed_in)
    theirs = gateway.get("/api/v1/tickets/echo", headers={**signed_in, "Host": "evil.example"})

    assert ours.status_code == 200
    expect_error(theirs, 421, "MISDIRECTED_REQUEST")


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "LINK"])
def test_a_method_that_the_api_does_not_have_is_refused(
    gateway: Client, upstream: Upstream, raw: Raw, method: str
) -> None:
    answer = raw(request_of("/api/v1/tickets", method=method))

    assert answer.split(b" ")[1] in {b"405", b"400"}
    assert upstream.seen == []


def test_a_target_that_is_too_long_is_refused(
    gateway: Client, signed_in: Headers, expect_error: ExpectError
) -> None:
    response = gateway.get(f"/api/v1/tickets/{'a' * 9000}", headers=signed_in)

    expect_error(response, 414, "URI_TOO_LONG")


def test_headers_that_are_too_many_or_too_large_are_refused(
    gateway: Client, signed_in: Headers, expect_error: ExpectError
) -> None:
    many = gateway.get(
        "/api/v1/tickets", headers={**signed_in, **{f"X-{n}": "1" for n in range(200)}}
    )
    large = gateway.get("/api/v1/tickets", headers={**signed_in, "Cookie": "a" * 40_000})

    expect_error(many, 431, "HEADERS_TOO_LARGE")
    expect_error(large, 431, "HEADERS_TOO_LARGE")


@pytest.mark.parametrize("value", [b"\xff\xfe", b"\xc0\xae", b"\xed\xa0\x80"])
def test_a_header_that_is_not_utf_8_is_refused(
    gateway: Client, signed_in: Headers, expect_error: ExpectError, value: bytes
) -> None:
    response = gateway.get(
        "/api/v1/tickets",
        headers=[(b"Authorization", signed_in["authorization"].encode()), (b"X-Note", value)],
    )

    expect_error(response, 400, "VALIDATION_ERROR")


HOSTILE = {
    "bare line feeds": b"GET /api/v1/tickets HTTP/1.1\nHost: x\n\n",
    "folded header": b"GET /api/v1/tickets HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n 2\r\n\r\n",
    "NUL in a header": b"GET /api/v1/tickets HTTP/1.1\r\nHost: x\r\nX-A: a\x00b\r\n\r\n",
    "space in a header name": b"GET /api/v1/tickets HTTP/1.1\r\nHost: x\r\nX A: 1\r\n\r\n",
    "empty header name": b"GET /api/v1/tickets HTTP/1.1\r\nHost: x\r\n: 1\r\n\r\n",
    "both lengths": b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
    "two lengths": b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
    b"Content-Length: 2\r\n\r\nab",
    "signed length": b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: +2\r\n\r\nab",
    "negative length": b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "unknown coding": b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\n"
    b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "huge chunk": b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF1\r\n",
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no protocol": b"GET /api/v1/tickets\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "nothing sensible": b"\x00" * 200 + b"\r\n\r\n",
    "asterisk": b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    "other host in the target": b"GET http://evil.example/api/v1/tickets HTTP/1.1\r\n"
    b"Host: x\r\n\r\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_broken_http_is_refused_or_dropped_but_never_a_5xx(
    gateway: Client, upstream: Upstream, raw: Raw, name: str
) -> None:
    answer = raw(HOSTILE[name], seconds=0.7)

    assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer
    assert not [seen for seen in upstream.seen if seen.raw_path.startswith("/api/v1/tickets")]
    assert gateway.get("/health/live").status_code == 200


def test_trailers_cannot_say_who_asks(gateway: Client, upstream: Upstream, raw: Raw) -> None:
    request = (
        b"POST /api/v1/tickets/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
        b"Trailer: Authorization\r\n\r\n0\r\nAuthorization: Bearer x\r\n\r\n"
    )

    answer = raw(request)

    assert answer.startswith(b"HTTP/1.1 401")
    assert upstream.seen == []


def test_metrics_are_for_the_inside_only(gateway: Client, expect_error: ExpectError) -> None:
    inside = gateway.get("/metrics")
    outside = gateway.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})

    assert "http_requests_total" in inside.text
    expect_error(outside, 404, "RESOURCE_NOT_FOUND")


def test_health_names_what_is_missing(gateway: Client) -> None:
    body = gateway.get("/health/ready").json()

    assert body["status"] == "ready"
    assert body["dependencies"]["signing_keys"]["status"] == "up"
