"""
uvicorn's HTTP protocol, but an answer leaves in one write.

uvicorn writes head and body apart, and each write is a packet and a wake-up of its reader.
"""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: More than this is not held back until the end of the loop's turn.
JOINED_BYTES_MAX = 64 * 1024


class JoinedTransport:
    """A transport that sends what is written in one turn of the loop together."""

    __slots__ = ("_parts", "_size", "_transport", "call_soon")

    def __init__(self, transport: asyncio.Transport) -> None:
        self.call_soon = asyncio.get_running_loop().call_soon
        self._transport = transport
        self._parts: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send *data* soon, in order."""
        if not self._parts:
            self.call_soon(self.flush)
        self._parts.append(data)
        self._size += len(data)
        if self._size > JOINED_BYTES_MAX:
            self.flush()

    def flush(self) -> None:
        """Send what was written."""
        if self._parts:
            self._transport.write(b"".join(self._parts))
            self._parts.clear()
            self._size = 0

    def close(self) -> None:
        """Close the connection when everything written has been sent."""
        self.flush()
        self._transport.close()


class JoiningProtocol(HttpToolsProtocol):
    """One connection of a client."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        joined = JoinedTransport(cast("asyncio.Transport", transport))
        super().connection_made(cast("asyncio.Transport", joined))
