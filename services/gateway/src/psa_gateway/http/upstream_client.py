"""
One connection to a service, over which requests go up and answers come down (RFC 9112).

Neither body is collected: who reads slowly slows the sender. An answer that is not framed
beyond doubt is none, and a connection on which more came than was asked for is closed.
"""

import asyncio
from enum import Enum, auto
from typing import cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from psa_gateway.http.deadline import Deadline

#: A service that is let go on from here fills no more memory than this and one read.
BUFFERED_BYTES_MAX = 128 * 1024
HEAD_BYTES_MAX = 64 * 1024
HEADERS_MAX = 200
WITHOUT_BODY = frozenset({204, 304})


class UpstreamError(Exception):
    """A service did not answer as it should."""


class TooSlow(UpstreamError):
    """It was the service's turn, and its time ran out."""


class Broken(UpstreamError):
    """The connection ended, or carried what is no answer; *heard* says if anything came."""

    def __init__(self, reason: str, *, heard: bool) -> None:
        super().__init__(reason)
        self.heard = heard


class _Phase(Enum):
    IDLE = auto()
    HEAD = auto()
    BODY = auto()
    DONE = auto()


class Connection(asyncio.Protocol):
    """
    Carries one exchange after another: `begin`, `write`, `sent`, `answered`, `read`.

    The service's clock runs only while we wait for the service: never while the client
    sends or reads.
    """

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self._loop = asyncio.get_running_loop()
        self._parser = HttpResponseParser(self)
        self._phase = _Phase.IDLE
        self._to_head = False
        self._interim = False
        self._ends_with_connection = False
        self._keeps_alive = False
        self._sent = False
        self._heard = False
        self._failure: Exception | None = None
        self._chunks: list[bytes] = []
        self._buffered = 0
        #: Bytes that came since the last that were part of a body: heads and trailers.
        self._unexplained = 0
        self._reading_paused = False
        self._writing_paused = False
        self._waiter: asyncio.Future[None] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._deadline = Deadline(self._loop, self._too_slow)
        self._got_eof = False

    # What the gateway calls, in this order.

    def begin(self, request: bytes, *, seconds: float, to_head: bool, body_follows: bool) -> None:
        """Send a request's head and what of its body there is; *seconds* is each wait's limit."""
        if self._to_head:
            self._parser = HttpResponseParser(self)  # the last one waits for a body yet
        self.status, self.headers = 0, []
        self._phase, self._to_head = _Phase.HEAD, to_head
        self._heard = False
        self._unexplained = 0
        self._deadline.seconds = seconds
        self._sent = not body_follows
        self._transport.write(request)

    async def write(self, data: bytes) -> None:
        """Send a part of the body as soon as the service reads it; raises UpstreamError."""
        if self._failure is not None:
            raise self._failure
        self._transport.write(data)
        if self._writing_paused:
            self._drained = self._loop.create_future()
            self._deadline.start()
            try:
                await self._drained
            finally:
                self._drained = None
                self._deadline.stop()

    def sent(self) -> None:
        """Say that the body is complete; from now on it is the service's turn."""
        self._sent = True
        if self._waiter is not None:
            self._deadline.start()

    async def answered(self) -> None:
        """Wait for status and headers; raises UpstreamError, or what `fail` was told."""
        while self._phase is _Phase.HEAD:
            await self._wait()

    async def read(self) -> bytes:
        """Return what has come of the answer's body, at its end perhaps nothing; raises."""
        while not self._chunks and self._phase is _Phase.BODY:
            await self._wait()
        data = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        self._buffered = 0
        if self._reading_paused and self.is_open:
            self._reading_paused = False
            self._transport.resume_reading()
        return data

    @property
    def ended(self) -> bool:
        """Whether the whole answer has been read."""
        return self._phase is _Phase.DONE and not self._chunks

    def rest(self) -> bool:
        """Say whether the connection can be used again, and get it ready for that."""
        if not (self.ended and self._sent and self._keeps_alive and self.is_open):
            return False
        self._phase = _Phase.IDLE
        return True

    @property
    def is_open(self) -> bool:
        """Whether nobody has closed the connection yet."""
        return not self._transport.is_closing()

    def fail(self, error: Exception) -> None:
        """Break the connection off; whoever waits for it gets *error*."""
        if self._failure is None and self._phase is not _Phase.DONE:
            self._failure = error
        self._transport.abort()
        self._wake()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell an answer that ends here from one that breaks off."""
        if self._phase is _Phase.BODY and self._ends_with_connection and self._got_eof:
            self._phase = _Phase.DONE
            self._wake()
        else:
            self.fail(Broken(repr(exc) if exc else "closed", heard=self._heard))
        self._deadline.close()

    def eof_received(self) -> None:
        """Note that the service has said all it will say; the connection closes by itself."""
        self._got_eof = True

    def data_received(self, data: bytes) -> None:
        """Read a part of the answer."""
        if self._phase is _Phase.IDLE or self._phase is _Phase.DONE:
            self._transport.abort()  # nobody asked for this
            return
        self._heard = True
        self._unexplained += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self.fail(Broken(repr(error), heard=True))
            return
        if self._phase is _Phase.HEAD or self._phase is _Phase.BODY:
            if self._unexplained > HEAD_BYTES_MAX:
                self.fail(Broken("head or trailers too large", heard=True))
            elif self._phase is _Phase.HEAD:
                return
        self._wake()

    def pause_writing(self) -> None:
        """Stop the body: the service does not read fast enough."""
        self._writing_paused = True

    def resume_writing(self) -> None:
        """Let the body go on."""
        self._writing_paused = False
        self._wake()

    # What the parser calls; an error in here makes the answer a broken one.

    def on_message_begin(self) -> None:
        """Refuse a second answer to one request."""
        self._refuse_surplus()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a header; trailers are dropped."""
        if self._phase is _Phase.HEAD:
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Find out how the answer ends."""
        status = self._parser.get_status_code()
        if status < 200:
            if status == 101:
                raise ValueError("nobody asked for another protocol")
            self._interim = True
            self.headers = []
            return

        size = sum(len(name) + len(value) for name, value in self.headers)
        if size > HEAD_BYTES_MAX or len(self.headers) > HEADERS_MAX:
            raise ValueError("too many headers")
        self.status = status
        self._unexplained = 0
        self._ends_with_connection = not _framed(self.headers) and status not in WITHOUT_BODY
        if self._to_head:
            self._complete()
        else:
            self._phase = _Phase.BODY

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body until it is fetched."""
        self._refuse_surplus()
        self._unexplained = 0
        self._chunks.append(body)
        self._buffered += len(body)
        if self._buffered > BUFFERED_BYTES_MAX and not self._reading_paused:
            self._reading_paused = True
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        """End the answer, or go on to it after an interim one."""
        if self._interim:
            self._interim = False
        elif self._phase is _Phase.BODY:
            self._complete()

    def _complete(self) -> None:
        self._phase = _Phase.DONE
        self._keeps_alive = self._parser.should_keep_alive()

    def _refuse_surplus(self) -> None:
        if self._phase is _Phase.DONE:
            raise ValueError("more than one answer")

    # Waiting, and for how long.

    async def _wait(self) -> None:
        if self._failure is not None:
            raise self._failure
        self._waiter = self._loop.create_future()
        if self._sent:
            self._deadline.start()
        try:
            await self._waiter
        finally:
            self._waiter = None
            self._deadline.stop()
        if self._failure is not None and not self._chunks:
            raise self._failure

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        if self._drained is not None and not self._drained.done():
            if self._failure is not None:
                self._drained.set_exception(self._failure)
            elif not self._writing_paused:
                self._drained.set_result(None)

    def _too_slow(self) -> None:
        self.fail(TooSlow(f"nothing within {self._deadline.seconds:g} seconds"))


def _framed(headers: list[tuple[bytes, bytes]]) -> bool:
    """Say whether the answer tells where it ends; raises for a coding other than chunked."""
    framed = False
    for name, value in headers:
        if name == b"transfer-encoding" and value.lower() != b"chunked":
            raise ValueError("a coding that nobody asked for")
        framed = framed or name in (b"content-length", b"transfer-encoding")
    return framed
