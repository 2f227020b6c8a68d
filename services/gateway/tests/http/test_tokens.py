"""Who passes the edge: only the bearer of one of our own, valid, unrevoked access tokens."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway_servers import Client, ExpectError, Headers, redis_client
from gateway_upstream import Upstream
from psa_common.testing import ISSUER, Person, TokenMint
from psa_gateway.queries.denials import FOR_EVER, Denied, key
from psa_gateway.upstreams import RESOURCES, WITHOUT_TOKEN

URL = "/api/v1/tickets/echo"


def a_payload(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    return {
        "iss": ISSUER,
        "aud": "psa",
        "sub": str(uuid4()),
        "tenant_id": str(uuid4()),
        "sid": str(uuid4()),
        "jti": str(uuid4()),
        "iat": now,
        "exp": now + 600,
        "name": "Test",
        "email": "test@example.com",
        "permissions": [],
        **changes,
    }


def segment(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned(algorithm: str, signature: bytes = b"") -> str:
    header = {"alg": algorithm, "typ": "at+jwt", "kid": "test-key"}
    return f"{segment(header)}.{segment(a_payload())}.{segment(signature)}"


def hmac_signed(mint: TokenMint, encoding: Encoding, format_: PublicFormat, ending: bytes) -> str:
    secret = mint.key.public_key().public_bytes(encoding, format_).rstrip(b"\n") + ending
    header = {"alg": "HS256", "typ": "at+jwt", "kid": "test-key"}
    text = f"{segment(header)}.{segment(a_payload())}"
    return f"{text}.{segment(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def without(payload: dict[str, Any], claim: str) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if name != claim}


HOUR_AGO = int(time.time()) - 3600
PEM, DER = Encoding.PEM, Encoding.DER
SPKI, PKCS1 = PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1

FORGERIES: dict[str, Callable[[TokenMint], str]] = {
    "alg none": lambda m: unsigned("none"),
    "alg None": lambda m: unsigned("None"),
    "alg nOnE": lambda m: unsigned("nOnE"),
    "alg none with a signature": lambda m: unsigned("none", b"x" * 256),
    "alg empty": lambda m: unsigned(""),
    "no signature": lambda m: m.sign(a_payload()).rpartition(".")[0] + ".",
    "HS256 with the PEM": lambda m: hmac_signed(m, PEM, SPKI, b"\n"),
    "HS256 with the PEM, no newline": lambda m: hmac_signed(m, PEM, SPKI, b""),
    "HS256 with the DER": lambda m: hmac_signed(m, DER, SPKI, b""),
    "HS256 with the PKCS1": lambda m: hmac_signed(m, PEM, PKCS1, b"\n"),
    "another key": lambda m: TokenMint(generate_private_key(65537, 2048)).sign(a_payload()),
    "unknown kid": lambda m: m.sign(a_payload(), kid="../../etc/passwd"),
    "kid that is no text": lambda m: m.sign(a_payload(), kid=""),
    "jku": lambda m: TokenMint().sign(a_payload(), jku="http://127.0.0.1:1/jwks"),
    "x5u": lambda m: TokenMint().sign(a_payload(), x5u="http://127.0.0.1:1/cert"),
    "crit": lambda m: m.sign(a_payload(), crit=["x"], x=1),
    "b64 false": lambda m: m.sign(a_payload(), crit=["b64"], b64=False),
    "typ JWT": lambda m: m.sign(a_payload(), typ="JWT"),
    "typ of a refresh token": lambda m: m.sign(a_payload(), typ="refresh+jwt"),
    "wrong issuer": lambda m: m.sign(a_payload(iss="https://evil.example")),
    "no issuer": lambda m: m.sign(without(a_payload(), "iss")),
    "wrong audience": lambda m: m.sign(a_payload(aud="other")),
    "no audience": lambda m: m.sign(without(a_payload(), "aud")),
    "expired": lambda m: m.sign(a_payload(exp=HOUR_AGO)),
    "no expiry": lambda m: m.sign(without(a_payload(), "exp")),
    "not valid yet": lambda m: m.sign(a_payload(nbf=int(time.time()) + 3600)),
    "no subject": lambda m: m.sign(without(a_payload(), "sub")),
    "no session": lambda m: m.sign(without(a_payload(), "sid")),
    "no tenant": lambda m: m.sign(without(a_payload(), "tenant_id")),
    "no token id": lambda m: m.sign(without(a_payload(), "jti")),
    "tenant that is none": lambda m: m.sign(a_payload(tenant_id="*")),
    "permissions as text": lambda m: m.sign(a_payload(permissions="*")),
    "huge expiry": lambda m: m.sign(a_payload(exp=1e400)),
    "JWE": lambda m: "eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d",
    "nested": lambda m: m.sign({"jwt": m.sign(a_payload())}, cty="JWT"),
    "one segment": lambda m: "abc",
    "dots": lambda m: "..",
    "header that is a list": lambda m: f"{segment([1])}.{segment(a_payload())}.x",
    "payload that is a list": lambda m: f"{segment({'alg': 'RS256'})}.{segment([1])}.x",
    "header nested a thousandfold": lambda m: f"{segment(b'[' * 5000)}.{segment(a_payload())}.x",
    "very long": lambda m: "a" * 20_000,
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_token_is_refused(
    gateway: Client, upstream: Upstream, mint: TokenMint, expect_error: ExpectError, forgery: str
) -> None:
    token = FORGERIES[forgery](mint)

    response = gateway.get(URL, headers={"authorization": f"Bearer {token}"})

    expected = "TOKEN_EXPIRED" if forgery == "expired" else "TOKEN_INVALID"
    expect_error(response, 401, expected)
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert upstream.seen == []


@pytest.mark.parametrize(
    "value",
    ["", "Bearer", "Basic {}", "Token {}", "{}", "Bearer\t{}", "Bearer  {}",
     "Bearer {} {}", "Bearer {},{}", "Bearer Bearer {}", "Bearer {};x"],
)  # fmt: skip
def test_only_one_bearer_token_is_an_authorization(
    gateway: Client, upstream: Upstream, person: Person, value: str
) -> None:
    text = value.replace("{}", person.token)

    response = gateway.get(URL, headers={"authorization": text})

    assert response.status_code == 401
    assert upstream.seen == []


def test_the_scheme_is_read_in_any_case(gateway: Client, person: Person) -> None:
    assert gateway.get(URL, headers={"authorization": f"bearer {person.token}"}).status_code == 200


def test_two_authorization_headers_are_refused(
    gateway: Client, upstream: Upstream, signed_in: Headers, expect_error: ExpectError
) -> None:
    both = [("authorization", signed_in["authorization"]), ("Authorization", "Bearer x")]

    response = gateway.get(URL, headers=both)

    expect_error(response, 400, "VALIDATION_ERROR")
    assert upstream.seen == []


def test_a_token_in_the_query_or_the_form_is_no_token(
    gateway: Client, upstream: Upstream, person: Person, expect_error: ExpectError
) -> None:
    in_query = gateway.get(URL, params={"access_token": person.token, "token": person.token})
    in_form = gateway.post(URL, data={"access_token": person.token})

    expect_error(in_query, 401, "TOKEN_MISSING")
    expect_error(in_form, 401, "TOKEN_MISSING")
    assert upstream.seen == []


@pytest.mark.parametrize("segment_", " ".join(RESOURCES.values()).split())
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_every_resource_needs_a_token(
    gateway: Client, upstream: Upstream, segment_: str, method: str
) -> None:
    for path in (f"/api/v1/{segment_}", f"/api/v1/{segment_}/setup", f"/api/v1/{segment_}/login"):
        expected = 200 if (method, path.encode()) in WITHOUT_TOKEN else 401

        assert gateway.request(method, path).status_code == expected


def test_the_list_of_open_routes_is_this_one() -> None:
    assert {path for _, path in WITHOUT_TOKEN} == {
        b"/.well-known/jwks.json",
        b"/api/v1/auth/login",
        b"/api/v1/auth/password/forgot",
        b"/api/v1/auth/password/reset",
        b"/api/v1/auth/refresh",
    }


@pytest.mark.parametrize(
    "path",
    ["/api/v1/auth/login/", "/api/v1/auth/login/x", "/api/v1/auth/login;x", "/api/v1/auth//login",
     "/api/v1/auth/LOGIN", "/api/v1/auth/login%2f"],
)  # fmt: skip
def test_what_only_looks_like_an_open_route_needs_a_token(
    gateway: Client, upstream: Upstream, path: str
) -> None:
    assert gateway.post(path, json={}).status_code == 401
    assert upstream.seen == []


def test_an_open_route_carries_no_token_to_the_service(
    gateway: Client, upstream: Upstream, signed_in: Headers
) -> None:
    response = gateway.post("/api/v1/auth/login", headers=signed_in, json={})

    assert response.status_code == 200
    assert upstream.last.values("authorization") == []


@pytest.mark.parametrize("what", list(Denied))
def test_a_denied_session_token_or_user_is_refused_at_once(
    gateway: Client,
    redis_url: str,
    person: Person,
    signed_in: Headers,
    expect_error: ExpectError,
    what: Denied,
) -> None:
    principal = person.principal
    ids = {
        Denied.SESSION: principal.session_id,
        Denied.TOKEN: principal.token_id,
        Denied.USER: principal.user_id,
    }
    assert gateway.get(URL, headers=signed_in).status_code == 200

    with redis_client(redis_url) as client:
        client.set(key(principal.tenant_id, what, ids[what]), FOR_EVER, ex=60)

    expect_error(gateway.get(URL, headers=signed_in), 401, "TOKEN_REVOKED")


def test_a_user_who_came_back_may_use_a_newer_token(
    gateway: Client, redis_url: str, mint: TokenMint, tenant_id: UUID
) -> None:
    now = int(time.time())
    user = str(uuid4())
    old = mint.person(tenant_id, sub=user, iat=now - 100)
    new = mint.person(tenant_id, sub=user, iat=now)

    with redis_client(redis_url) as client:
        client.set(key(tenant_id, Denied.USER, old.principal.user_id), now - 50, ex=60)

    statuses = [
        gateway.get(URL, headers={"authorization": f"Bearer {someone.token}"}).status_code
        for someone in (old, new)
    ]
    assert statuses == [401, 200]


def test_a_denial_in_one_tenant_is_none_in_another(
    gateway: Client, redis_url: str, person: Person, signed_in: Headers
) -> None:
    with redis_client(redis_url) as client:
        client.set(key(uuid4(), Denied.USER, person.principal.user_id), FOR_EVER, ex=60)

    assert gateway.get(URL, headers=signed_in).status_code == 200
