"""A service for tests: the last segment of the path says how it behaves."""

import asyncio
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

CHUNK = b"x" * 65536


@dataclass
class Seen:
    """What reached the upstream."""

    method: str
    raw_path: str
    query: str
    headers: list[tuple[str, str]]

    def values(self, name: str) -> list[str]:
        """Return every value of a header."""
        return [value for header, value in self.headers if header == name]


@dataclass
class Upstream:
    """An ASGI application that remembers its requests."""

    url: str = ""
    seen: list[Seen] = field(default_factory=list[Seen])
    bodies: list[bytes] = field(default_factory=list[bytes])
    received: int = 0
    disconnects: int = 0
    chunks_sent: int = 0
    document: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def last(self) -> Seen:
        """The latest request."""
        return self.seen[-1]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await _lifespan(receive, send)
            return
        if scope["raw_path"] == b"/openapi.json":  # fetched in the background at any time
            await _answer(send, 200, json.dumps(self.document).encode())
            return
        headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in scope["headers"]]
        query = scope["query_string"].decode()
        self.seen.append(Seen(scope["method"], scope["raw_path"].decode(), query, headers))
        behaviour = scope["raw_path"].decode().rpartition("/")[2].replace("-", "_")
        act = getattr(self, f"do_{behaviour}", self.do_echo)
        await act({k: v[0] for k, v in parse_qs(query).items()}, receive, send)

    async def do_echo(self, query: dict[str, str], receive: Any, send: Any) -> None:
        """Answer with a digest of the body."""
        digest, length = hashlib.sha256(), 0
        whole = b""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.disconnects += 1
                return
            chunk = message.get("body", b"")
            digest.update(chunk)
            length += len(chunk)
            self.received += len(chunk)
            whole = whole + chunk if length < 100_000 else b""
            more = message.get("more_body", False)
        self.bodies.append(whole)
        answer = json.dumps({"length": length, "sha256": digest.hexdigest()}).encode()
        status = int(query.get("status", "200"))
        await _answer(send, status, answer, [(b"x-kept", b"1"), (b"x-kept", b"2")])

    async def do_slow(self, query: dict[str, str], receive: Any, send: Any) -> None:
        """Answer late; notice a client that leaves."""
        await receive()
        gone = asyncio.ensure_future(receive())
        done, _ = await asyncio.wait({gone}, timeout=float(query.get("seconds", "5")))
        if done:
            self.disconnects += 1
            return
        gone.cancel()
        await _answer(send, 200, b"{}")

    async def do_stream(self, query: dict[str, str], receive: Any, send: Any) -> None:
        """Send many chunks, with a pause between them if asked for."""
        await receive()
        gone = asyncio.ensure_future(receive())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(int(query["chunks"])):
            if gone.done():
                self.disconnects += 1
                return
            await send({"type": "http.response.body", "body": CHUNK, "more_body": True})
            self.chunks_sent += 1
            await asyncio.sleep(float(query.get("pause", "0")))
        gone.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def do_half(self, _query: dict[str, str], receive: Any, send: Any) -> None:
        """Promise a hundred bytes, send five, and break off."""
        await receive()
        headers = [(b"content-length", b"100"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"12345", "more_body": True})

    async def do_text_error(self, _query: dict[str, str], receive: Any, send: Any) -> None:
        """Fail with a page that no client should see."""
        await receive()
        headers = [(b"content-type", b"text/plain")]
        await send({"type": "http.response.start", "status": 500, "headers": headers})
        await send({"type": "http.response.body", "body": b"Traceback: 127.0.0.1"})

    async def do_noisy(self, _query: dict[str, str], receive: Any, send: Any) -> None:
        """Answer with headers that must not get out."""
        await receive()
        headers = [
            (b"connection", b"X-Secret-Hop"),
            (b"x-secret-hop", b"1"),
            (b"x-internal-host", b"pve01"),
            (b"x-powered-by", b"snakes"),
            (b"x-request-id", b"not-yours"),
            (b"set-cookie", b"a=1"),
            (b"set-cookie", b"b=2"),
            (b"cache-control", b"private"),
        ]
        await _answer(send, 200, b"{}", headers)

    async def do_redirect(self, _query: dict[str, str], receive: Any, send: Any) -> None:
        """Point somewhere else."""
        await receive()
        await _answer(send, 303, b"{}", [(b"location", b"/api/v1/elsewhere")])

    async def do_gzip(self, _query: dict[str, str], receive: Any, send: Any) -> None:
        """Send bytes that claim to be compressed."""
        await receive()
        await _answer(send, 200, b"\x1f\x8bnot really", [(b"content-encoding", b"gzip")])


class Switch:
    """
    What the tests' server runs: the upstream of the test that is running.

    Each test has its own, so that no late event of one counts in the next.
    """

    def __init__(self) -> None:
        self.url = ""
        self.current = Upstream()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Let the upstream of the running test serve the connection."""
        await self.current(scope, receive, send)


async def _answer(
    send: Any, status: int, body: bytes, headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    all_headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *(headers or []),
    ]
    await send({"type": "http.response.start", "status": status, "headers": all_headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
