"""One request on its way: what is known of it, and how it ends."""

import asyncio
import random
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress

from opentelemetry.trace import Span

from psa_common.asgi import Message, Receive, Scope, Send
from psa_common.context import RequestContext
from psa_common.problems import Problem
from psa_gateway.http.headers import REQUEST_ID, TRACEPARENT, RawHeaders
from psa_gateway.queries.admission import Decision

#: Methods that this API has; the rest (TRACE, CONNECT) is refused.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
#: RFC 9110 §9.2.2: once or twice makes no difference.
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
#: So much, and so long, is listened to what nobody will read; more than any upload may be.
HEARD_OUT_BYTES_MAX = 64 * 1024 * 1024
HEARD_OUT_SECONDS_MAX = 15.0
#: Whoever says nothing for so long is waiting, or gone.
HEARD_OUT_PAUSE_SECONDS_MAX = 1.0

#: Ids only tell requests apart, so they need no entropy from the kernel each time.
_RANDOM = random.Random()  # noqa: S311  # guards nothing


class ClientLeft(Exception):
    """Nobody waits for the answer any more."""


class Exchange:
    """One request between its client and the gateway."""

    __slots__ = (
        "body_done",
        "caller_id",
        "decision",
        "ip",
        "method",
        "parent",
        "path",
        "receive",
        "request_id",
        "scope",
        "send",
        "service",
        "span",
        "started",
        "status",
        "traceparent",
    )

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.receive = receive
        self.send = send
        self.method = str(scope["method"])
        self.path: bytes = scope["raw_path"]
        self.started = time.perf_counter()
        self.status = 0
        self.service = "gateway"
        self.request_id = ""
        self.traceparent = ""
        #: The trace that the client sent, if it is one.
        self.parent = ""
        self.span: Span | None = None
        self.ip = ""
        self.caller_id: str | None = None
        self.decision: Decision | None = None
        #: Whether the client has said all it will say.
        self.body_done = False

    def introduce(self, read: Mapping[bytes, bytes], trusted_proxies: frozenset[str]) -> None:
        """Give the request an id, a trace and the address of its real sender."""
        asked = read.get(b"x-request-id", b"")
        known = REQUEST_ID.fullmatch(asked)
        self.request_id = asked.decode() if known else f"req-{_RANDOM.getrandbits(128):032x}"

        trace = read.get(b"traceparent", b"")
        if TRACEPARENT.fullmatch(trace):
            self.parent = trace.decode()
            kept, flags = self.parent[3:35], self.parent[-2:]
        else:
            kept, flags = f"{_RANDOM.getrandbits(128):032x}", "01"
        self.traceparent = f"00-{kept}-{_RANDOM.getrandbits(64) | 1:016x}-{flags}"

        client = self.scope["client"]
        self.ip = client[0] if client else "unknown"
        if self.ip in trusted_proxies and b"x-forwarded-for" in read:
            self.ip = read[b"x-forwarded-for"].rpartition(b",")[2].strip().decode("latin-1")

    def context(self) -> RequestContext:
        """Return what log lines and error documents of our own routes say of the request."""
        return RequestContext(
            request_id=self.request_id,
            correlation_id=self.request_id,
            traceparent=self.traceparent,
            ip=self.ip,
        )

    async def begin(self, status: int, headers: RawHeaders) -> None:
        """Send status and headers, with what we add to every answer."""
        self.status = status
        headers.append((b"x-request-id", self.request_id.encode()))
        headers.append((b"x-content-type-options", b"nosniff"))
        if self.decision is not None:
            headers += rate_headers(self.decision)
        message: Message = {"type": "http.response.start", "status": status, "headers": headers}
        await self.send(message)

    async def relay(self, message: Message) -> None:
        """Send a message of the gateway's own routes, with what we add to every answer."""
        if message["type"] == "http.response.start":
            await self.begin(message["status"], list(message["headers"]))
        else:
            await self.send(message)

    async def refuse(self, problem: Problem, extra: Mapping[str, str]) -> None:
        """Answer with the error document; a body that nobody will read ends the connection."""
        body = problem.body(self.request_id)
        headers = {"content-type": "application/json", **problem.headers(), **extra}
        if not self.body_done:
            headers["connection"] = "close"
        raw = _encoded(headers.items())
        raw.append((b"content-length", str(len(body)).encode()))
        await self.begin(problem.status, raw)
        sent = b"" if self.method == "HEAD" else body
        more = not self.body_done
        await self.send({"type": "http.response.body", "body": sent, "more_body": more})
        if more:
            await self.hear_out()

    async def hear_out(self) -> None:
        """
        Let a client finish that was answered before it had said everything; then end the answer.

        Whoever hangs up on a client that is still talking takes the answer away from it: what
        is unread when a connection closes resets it, and the refusal never arrives.
        """
        heard = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(HEARD_OUT_SECONDS_MAX):
                while not self.body_done and heard <= HEARD_OUT_BYTES_MAX:
                    async with asyncio.timeout(HEARD_OUT_PAUSE_SECONDS_MAX):
                        message = await self.receive()
                    heard += len(message.get("body", b""))
                    self.body_done = not message.get("more_body", False)
        await self.send({"type": "http.response.body", "body": b"", "more_body": False})


def rate_headers(decision: Decision) -> RawHeaders:
    """Return the seed's headers of the limit that is nearest."""
    return [
        (b"x-ratelimit-limit", str(decision.limit).encode()),
        (b"x-ratelimit-remaining", str(decision.remaining).encode()),
        (b"x-ratelimit-reset", str(decision.full_at).encode()),
    ]


def _encoded(headers: Iterable[tuple[str, str]]) -> RawHeaders:
    return [(name.encode(), value.encode()) for name, value in headers]
