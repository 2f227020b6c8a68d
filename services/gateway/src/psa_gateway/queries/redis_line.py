"""
One connection to Redis for everything; what is asked in one moment travels in one write.

Answers come in the order of the questions (RESP2), so each waits in one queue.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final, cast
from urllib.parse import unquote, urlsplit

import hiredis

Part = str | bytes | int
_NOT_YET: Final = object()


class RedisAway(OSError):
    """Redis did not answer in time, or not in a way that can be used."""


class RedisRefused(RedisAway):
    """Redis answered, but with an error."""


def pack(*parts: Part) -> bytes:
    """Write a command down as it travels."""
    texts = [part if isinstance(part, bytes) else str(part).encode() for part in parts]
    return b"*%d\r\n" % len(texts) + b"".join(b"$%d\r\n%b\r\n" % (len(t), t) for t in texts)


class _Wire(asyncio.Protocol):
    """One open connection and the questions that wait on it."""

    def __init__(self, timeout_seconds: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._timeout = timeout_seconds
        self._reader = hiredis.Reader(notEnoughData=_NOT_YET)
        self._waiting: deque[tuple[float, asyncio.Future[Any]]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._outgoing: list[bytes] = []
        self.is_open = False

    def ask(self, packed: bytes) -> asyncio.Future[Any]:
        """Send a question; the future gets what Redis says, or RedisAway."""
        answer: asyncio.Future[Any] = self._loop.create_future()
        self._waiting.append((self._loop.time() + self._timeout, answer))
        if self._timer is None:
            self._timer = self._loop.call_later(self._timeout, self._look)
        if not self._outgoing:
            self._loop.call_soon(self._flush)
        self._outgoing.append(packed)
        return answer

    def _flush(self) -> None:
        """Send what was asked in this turn of the loop."""
        self._transport.write(b"".join(self._outgoing))
        self._outgoing.clear()

    def close(self) -> None:
        """Hang up at once."""
        self.is_open = False
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self._transport = cast("asyncio.Transport", transport)
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        """Give every answer to its question."""
        try:
            self._reader.feed(data)
            while (reply := self._reader.gets()) is not _NOT_YET:
                _, answer = self._waiting.popleft()
                if not answer.done():  # the request was cancelled meanwhile
                    answer.set_result(reply)
        except (hiredis.ProtocolError, IndexError):
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let nobody wait for a server that has gone."""
        self.is_open = False
        if self._timer is not None:
            self._timer.cancel()
        while self._waiting:
            _, answer = self._waiting.popleft()
            if not answer.done():
                answer.set_exception(RedisAway(f"the connection was lost: {exc!r}"))

    def _look(self) -> None:
        """Hang up when the oldest question has waited too long; look again later if not."""
        self._timer = None
        if self._waiting:
            due = self._waiting[0][0]
            if due <= self._loop.time() + 0.001:
                self.close()
            else:
                self._timer = self._loop.call_at(due, self._look)


class RedisLine:
    """
    Asks one Redis; connects when it is asked and the last connection is gone.

    Every question is answered or refused within the timeout, and the same again while
    connecting. Raises RedisAway.
    """

    def __init__(self, url: str, *, timeout_seconds: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"redis", "rediss", "unix"}:
            raise ValueError("the URL of Redis begins with redis://, rediss:// or unix://")
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 6379
        self._path = parts.path if parts.scheme == "unix" else None
        self._tls = ssl.create_default_context() if parts.scheme == "rediss" else None
        self._timeout = timeout_seconds
        self._greetings: list[bytes] = []
        if parts.password:
            user = (unquote(parts.username),) if parts.username else ()
            self._greetings.append(pack("AUTH", *user, unquote(parts.password)))
        database = parts.path.strip("/")
        if self._path is None and database not in {"", "0"}:
            self._greetings.append(pack("SELECT", int(database)))
        self._wire: _Wire | None = None
        self._connecting: asyncio.Task[_Wire] | None = None

    async def ask(self, *parts: Part) -> Any:
        """Send one command and return the answer; raises RedisAway."""
        return await self.send(pack(*parts))

    async def send(self, packed: bytes) -> Any:
        """Send a command that is packed already; raises RedisAway."""
        wire = self._wire
        if wire is None or not wire.is_open:
            wire = await self._connected()
        reply = await wire.ask(packed)
        if isinstance(reply, hiredis.ReplyError):
            raise RedisRefused(str(reply))
        return reply

    def close(self) -> None:
        """Hang up."""
        if self._connecting is not None:
            self._connecting.cancel()
        if self._wire is not None:
            self._wire.close()

    async def _connected(self) -> _Wire:
        """Connect once for all who ask meanwhile."""
        if self._connecting is None:
            self._connecting = asyncio.create_task(self._connect())
            self._connecting.add_done_callback(self._connected_or_not)
        return await asyncio.shield(self._connecting)

    def _connected_or_not(self, task: asyncio.Task[_Wire]) -> None:
        self._connecting = None
        if not task.cancelled() and task.exception() is None:
            self._wire = task.result()

    async def _connect(self) -> _Wire:
        try:
            async with asyncio.timeout(self._timeout):
                wire = await self._open()
        except (OSError, TimeoutError) as error:
            raise RedisAway(f"no connection: {type(error).__name__}") from error
        for greeting in self._greetings:
            reply = await wire.ask(greeting)
            if isinstance(reply, hiredis.ReplyError):
                wire.close()
                raise RedisRefused(str(reply))
        return wire

    async def _open(self) -> _Wire:
        loop = asyncio.get_running_loop()

        def make() -> _Wire:
            return _Wire(self._timeout)

        if self._path is not None:
            _, wire = await loop.create_unix_connection(make, self._path)
        else:
            _, wire = await loop.create_connection(make, self._host, self._port, ssl=self._tls)
        return wire


def redis_check(line: RedisLine) -> Callable[[], Awaitable[str | None]]:
    """Return the readiness check of a gateway that lets nobody pass without Redis."""

    async def check() -> str | None:
        try:
            await line.ask("PING")
        except RedisAway as error:
            return f"no answer from Redis: {type(error).__name__}"
        return None

    return check
