"""Only our own, right-typed, right-audience, unexpired tokens speak for somebody."""

import base64
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from psa_common.errors import Unauthenticated
from psa_common.identity import SigningKeys, TokenVerifier
from psa_common.ids import uuid7
from psa_common.testing import AUDIENCE, ISSUER, KEY_ID, TokenMint


def _claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(uuid7()),
        "tenant_id": str(uuid7()),
        "sid": str(uuid7()),
        "jti": str(uuid7()),
        "iat": now,
        "exp": now + 60,
        "permissions": ["ticket:view:all"],
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


def _unsigned(algorithm: str) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': algorithm, 'kid': KEY_ID, 'typ': 'at+jwt'})}.{part(_claims())}."


def _signed_with_the_public_key(mint: TokenMint) -> str:
    public = mint.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    header = base64.urlsafe_b64encode(
        json.dumps({"alg": "HS256", "kid": KEY_ID, "typ": "at+jwt"}).encode()
    ).rstrip(b"=")
    body = base64.urlsafe_b64encode(json.dumps(_claims()).encode()).rstrip(b"=")
    import hashlib
    import hmac

    signature = hmac.new(public, header + b"." + body, hashlib.sha256).digest()
    return b".".join((header, body, base64.urlsafe_b64encode(signature).rstrip(b"="))).decode()


def _forgeries(mint: TokenMint) -> dict[str, str]:
    stranger = TokenMint()
    good = mint.sign(_claims())
    return {
        "nothing": "",
        "no token": "token",
        "null": "null",
        "two parts": "a.b",
        "alg none": _unsigned("none"),
        "alg None": _unsigned("None"),
        "alg nOnE": _unsigned("nOnE"),
        "HS256 with the public key": _signed_with_the_public_key(mint),
        "another's key": stranger.sign(_claims()),
        "unknown kid": mint.sign(_claims(), kid="other"),
        "no kid": jwt.encode(_claims(), mint.key, "RS256", headers={"typ": "at+jwt"}),
        "PS256": jwt.encode(_claims(), mint.key, "PS256", headers={"kid": KEY_ID, "typ": "at+jwt"}),
        "an ID token": mint.sign(_claims(), typ="JWT"),
        "crit": mint.sign(_claims(), crit=["x"], x="y"),
        "expired": mint.sign(_claims(exp=int(time.time()) - 1)),
        "not yet issued": mint.sign(_claims(nbf=int(time.time()) + 600)),
        "wrong issuer": mint.sign(_claims(iss="https://evil.example")),
        "wrong audience": mint.sign(_claims(aud="other")),
        "no audience": mint.sign(_claims(aud=None)),
        "no expiry": mint.sign(_claims(exp=None)),
        "no session": mint.sign(_claims(sid=None)),
        "no id": mint.sign(_claims(jti=None)),
        "no tenant": mint.sign(_claims(tenant_id=None)),
        "a tenant that is none": mint.sign(_claims(tenant_id="*")),
        "a subject that is none": mint.sign(_claims(sub="admin")),
        "permissions as text": mint.sign(_claims(permissions="ticket:view:all")),
        "a changed body": ".".join(
            (good.split(".")[0], mint.sign(_claims()).split(".")[1], good.split(".")[2])
        ),
        "a cut signature": good[:-8],
        "a long token": good + "x" * 100_000,
        "a lone surrogate": "\udcff",
    }


MINT = TokenMint()
FORGERIES = _forgeries(MINT)


@pytest.fixture
def verifier() -> TokenVerifier:
    return TokenVerifier(MINT.keys(), issuer=ISSUER, audience=AUDIENCE)


@pytest.mark.parametrize("token", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_token_speaks_for_nobody(verifier: TokenVerifier, token: str) -> None:
    with pytest.raises(Unauthenticated):
        verifier.verify(token)


def test_a_genuine_token_speaks_for_its_subject(verifier: TokenVerifier) -> None:
    claims = _claims()

    principal = verifier.verify(MINT.sign(claims))

    assert str(principal.user_id) == claims["sub"]
    assert principal.scope("ticket:view") == "all"
    assert principal.scope("ticket:create") is None


def test_a_remembered_token_is_judged_anew_once_it_has_expired(
    verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    expired = int(time.time()) + 1
    token = MINT.sign(_claims(exp=expired))
    verifier.verify(token)
    with monkeypatch.context() as later:
        later.setattr(time, "time", lambda: expired + 1.0)
        later.setattr("jwt.decode", _expired)

        with pytest.raises(Unauthenticated):
            verifier.verify(token)


def _expired(*_arguments: object, **_options: object) -> None:
    raise jwt.ExpiredSignatureError


def test_a_key_set_without_a_usable_key_does_not_replace_the_last_good_one() -> None:
    keys = SigningKeys(keys={KEY_ID: MINT.key.public_key()})

    with pytest.raises(ValueError, match="no RS256 key"):
        keys.learn(b'{"keys": [{"kty": "oct", "kid": "x", "k": "c2VjcmV0"}]}')

    assert keys.find(KEY_ID) is not None
