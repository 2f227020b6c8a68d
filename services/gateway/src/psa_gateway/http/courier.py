"""Carries a request to its upstream and the answer back, without collecting either."""

import asyncio
import time
from dataclasses import dataclass

import structlog

from psa_gateway.http import journal
from psa_gateway.http.body import Body
from psa_gateway.http.exchange import IDEMPOTENT, ClientLeft, Exchange
from psa_gateway.http.headers import Refusal, answer_headers
from psa_gateway.http.upstream_client import Broken, Connection, TooSlow, UpstreamError
from psa_gateway.http.upstream_pool import NotConnected, Pool, PoolFull, UpstreamPools
from psa_gateway.upstreams import Address, Route

log = structlog.get_logger()

#: An answer that takes longer than this is watched for a client that leaves; shorter ones
#: are over before a watcher would pay.
WATCH_AFTER_SECONDS = 0.05


@dataclass(slots=True)
class Parcel:
    """What goes up: the request as it travels, but for the line that names the host."""

    target: bytes
    lines: bytes
    #: How the body begins; None without one.
    payload: bytes | None
    body: Body
    chunked: bool


class _Call:
    """One request on a connection that was lent for it."""

    __slots__ = ("_pool", "_sender", "connection")

    def __init__(self, pool: Pool, connection: Connection) -> None:
        self._pool = pool
        self._sender: asyncio.Task[None] | None = None
        self.connection = connection

    async def ask(self, exchange: Exchange, parcel: Parcel, seconds: float) -> None:
        """Send the request and wait for the head of its answer; raises UpstreamError."""
        start = b"%b %b HTTP/1.1\r\n%b%b\r\n" % (
            exchange.method.encode(),
            parcel.target,
            self._pool.host_line,
            parcel.lines,
        )
        begun = start if parcel.payload is None else start + _framed(parcel, parcel.payload)
        whole = exchange.body_done
        self.connection.begin(
            begun, seconds=seconds, to_head=exchange.method == "HEAD", body_follows=not whole
        )
        if not whole:
            self._sender = asyncio.create_task(self._send(parcel))
        await self.connection.answered()

    def end(self) -> None:
        """Give the connection back; one that is not through with its exchange gets closed."""
        if self._sender is not None:
            self._sender.cancel()
        self._pool.give_back(self.connection)

    async def _send(self, parcel: Parcel) -> None:
        connection = self.connection
        try:
            async for chunk in parcel.body.rest():
                if chunk:
                    await connection.write(_framed(parcel, chunk))
            if parcel.chunked:
                await connection.write(b"0\r\n\r\n")
        except (Refusal, ClientLeft, UpstreamError) as error:
            connection.fail(error)
        else:
            connection.sent()


class Courier:
    """Talks to upstreams; every failure of theirs becomes a refusal of ours."""

    def __init__(self, pools: UpstreamPools) -> None:
        self._pools = pools

    async def carry(self, exchange: Exchange, route: Route, parcel: Parcel) -> None:
        """
        Send the request up and copy the answer down.

        Raises Refusal while nothing has been answered yet, ClientLeft when the client left.
        """
        watch = _Watch(exchange)
        try:
            call = await self._ask(exchange, route, parcel)
            try:
                is_held = await _copy(call.connection, exchange)
            finally:
                call.end()
            if is_held:
                await exchange.hear_out()
        except asyncio.CancelledError:
            if not watch.client_left:
                raise
            current = asyncio.current_task()
            if current is not None:
                current.uncancel()
            raise ClientLeft from None
        finally:
            watch.stop()

    async def _ask(self, exchange: Exchange, route: Route, parcel: Parcel) -> _Call:
        """Return the first answer of any address; raises Refusal when there is none."""
        upstream = route.upstream
        repeatable = parcel.payload is None and exchange.method in IDEMPOTENT
        repeating = full = False
        candidates = upstream.candidates(time.monotonic())
        while candidates:
            address = candidates.pop(0)
            try:
                call = await self._attempt(exchange, route, parcel, address, fresh=repeating)
            except NotConnected as error:
                # No byte was sent: the next address may try, whatever the method.
                self._failed(upstream.name, address, "connect", error)
            except PoolFull:
                full = True
            except TooSlow as error:
                self._failed(upstream.name, address, "timeout", error)
                raise _too_slow(upstream.name, route.first_byte_seconds) from None
            except Broken as error:
                self._failed(upstream.name, address, "broken", error)
                if error.heard or repeating or not repeatable:
                    raise _broke_off(upstream.name) from None
                # Most often an idle connection that the service closed as we took it.
                repeating = True
                candidates.append(address)
            else:
                self._succeeded(upstream.name, address)
                return call
        raise _busy(upstream.name) if full else _away(upstream.name)

    async def _attempt(
        self, exchange: Exchange, route: Route, parcel: Parcel, address: Address, *, fresh: bool
    ) -> _Call:
        pool = self._pools.of(address.base)
        call = _Call(pool, await pool.take(fresh=fresh))
        try:
            await call.ask(exchange, parcel, route.first_byte_seconds)
        except BaseException:
            call.end()
            raise
        return call

    def _succeeded(self, name: str, address: Address) -> None:
        if address.breaker.failures:
            address.breaker.succeeded()
            journal.CIRCUIT_OPEN.labels(name).set(0)

    def _failed(self, name: str, address: Address, reason: str, error: Exception) -> None:
        address.breaker.failed(time.monotonic())
        journal.UPSTREAM_FAILED.labels(name, reason).inc()
        if address.breaker.is_open:
            journal.CIRCUIT_OPEN.labels(name).set(1)
        log.warning(
            "upstream_failed",
            upstream=name,
            address=address.base,
            reason=reason,
            error=type(error).__name__,
            circuit_open=address.breaker.is_open,
        )


class _Watch:
    """Cancels the running task when its client leaves, once the wait has become long."""

    __slots__ = ("_exchange", "_task", "_timer", "_watcher", "client_left")

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._task = asyncio.current_task()
        self._watcher: asyncio.Task[None] | None = None
        self.client_left = False
        self._timer = asyncio.get_running_loop().call_later(WATCH_AFTER_SECONDS, self._start)

    def stop(self) -> None:
        """End the watch."""
        self._timer.cancel()
        if self._watcher is not None:
            self._watcher.cancel()

    def _start(self) -> None:
        loop = asyncio.get_running_loop()
        if self._exchange.body_done:
            self._watcher = loop.create_task(self._look())
        else:  # the body's reader would notice; only one may listen at a time
            self._timer = loop.call_later(WATCH_AFTER_SECONDS, self._start)

    async def _look(self) -> None:
        while (await self._exchange.receive())["type"] != "http.disconnect":
            pass
        self.client_left = True
        if self._task is not None:
            self._task.cancel()


async def _copy(connection: Connection, exchange: Exchange) -> bool:
    """
    Copy the answer down, chunk by chunk; an answer that breaks off stays broken off.

    Returns whether its end is held back, because the client is still talking.
    """
    status = connection.status
    if status >= 400 and exchange.method != "HEAD" and not _is_document(connection):
        raise _unreadable(status)

    headers = answer_headers(connection.headers)
    if not exchange.body_done:
        headers.append((b"connection", b"close"))
    await exchange.begin(status, headers)

    more, held = True, False
    while more:
        try:
            chunk = await connection.read()
        except UpstreamError as error:
            # The client must not take half an answer for a whole one, so nothing ends it.
            log.warning("answer_broke_off", upstream=exchange.service, error=repr(error))
            return False
        more = not connection.ended
        held = not more and not exchange.body_done
        await exchange.send(
            {"type": "http.response.body", "body": chunk, "more_body": more or held}
        )
    return held


def _framed(parcel: Parcel, data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data) if parcel.chunked and data else data


def _is_document(connection: Connection) -> bool:
    return any(
        name == b"content-type" and value.startswith(b"application/json")
        for name, value in connection.headers
    )


def _away(name: str) -> Refusal:
    text = f"The service {name} is not available; try again soon."
    return Refusal(503, "SERVICE_UNAVAILABLE", text)


def _busy(name: str) -> Refusal:
    text = f"The service {name} has more to do than it can; try again soon."
    return Refusal(503, "SERVICE_UNAVAILABLE", text)


def _broke_off(name: str) -> Refusal:
    text = (
        f"The service {name} broke off before it answered. Whether the request had an effect "
        "is not known; repeat it with the same Idempotency-Key."
    )
    return Refusal(503, "SERVICE_UNAVAILABLE", text)


def _too_slow(name: str, seconds: float) -> Refusal:
    text = f"The service {name} did not answer within {seconds:g} seconds."
    return Refusal(504, "UPSTREAM_TIMEOUT", text)


def _unreadable(status: int) -> Refusal:
    if status < 500:
        return Refusal(status, "INVALID_REQUEST", "The service cannot read this request.")
    return Refusal(status, "EXTERNAL_SERVICE_ERROR", "The service failed; the id helps to find it.")
