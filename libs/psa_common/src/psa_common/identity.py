"""Who is asking, by an access token that this process has verified itself."""

import asyncio
import contextlib
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt
import msgspec
import structlog
from jwt.algorithms import RSAAlgorithm

from psa_common.errors import Unauthenticated

log = structlog.get_logger()

ALGORITHM = "RS256"
TOKEN_TYPE = "at+jwt"
REQUIRED_CLAIMS = ["exp", "iat", "iss", "aud", "sub", "jti", "sid", "tenant_id"]
CACHE_MAX = 10_000
REFRESH_SECONDS = 300
#: An unknown key id asks for the key set again, but not more often than this.
RETRY_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Principal:
    """The verified caller: a person, or a key that stands for one."""

    tenant_id: UUID
    user_id: UUID
    session_id: UUID
    token_id: UUID
    name: str
    email: str
    permissions: frozenset[str]
    customer_id: UUID | None = None

    def scope(self, permission: str) -> str | None:
        """Return the widest scope of `resource:action` that the caller holds, if any."""
        for scope in ("all", "team", "assigned", "own", "own_customer"):
            if f"{permission}:{scope}" in self.permissions:
                return scope
        return None


class _Claims(msgspec.Struct):
    """The claims of our tokens; anything else in them is ignored."""

    sub: UUID
    tenant_id: UUID
    sid: UUID
    jti: UUID
    exp: int
    permissions: list[str]
    name: str = ""
    email: str = ""
    customer_id: UUID | None = None


class SigningKeys:
    """The public keys of the auth service, by key id; the last good set is kept."""

    def __init__(self, url: str | None = None, keys: Mapping[str, Any] | None = None) -> None:
        self._url = url
        self._keys: dict[str, Any] = dict(keys or {})
        self._wanted = asyncio.Event()

    @property
    def ready(self) -> bool:
        """Whether any key is known yet."""
        return bool(self._keys)

    async def check(self) -> str | None:
        """Say what readiness lacks: without any key every caller would be refused."""
        return None if self.ready else "no signing key has been fetched yet"

    def knows(self, key_id: str) -> bool:
        """Say whether the key is still in use; a withdrawn one ends every token it has signed."""
        return key_id in self._keys

    def find(self, key_id: str) -> Any | None:
        """Return the public key, or None; an unknown id makes the refresh loop look early."""
        key = self._keys.get(key_id)
        if key is None:
            self._wanted.set()
        return key

    def learn(self, document: bytes) -> None:
        """Take over a JWKS document (RFC 7517); raises when it holds no usable key."""
        entries = msgspec.json.decode(document)["keys"]
        keys = {
            entry["kid"]: RSAAlgorithm.from_jwk(entry)
            for entry in entries
            if entry.get("kty") == "RSA" and entry.get("alg") == ALGORITHM
        }
        if not keys:
            raise ValueError("the key set holds no RS256 key")
        self._keys = keys

    async def keep_fresh(self) -> None:
        """Fetch the key set now and then, for as long as the process runs."""
        if self._url is None:
            return
        import aiohttp  # a worker verifies no tokens and need not carry it

        timeout = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                self._wanted.clear()
                try:
                    async with session.get(self._url) as response:
                        response.raise_for_status()
                        self.learn(await response.read())
                except (aiohttp.ClientError, TimeoutError, ValueError, LookupError) as error:
                    log.warning("signing_keys_not_fetched", error=str(error))
                await asyncio.sleep(RETRY_SECONDS if self.ready else 0.5)
                if self.ready:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._wanted.wait(), REFRESH_SECONDS)


class TokenVerifier:
    """Verifies access tokens; a verified one is remembered while it and its key last."""

    def __init__(self, keys: SigningKeys, *, issuer: str, audience: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._known: dict[bytes, tuple[int, str, Principal]] = {}

    def verify(self, token: str) -> Principal:
        """
        Return the caller that *token* speaks for.

        The algorithm is ours, never the token's (RFC 8725 §3.1). Raises Unauthenticated.
        """
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        known = self._known.get(digest)
        if known is not None and known[0] > time.time() and self._keys.knows(known[1]):
            return known[2]

        key_id, claims = self._claims(token)
        principal = Principal(
            tenant_id=claims.tenant_id,
            user_id=claims.sub,
            session_id=claims.sid,
            token_id=claims.jti,
            name=claims.name,
            email=claims.email,
            permissions=frozenset(claims.permissions),
            customer_id=claims.customer_id,
        )
        if len(self._known) >= CACHE_MAX:
            self._known.clear()
        self._known[digest] = (claims.exp, key_id, principal)
        return principal

    def _claims(self, token: str) -> tuple[str, _Claims]:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("typ") != TOKEN_TYPE or "crit" in header:
                raise Unauthenticated("The token is not one of our access tokens.")
            key_id = str(header.get("kid"))
            key = self._keys.find(key_id)
            if key is None:
                raise Unauthenticated("The token is signed with an unknown key; sign in again.")
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=self._audience,
                issuer=self._issuer,
                options={"require": REQUIRED_CLAIMS},
            )
            return key_id, msgspec.convert(claims, _Claims)
        except jwt.ExpiredSignatureError:
            raise Unauthenticated(
                "The token has expired; refresh it or sign in again.", code="token_expired"
            ) from None
        except (jwt.PyJWTError, msgspec.ValidationError, ValueError, UnicodeError):
            raise Unauthenticated("The token is not valid; sign in again.") from None
