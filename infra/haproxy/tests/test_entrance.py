"""What a client can and cannot do to the platform through HAProxy."""

import json
import re
from datetime import datetime

import pytest

from local_haproxy import Entrance

FORGED = (
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-Prefix",
    "X-Forwarded-User",
    "Forwarded",
    "X-Real-IP",
    "X-Client-IP",
    "True-Client-IP",
    "X-User-Id",
    "X-User",
    "X-Tenant-Id",
    "X-Tenant",
    "X-Roles",
    "X-Role",
    "X-Permissions",
    "X-Internal",
    "X-Internal-Request",
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-HTTP-Method-Override",
    "X-Method-Override",
    "Proxy",
    "Via",
)


def status_of(answer: str) -> int:
    return int(answer.split(" ", 2)[1])


def header(answer: str, name: str) -> str | None:
    found = re.search(rf"(?im)^{name}: *(.*?)\r$", answer.partition("\r\n\r\n")[0] + "\r\n")
    return found.group(1) if found else None


def error_of(answer: str) -> dict[str, object]:
    return json.loads(answer.partition("\r\n\r\n")[2])["error"]


@pytest.mark.parametrize("name", FORGED)
@pytest.mark.parametrize("dash", ["-", "_"])
def test_a_header_that_only_the_inside_may_say_never_arrives(
    entrance: Entrance, name: str, dash: str
) -> None:
    spelling = name.replace("-", dash)

    entrance.get("/", f"{spelling}: forged", f"{spelling.lower()}: forged")

    assert "forged" not in entrance.backend.heads[-1]


def test_the_client_address_is_the_one_that_haproxy_saw(entrance: Entrance) -> None:
    entrance.get("/", "X-Forwarded-For: 6.6.6.6", "X-Forwarded-For: 7.7.7.7")

    assert entrance.received()["x-forwarded-for"] == ["127.0.0.1"]
    assert entrance.received()["x-forwarded-proto"] == ["https"]
    assert entrance.received()["x-forwarded-host"] == ["psa.test"]


@pytest.mark.parametrize(
    "kept",
    [
        "Authorization: Bearer abc",
        "Idempotency-Key: 1",
        'If-Match: "3"',
        "Traceparent: 00-1-2-01",
        "Accept-Language: de",
    ],
)
def test_an_honest_header_arrives(entrance: Entrance, kept: str) -> None:
    name, _, value = kept.partition(": ")

    entrance.get("/", kept)

    assert entrance.received()[name.lower()] == [value]


def test_a_client_cannot_make_the_next_hop_drop_our_headers(entrance: Entrance) -> None:
    entrance.send(
        b"GET / HTTP/1.1\r\nHost: psa.test\r\n"
        b"Connection: close, X-Forwarded-For, X-Request-ID\r\n\r\n"
    )

    assert "x-forwarded-for" not in " ".join(entrance.received().get("connection", [])).lower()


def test_a_request_id_of_the_client_is_kept(entrance: Entrance) -> None:
    answer = entrance.get("/", "X-Request-ID: order-4711.A_b")

    assert entrance.received()["x-request-id"] == ["order-4711.A_b"]
    assert header(answer, "X-Request-ID") == "order-4711.A_b"


@pytest.mark.parametrize(
    "sent",
    [
        (),
        ("X-Request-ID: short",),
        ("X-Request-ID: " + "a" * 65,),
        ("X-Request-ID: with space",),
        ('X-Request-ID: quote"quote',),
        ("X-Request-ID: one,two-three",),
        ("X-Request-ID: aaaaaaaa", "X-Request-ID: bbbbbbbb"),
    ],
)
def test_an_absent_or_unusable_request_id_is_replaced(
    entrance: Entrance, sent: tuple[str, ...]
) -> None:
    answer = entrance.get("/", *sent)

    (made,) = entrance.received()["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made)
    assert header(answer, "X-Request-ID") == made


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_request_without_a_host_is_refused(entrance: Entrance, version: str) -> None:
    answer = entrance.send(f"GET / HTTP/{version}\r\nConnection: close\r\n\r\n".encode())

    assert status_of(answer) == 400
    assert entrance.backend.heads == []


def test_two_hosts_are_refused(entrance: Entrance) -> None:
    answer = entrance.send(b"GET / HTTP/1.1\r\nHost: a.test\r\nHost: b.test\r\n\r\n")

    assert status_of(answer) == 400
    assert entrance.backend.heads == []


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "PURGE", "FOO"])
def test_a_method_that_no_route_has_is_refused(entrance: Entrance, method: str) -> None:
    target = "psa.test:443" if method == "CONNECT" else "/"

    answer = entrance.get(target, method=method)

    assert status_of(answer) == 405
    assert header(answer, "Allow") == "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
    assert entrance.backend.heads == []


@pytest.mark.parametrize(
    ("length", "status"), [(52_428_800, 200), (52_428_801, 413), (10**15, 413)]
)
def test_a_body_is_refused_above_fifty_mebibytes(
    entrance: Entrance, length: int, status: int
) -> None:
    answer = entrance.get("/", f"Content-Length: {length}", method="POST")

    assert status_of(answer) == status


def test_headers_above_sixteen_kibibytes_are_refused(entrance: Entrance) -> None:
    answer = entrance.get("/", "X-Long: " + "a" * 16_384)

    assert status_of(answer) == 431
    assert error_of(answer)["code"] == "HEADERS_TOO_LARGE"
    assert entrance.backend.heads == []


@pytest.mark.parametrize(
    "path",
    [
        "/metrics",
        "/metrics/",
        "/metrics?x=1",
        "//metrics",
        "/./metrics",
        "/Metrics",
        "/%6Detrics",
        "/%2e/metrics",
    ],
)
def test_metrics_stay_inside(entrance: Entrance, path: str) -> None:
    answer = entrance.get(path)

    assert status_of(answer) == 404
    assert entrance.backend.heads == []


@pytest.mark.parametrize("path", ["/health", "/health/ready", "/health/ready/"])
def test_the_outside_hears_that_the_platform_is_ready_but_not_what_it_is_made_of(
    entrance: Entrance, path: str
) -> None:
    answer = entrance.get(path)

    assert status_of(answer) == 200
    assert answer.endswith('{"status":"ready"}')


def test_a_refusal_is_the_error_document(entrance: Entrance) -> None:
    answer = entrance.get("/metrics", "X-Request-ID: my-request-1")

    error = error_of(answer)
    assert header(answer, "Content-Type") == "application/json"
    assert header(answer, "Cache-Control") == "no-store"
    assert header(answer, "X-Request-ID") == "my-request-1"
    assert set(error) == {"code", "message", "details", "request_id", "timestamp"}
    assert error["code"] == "RESOURCE_NOT_FOUND"
    assert error["request_id"] == "my-request-1"
    assert datetime.fromisoformat(str(error["timestamp"])).tzinfo is not None


@pytest.mark.parametrize("path", ["/api/v1/tickets", "/metrics"])
def test_every_answer_carries_the_security_headers(entrance: Entrance, path: str) -> None:
    answer = entrance.get(path)

    assert header(answer, "Strict-Transport-Security") == "max-age=60"
    assert header(answer, "X-Content-Type-Options") == "nosniff"
    assert header(answer, "Referrer-Policy") == "no-referrer"
    assert "frame-ancestors 'none'" in str(header(answer, "Content-Security-Policy"))
    assert header(answer, "Server") is None


def test_a_content_policy_of_the_gateway_is_kept(entrance: Entrance) -> None:
    entrance.backend.extra_answer_headers = "Content-Security-Policy: default-src 'self'\r\n"

    answer = entrance.get("/docs")

    assert answer.count("default-src") == 1
    assert header(answer, "Content-Security-Policy") == "default-src 'self'"


@pytest.mark.parametrize("path", ["/", "/api/v1/tickets", "/docs"])
def test_clear_text_gets_nothing_but_a_refusal(entrance: Entrance, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: psa.test\r\nAuthorization: Bearer abc\r\n\r\n"

    answer = entrance.send_in_clear(request.encode())

    assert status_of(answer) == 403
    assert error_of(answer)["code"] == "TLS_REQUIRED"
    assert entrance.backend.heads == []


def test_a_request_that_could_mean_two_things_arrives_as_one(entrance: Entrance) -> None:
    entrance.send(
        b"POST / HTTP/1.1\r\nHost: psa.test\r\nContent-Length: 4\r\n"
        b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: psa.test\r\n\r\n"
    )

    assert not any("smuggled" in head for head in entrance.backend.heads)
    assert all("content-length" not in head.lower() for head in entrance.backend.heads)
