"""The client's body on its way up: counted, never collected."""

import asyncio
from collections.abc import AsyncIterator

from psa_gateway.http.exchange import ClientLeft, Exchange
from psa_gateway.http.headers import Arrival, Refusal

#: A body of this size or less may travel with the headers in one write.
SMALL_BYTES = 64 * 1024


class Body:
    """Streams what the client sends; remembers why it stopped early."""

    def __init__(self, exchange: Exchange, limit: int, stall_seconds: float) -> None:
        self._exchange = exchange
        self._limit = limit
        self._stall_seconds = stall_seconds
        self._count = 0

    async def begin(self, arrival: Arrival) -> bytes | None:
        """
        Return how the body begins, a small one whole; None when there is none.

        Raises Refusal for a body that says itself that it is too large.
        """
        length = arrival.length
        if length is not None and b"transfer-encoding" in arrival.read:
            raise Refusal(400, "VALIDATION_ERROR", "Say only once how long the body is.")
        if length is not None and length > self._limit:
            raise self._too_large()
        if length == 0 or (length is None and b"transfer-encoding" not in arrival.read):
            self._exchange.body_done = True
            return None

        chunk = await self._next()
        while length is not None and length <= SMALL_BYTES and not self._exchange.body_done:
            chunk += await self._next()
        return chunk

    async def rest(self) -> AsyncIterator[bytes]:
        """Give what follows the beginning, as it comes; raises Refusal or ClientLeft."""
        while not self._exchange.body_done:
            yield await self._next()

    async def _next(self) -> bytes:
        try:
            async with asyncio.timeout(self._stall_seconds):
                message = await self._exchange.receive()
        except TimeoutError:
            text = f"The body stalled for {self._stall_seconds:.0f} seconds; send it again."
            raise Refusal(408, "REQUEST_TIMEOUT", text) from None
        if message["type"] == "http.disconnect":
            raise ClientLeft
        chunk: bytes = message.get("body", b"")
        self._count += len(chunk)
        if self._count > self._limit:
            raise self._too_large()
        if not message.get("more_body", False):
            self._exchange.body_done = True
        return chunk

    def _too_large(self) -> Refusal:
        text = f"The body is larger than {self._limit} bytes; send less."
        return Refusal(413, "BODY_TOO_LARGE", text)
