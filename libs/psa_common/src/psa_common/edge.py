"""
The edge of a service: one request is one transaction.

It gives every request an id, a verified caller and a lazily opened transaction, holds the
answer back until that transaction is committed, and answers a repeated `Idempotency-Key`
from the record that was written with the effect.
"""

from collections.abc import Callable
from typing import Any

import structlog

from psa_common import idempotency, observability
from psa_common.asgi import Application, Message, Receive, Scope, Send
from psa_common.context import CURRENT
from psa_common.db import Pool
from psa_common.exchange import Exchange, begin
from psa_common.identity import TokenVerifier
from psa_common.problems import Problem, problem_of

log = structlog.get_logger()


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

        exchange = begin(scope, self.pool, self.verifier)
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
