"""Write access tokens and refresh tokens."""

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import jwt

from psa_auth.domain.session import Lifetimes
from psa_auth.usecases.key_ring import KeyRing
from psa_common.errors import Unauthenticated
from psa_common.identity import ALGORITHM, TOKEN_TYPE
from psa_common.ids import uuid7

PREFIX = "psa_rt"
SECRET_BYTES = 32


class InvalidRefreshToken(Unauthenticated):
    """The refresh token is not, or no longer, good for anything."""

    code = "refresh_token_invalid"

    def __init__(self) -> None:
        super().__init__("The refresh token cannot be used any more; sign in again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whom an access token speaks for, and what they may do."""

    tenant_id: UUID
    session_id: UUID
    user_id: UUID
    name: str
    email: str
    customer_id: UUID | None
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a client gets for signing in."""

    access_token: str
    refresh_token: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token: the tenant it belongs to, in the open, and a secret of 256 bits."""

    tenant_id: UUID
    secret: bytes

    @classmethod
    def new(cls, tenant_id: UUID) -> "RefreshToken":
        """Return a new one."""
        return cls(tenant_id, secrets.token_bytes(SECRET_BYTES))

    @classmethod
    def read(cls, text: str) -> "RefreshToken":
        """Return the token that *text* writes down; raises InvalidRefreshToken."""
        try:
            prefix, tenant, secret = text.split(".")
            token = cls(UUID(bytes=_bytes(tenant)), _bytes(secret))
        except (ValueError, binascii.Error):
            raise InvalidRefreshToken from None
        if prefix != PREFIX or len(token.secret) != SECRET_BYTES or token.text != text:
            raise InvalidRefreshToken
        return token

    @property
    def text(self) -> str:
        """The token as the client keeps it."""
        return f"{PREFIX}.{_text(self.tenant_id.bytes)}.{_text(self.secret)}"

    @property
    def hash(self) -> bytes:
        """What is stored of it; the secret needs no slow hash, for nobody guesses 256 bits."""
        return hashlib.sha256(self.tenant_id.bytes + self.secret).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenDesk:
    """Signs what clients show to every service."""

    ring: KeyRing
    issuer: str
    audience: str
    lifetimes: Lifetimes

    def issue(self, holder: Holder, refresh: RefreshToken, *, now: datetime) -> Tokens:
        """Return the tokens that *holder* gets now."""
        kid, key = self.ring.signer
        issued_at = int(now.timestamp())
        seconds = int(self.lifetimes.access.total_seconds())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": str(holder.user_id),
            "tenant_id": str(holder.tenant_id),
            "sid": str(holder.session_id),
            "jti": str(uuid7()),
            "iat": issued_at,
            "exp": issued_at + seconds,
            "name": holder.name,
            "email": holder.email,
            "permissions": sorted(holder.permissions),
        }
        if holder.customer_id is not None:
            claims["customer_id"] = str(holder.customer_id)
        token = jwt.encode(claims, key, ALGORITHM, headers={"kid": kid, "typ": TOKEN_TYPE})
        return Tokens(access_token=token, refresh_token=refresh.text, expires_in=seconds)


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True)
