"""Only our own tokens pass: signed by a key in the table, of the right type, for us."""

import base64
import hashlib
import hmac
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from auth_builders import Company, bearing
from psa_auth.usecases.key_ring import KeyRing
from psa_common.testing import Api


def part(value: Any) -> str:
    """Return a part of a token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and claims."""
    return (
        jwt.get_unverified_header(token),
        jwt.decode(token, options={"verify_signature": False}),
    )


async def status(api: Api, token: str) -> int:
    """Return the answer to somebody who sends *token*."""
    response = await bearing(api, token).get("/auth/me")
    return response.status_code


async def test_our_own_token_passes(company: Company) -> None:
    assert await status(company.api, (await company.tokens())["access_token"]) == 200


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "NONE"])
async def test_an_unsigned_token_is_refused(company: Company, algorithm: str) -> None:
    header, claims = parts((await company.tokens())["access_token"])

    forged = f"{part({**header, 'alg': algorithm})}.{part(claims)}."

    assert await status(company.api, forged) == 401


@pytest.mark.parametrize("form", ["pem", "pem_stripped", "der", "jwk"])
async def test_the_public_key_is_no_shared_secret(
    company: Company, ring: KeyRing, form: str
) -> None:
    header, claims = parts((await company.tokens())["access_token"])
    public = ring.signer[1].public_key()
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    pem = public.public_bytes(serialization.Encoding.PEM, spki)
    secret = {
        "pem": pem,
        "pem_stripped": pem.strip(),
        "der": public.public_bytes(serialization.Encoding.DER, spki),
        "jwk": ring.document,
    }[form]
    text = f"{part({**header, 'alg': 'HS256'})}.{part(claims)}"
    digest = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    signature = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    assert await status(company.api, f"{text}.{signature}") == 401


@pytest.mark.parametrize(
    "extra",
    [
        {"jku": "https://evil.example/jwks.json"},
        {"x5u": "https://evil.example/cert.pem"},
        {"kid": "../../etc/passwd"},
        {"kid": "' OR 1=1 --"},
        {"typ": "JWT"},
        {"crit": ["x"], "x": 1},
    ],
)
async def test_a_foreign_key_is_refused_whatever_its_header_says(
    company: Company, extra: dict[str, Any]
) -> None:
    header, claims = parts((await company.tokens())["access_token"])
    foreign = generate_private_key(65537, 2048)

    forged = jwt.encode(claims, foreign, "RS256", headers={**header, **extra})

    assert await status(company.api, forged) == 401


@pytest.mark.parametrize(
    ("changes", "headers"),
    [
        ({"iss": "https://evil.example"}, {}),
        ({"aud": "other"}, {}),
        ({"exp": 1}, {}),
        ({"sub": 7}, {}),
        ({"sub": "not-a-uuid"}, {}),
        ({"tenant_id": None}, {}),
        ({"permissions": "user:view:all"}, {}),
        ({}, {"typ": "JWT"}),
        ({}, {"typ": "id+jwt"}),
        ({}, {"crit": ["b64"], "b64": False}),
    ],
)
async def test_even_our_own_signature_does_not_make_every_token_good(
    company: Company, ring: KeyRing, changes: dict[str, Any], headers: dict[str, Any]
) -> None:
    header, claims = parts((await company.tokens())["access_token"])
    _, key = ring.signer

    try:
        forged = jwt.encode({**claims, **changes}, key, "RS256", headers={**header, **headers})
    except TypeError:
        text = f"{part({**header, **headers})}.{part({**claims, **changes})}"
        forged = f"{text}.AAAA"

    assert await status(company.api, forged) == 401


async def test_a_changed_claim_breaks_the_signature(company: Company) -> None:
    token = (await company.tokens())["access_token"]
    head, _, signature = token.split(".")
    _, claims = parts(token)

    forged = f"{head}.{part({**claims, 'permissions': ['tenant:create:all']})}.{signature}"

    assert await status(company.api, forged) == 401


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer a b", "Basic abc", "Bearer\tx", "Bearer ü"]
)
async def test_what_is_no_bearer_token_is_refused(api: Api, value: str) -> None:
    response = await api.get("/auth/me", headers={"authorization": value.encode("latin-1")})

    assert response.status_code == 401


async def test_a_token_in_the_address_is_not_looked_at(company: Company) -> None:
    token = (await company.tokens())["access_token"]

    response = await company.api.get(f"/auth/me?access_token={token}")

    assert response.status_code == 401


async def test_a_refresh_token_is_no_access_token(company: Company) -> None:
    assert await status(company.api, (await company.tokens())["refresh_token"]) == 401
