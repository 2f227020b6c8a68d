"""The connections to every address of a service: opened, lent, kept for the next, bounded."""

import asyncio
import ssl
import time
from urllib.parse import urlsplit

from psa_gateway.http.upstream_client import Broken, Connection, UpstreamError

#: Shorter than the 75 s of the services, so that we are the one who hangs up.
IDLE_SECONDS = 30.0
CONNECTIONS_PER_ADDRESS = 256


class NotConnected(UpstreamError):
    """Nobody took the connection, so nothing was sent."""


class PoolFull(UpstreamError):
    """All connections to an address are in use, and none became free in time."""


class Pool:
    """The connections to one address."""

    def __init__(self, base: str, *, connect_seconds: float, size: int) -> None:
        url = urlsplit(base)
        if url.scheme not in ("http", "https") or not url.hostname or url.path not in ("", "/"):
            raise ValueError(f"{base!r} is no address; write http://host:port")
        secure = url.scheme == "https"
        self.host_line = b"host: %b\r\n" % url.netloc.rpartition("@")[2].encode("idna")
        self._host, self._port = url.hostname, url.port or (443 if secure else 80)
        self._tls = ssl.create_default_context() if secure else None
        self._connect_seconds = connect_seconds
        self._slots = asyncio.Semaphore(size)
        self._idle: list[tuple[float, Connection]] = []

    async def take(self, *, fresh: bool = False) -> Connection:
        """Lend a connection, *fresh* or kept from before; raises NotConnected or PoolFull."""
        await self._take_slot()
        try:
            if not fresh:
                oldest = time.monotonic() - IDLE_SECONDS
                while self._idle:
                    since, connection = self._idle.pop()
                    if since > oldest and connection.is_open:
                        return connection
                    connection.fail(Broken("idle for too long", heard=False))
            return await self._connect()
        except BaseException:
            self._slots.release()
            raise

    def give_back(self, connection: Connection) -> None:
        """Keep a connection whose exchange is over for the next one; close it otherwise."""
        self._slots.release()
        if connection.rest():
            self._idle.append((time.monotonic(), connection))
        else:
            connection.fail(Broken("given up", heard=False))

    def close(self) -> None:
        """Close the connections that nobody uses."""
        while self._idle:
            self._idle.pop()[1].fail(Broken("closed", heard=False))

    async def _take_slot(self) -> None:
        if not self._slots.locked():
            await self._slots.acquire()
            return
        try:
            async with asyncio.timeout(self._connect_seconds):
                await self._slots.acquire()
        except TimeoutError:
            raise PoolFull("every connection is in use") from None

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._connect_seconds):
                _, connection = await loop.create_connection(
                    Connection, self._host, self._port, ssl=self._tls
                )
        except (OSError, TimeoutError) as error:
            raise NotConnected(repr(error)) from error
        return connection


class UpstreamPools:
    """The connections to all addresses."""

    def __init__(self, *, connect_seconds: float, size: int = CONNECTIONS_PER_ADDRESS) -> None:
        self._connect_seconds = connect_seconds
        self._size = size
        self._pools: dict[str, Pool] = {}

    def of(self, base: str) -> Pool:
        """Return the connections to one address; raises ValueError when it is none."""
        pool = self._pools.get(base)
        if pool is None:
            pool = Pool(base, connect_seconds=self._connect_seconds, size=self._size)
            self._pools[base] = pool
        return pool

    def close(self) -> None:
        """Close the connections that nobody uses."""
        for pool in self._pools.values():
            pool.close()


async def fetch(pool: Pool, target: bytes, *, seconds: float, bytes_max: int) -> bytes:
    """Return a small document of a service; raises UpstreamError, also when it is too large."""
    connection = await pool.take()
    try:
        request = b"GET %b HTTP/1.1\r\n%b\r\n" % (target, pool.host_line)
        connection.begin(request, seconds=seconds, to_head=False, body_follows=False)
        await connection.answered()
        document = b""
        while not connection.ended:
            document += await connection.read()
            if connection.status != 200 or len(document) > bytes_max:
                raise Broken(f"status {connection.status}", heard=True)
        return document
    finally:
        pool.give_back(connection)
