"""One request on its way through a service, and what handlers get of it."""

import re
import time
from dataclasses import dataclass, field, replace
from typing import Any

from litestar import Request
from litestar.di import NamedDependency

from psa_common import observability
from psa_common.asgi import Message, Scope
from psa_common.context import CURRENT, SYSTEM, Actor, RequestContext
from psa_common.db import Pool, ReadTx, Tx
from psa_common.errors import Unauthenticated
from psa_common.identity import Principal, TokenVerifier
from psa_common.ids import uuid7

READING = frozenset({"GET", "HEAD", "OPTIONS"})
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
STATE = "psa.exchange"


@dataclass(slots=True)
class Exchange:
    """One request on its way through the service."""

    pool: Pool
    verifier: TokenVerifier
    method: str
    path: str
    query: bytes
    headers: dict[bytes, bytes]
    context: RequestContext
    principal: Principal | None = None
    tx: Tx | None = None
    key: str | None = None
    status: int = 0
    held: Message | None = None
    replaced: bool = False
    started: float = field(default_factory=time.perf_counter)

    def authenticate(self) -> Principal:
        """Return the verified caller; raises Unauthenticated."""
        if self.principal is None:
            self.principal = self.verifier.verify(bearer_of(self.headers))
            who = Actor("user", self.principal.user_id, self.principal.name)
            self.context = replace(self.context, actor=who)
            CURRENT.set(self.context)
        return self.principal

    def transaction(self) -> Tx:
        """Return the request's transaction; a reading request gets one that cannot write."""
        if self.tx is None:
            kind = ReadTx if self.method in READING else Tx
            self.tx = kind(self.pool, self.authenticate().tenant_id, self.context)
        return self.tx


def begin(scope: Scope, pool: Pool, verifier: TokenVerifier) -> Exchange:
    """Return the exchange of a request that has just come in, and leave it in *scope*."""
    headers = dict(scope["headers"])
    asked = headers.get(b"x-request-id", b"").decode("latin-1")
    request_id = asked if REQUEST_ID.fullmatch(asked) else f"req-{uuid7().hex}"
    trace = headers.get(b"traceparent", b"").decode("latin-1")
    client = scope.get("client")
    context = RequestContext(
        request_id=request_id,
        correlation_id=request_id,
        traceparent=trace if TRACEPARENT.fullmatch(trace) else observability.new_traceparent(),
        actor=SYSTEM,
        ip=client[0] if client else None,
    )
    exchange = Exchange(
        pool=pool,
        verifier=verifier,
        method=str(scope["method"]),
        path=str(scope["path"]),
        query=bytes(scope.get("query_string", b"")),
        headers=headers,
        context=context,
    )
    scope[STATE] = exchange
    return exchange


def bearer_of(headers: dict[bytes, bytes]) -> str:
    """Return the bearer token of the request; raises Unauthenticated."""
    kind, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if kind.lower() != "bearer" or not token or " " in token:
        raise Unauthenticated("Sign in first and send the access token as a bearer token.")
    return token


def exchange_of(scope: Any) -> Exchange:
    """Return the exchange that a handler, guard or dependency is part of."""
    exchange: Exchange = scope[STATE]
    return exchange


def principal_of(scope: Any) -> Principal:
    """Return the verified caller; raises Unauthenticated."""
    return exchange_of(scope).authenticate()


async def provide_tx(request: Request[Any, Any, Any]) -> Tx:
    """Give a handler its transaction."""
    return exchange_of(request.scope).transaction()


async def provide_principal(request: Request[Any, Any, Any], tx: NamedDependency[Tx]) -> Principal:
    """
    Give a handler its verified caller.

    It asks for *tx* although it does not use it: the framework resolves dependencies of one
    level in a task group, which costs more than all of them together.
    """
    del tx
    return principal_of(request.scope)
