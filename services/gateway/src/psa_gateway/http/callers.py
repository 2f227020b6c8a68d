"""Who is calling: a verified token, and the questions to Redis that follow from it."""

import base64
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address

import msgspec

from psa_common.errors import Unauthenticated
from psa_common.identity import Principal, TokenVerifier
from psa_gateway.domain.rates import Rate, Tiers
from psa_gateway.queries.admission import question
from psa_gateway.queries.denials import Denied, key

KNOWN_MAX = 10_000
TOKEN_BYTES_MAX = 8 * 1024


class _Issued(msgspec.Struct):
    iat: int


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified caller with everything that is said and asked about them, worked out once."""

    principal: Principal
    id: str
    token: str
    charge: bytes
    look: bytes


class Callers:
    """Turns an Authorization header into a caller, and remembers it while it is valid."""

    def __init__(self, verifier: TokenVerifier, tiers: Tiers) -> None:
        self._verifier = verifier
        self._tiers = tiers
        self._known: dict[bytes, Caller] = {}

    def identify(self, authorization: bytes | None) -> Caller:
        """Return the caller; raises Unauthenticated."""
        caller = self._known.get(authorization) if authorization else None
        if caller is not None:
            self._verifier.verify(caller.token)  # it knows when a token or its key has ended
            return caller

        token = _bearer(authorization)
        caller = self._caller(self._verifier.verify(token), token)
        if len(self._known) >= KNOWN_MAX:
            self._known.clear()
        self._known[authorization or b""] = caller
        return caller

    def forget(self) -> None:
        """Forget everybody, so that every token is verified again."""
        self._known.clear()

    def _caller(self, principal: Principal, token: str) -> Caller:
        issued_at = _issued_at(token)
        tenant, user = principal.tenant_id, principal.user_id
        tier = self._tiers.of(tenant)
        buckets = (_bucket(str(tenant), f"user:{user}"), _bucket(str(tenant), "tenant"))
        denials = (
            key(tenant, Denied.SESSION, principal.session_id),
            key(tenant, Denied.TOKEN, principal.token_id),
            key(tenant, Denied.USER, user),
        )
        rates = _numbers(tier.user, tier.tenant)
        charge, look = (
            question(buckets + denials, (cost, len(buckets), issued_at, *rates)) for cost in (1, 0)
        )
        return Caller(principal, str(user), token, charge, look)


def stranger(ip: str, purpose: str, rate: Rate) -> bytes:
    """Return the question whether an address may try *purpose*."""
    return question((_bucket(_network(ip), purpose),), (1, 1, 0, *_numbers(rate)))


def _bucket(owner: str, name: str) -> str:
    return f"gateway:{{{owner}}}:rate:{name}"


def _numbers(*rates: Rate) -> tuple[int, ...]:
    return tuple(number for rate in rates for number in (rate.interval_micros, rate.requests))


def _network(ip: str) -> str:
    """Return what one customer of a provider has: an IPv4 address or an IPv6 /64."""
    try:
        return str(IPv6Address(int(IPv6Address(ip)) >> 64 << 64))
    except AddressValueError:
        return ip


def _bearer(authorization: bytes | None) -> str:
    if authorization is None:
        raise Unauthenticated(
            "Sign in first and send the access token as a bearer token.", code="token_missing"
        )
    kind, _, token = authorization.partition(b" ")
    usable = token and len(token) <= TOKEN_BYTES_MAX and not set(token) & set(b" \t,")
    if kind.lower() != b"bearer" or not usable:
        raise Unauthenticated("Send exactly one access token, as 'Authorization: Bearer …'.")
    try:
        return token.decode("ascii")
    except UnicodeDecodeError:
        raise Unauthenticated("The token is not valid; sign in again.") from None


def _issued_at(verified_token: str) -> int:
    """Return when a token was issued whose signature has just been checked."""
    payload = verified_token.split(".")[1]
    padded = payload + "=" * (-len(payload) % 4)
    return msgspec.json.decode(base64.urlsafe_b64decode(padded), type=_Issued).iat
