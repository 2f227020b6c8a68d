"""
The edge of a service: one request is one transaction.

It gives every request an id, a verified caller and a lazily opened transaction, holds the
answer back until that transaction is committed, and answers a repeated `Idempotency-Key`
from the record that was written with the effect.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from litestar import Request
from litestar.di import NamedDependency

from psa_common import idempotency, observability
from psa_common.asgi import Application, Message, Receive, Scope, Send
from psa_common.context import CURRENT, SYSTEM, Actor, RequestContext
from psa_common.db import Pool, ReadTx, Tx
from psa_common.errors import Unauthenticated
from psa_common.identity import Principal, TokenVerifier
from psa_common.ids import uuid7
from psa_common.problems import Problem, problem_of

log = structlog.get_logger()

READING = frozenset({"GET", "HEAD", "OPTIONS"})
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
STATE = "psa.exchange"


@dataclass(slots=True)
class Exchange:
    """One request on its way through the service."""

    edge: "Edge"
    method: str
    path: str
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
            self.principal = self.edge.verifier.verify(bearer_of(self.headers))
            who = Actor("user", self.principal.user_id, self.principal.name)
            self.context = _with_actor(self.context, who)
            CURRENT.set(self.context)
        return self.principal

    def transaction(self) -> Tx:
        """Return the request's transaction; a reading request gets one that cannot write."""
        if self.tx is None:
            kind = ReadTx if self.method in READING else Tx
            self.tx = kind(self.edge.pool, self.authenticate().tenant_id, self.context)
        return self.tx


class Edge:
    """The ASGI application around a service's routes."""

    def __init__(
        self,
        app: Application,
        pool: Pool,
        verifier: TokenVerifier,
        document: Callable[[], dict[str, Any]],
    ) -> None:
        self.app = app
        #: Makes the API document of the routes inside.
        self.document = document
        self.pool = pool
        self.verifier = verifier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        exchange = _exchange_of(self, scope)
        scope[STATE] = exchange
        token = CURRENT.set(exchange.context)
        try:
            replay = await idempotency.begin(exchange, receive)
            if replay is None:
                await self.app(scope, receive, self._sender(exchange, send))
            elif isinstance(replay, idempotency.Answer):
                await _send_answer(exchange, replay, send)
            else:
                await self.app(scope, replay, self._sender(exchange, send))
        except Exception as error:  # the last resort: nothing may leave without a document
            await _refuse(exchange, error, send)
        finally:
            if exchange.tx is not None:
                await exchange.tx.rollback()  # a client that left, a handler that was cancelled
            observability.record_request(scope, exchange.status, exchange.started)
            CURRENT.reset(token)

    def _sender(self, exchange: Exchange, send: Send) -> Send:
        """Return a `send` that holds the answer back until the transaction has ended."""

        async def hold(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.held = message
                return
            if exchange.replaced:
                return
            if exchange.held is not None:
                start, exchange.held = exchange.held, None
                try:
                    await _conclude(exchange, start, message)
                except Exception as error:
                    # The framework believes its answer is sent; ours goes out instead.
                    exchange.replaced = True
                    await _refuse(exchange, error, send)
                    return
                exchange.status = start["status"]
                start["headers"] = [
                    *start["headers"],
                    (b"x-request-id", exchange.context.request_id.encode()),
                ]
                await send(start)
            await send(message)

        return hold


async def _conclude(exchange: Exchange, start: Message, body: Message) -> None:
    """Commit what a good answer promises, or undo what a refusal leaves behind."""
    tx = exchange.tx
    if tx is None:
        return
    if start["status"] >= 400:
        await tx.rollback()
        return
    if exchange.key is not None and not body.get("more_body"):
        idempotency.remember(tx, exchange, start, body)
    await tx.commit()


async def _refuse(exchange: Exchange, error: Exception, send: Send) -> None:
    if exchange.status:  # the answer has begun; all that is left is to break it off
        raise error
    problem: Problem = problem_of(error)
    if problem.status >= 500:
        log.error("request_failed", path=exchange.path, exc_info=error)
    headers = {"content-type": "application/json", **problem.headers()}
    body = problem.body(exchange.context.request_id)
    await _send_answer(exchange, idempotency.Answer(problem.status, headers, body), send)


async def _send_answer(exchange: Exchange, answer: idempotency.Answer, send: Send) -> None:
    exchange.status = answer.status
    headers = {**answer.headers, "x-request-id": exchange.context.request_id}
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    raw.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})


def _exchange_of(edge: Edge, scope: Scope) -> Exchange:
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
    method, path = str(scope["method"]), str(scope["path"])
    return Exchange(edge=edge, method=method, path=path, headers=headers, context=context)


def _with_actor(context: RequestContext, actor: Actor) -> RequestContext:
    return RequestContext(
        request_id=context.request_id,
        correlation_id=context.correlation_id,
        causation_id=context.causation_id,
        traceparent=context.traceparent,
        actor=actor,
        ip=context.ip,
    )


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
