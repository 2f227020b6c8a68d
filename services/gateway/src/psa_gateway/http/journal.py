"""What is counted, written down and traced about every request, as cheaply as possible."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
import structlog
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, TraceFlags
from prometheus_client import Counter, Gauge

from psa_common import observability
from psa_gateway.http.exchange import METHODS, Exchange

if TYPE_CHECKING:
    from prometheus_client import Counter as CounterChild, Histogram as HistogramChild

REFUSED = Counter("gateway_refused_total", "Requests that the gateway refused.", ["code"])
UPSTREAM_FAILED = Counter(
    "gateway_upstream_failed_total", "Upstreams that did not answer.", ["service", "reason"]
)
UNCHECKED = Counter(
    "gateway_unchecked_total", "Requests let through while Redis was away.", ["access"]
)
CLIENT_LEFT = Counter("gateway_client_left_total", "Clients that left before the answer's end.")
CIRCUIT_OPEN = Gauge("gateway_circuit_open", "Upstream addresses not asked now.", ["service"])

#: nginx' word for a client that left; it is written down, never sent.
CLIENT_CLOSED_REQUEST = 499


class AccessLine(msgspec.Struct, kw_only=True):
    """A line of the log, as the shared set-up would write it: same names, same form."""

    method: str
    route: str
    status: int
    milliseconds: float
    request_id: str
    trace_id: str
    actor_id: str | None
    ip: str
    event: str = "request_served"
    level: str = "info"
    timestamp: datetime
    service: str
    process: str


@lru_cache(maxsize=2048)
def _figures(method: str, route: str, status: int) -> "tuple[CounterChild, HistogramChild]":
    labels = (method, route, str(status))
    return observability.REQUESTS.labels(*labels), observability.DURATION.labels(*labels)


class Journal:
    """
    Records every request.

    The access line is encoded and written directly, where the shared set-up writes: through
    its processors it would cost more than the whole rest of the request's record. Spans
    exist only when there is somewhere to send them.
    """

    def __init__(self, *, traced: bool) -> None:
        self._tracer = trace.get_tracer("psa") if traced else None
        self._write = _writer()
        self._lines: list[bytes] = []
        bound = structlog.contextvars.get_contextvars()
        self._service = str(bound.get("service", "gateway"))
        self._process = str(bound.get("process", "app"))
        self._encode = msgspec.json.Encoder().encode

    def open(self, exchange: Exchange) -> None:
        """Open the request's span, and let the services' spans hang from it."""
        if self._tracer is None:
            return
        exchange.span = span = self._tracer.start_span(
            exchange.method,
            context=_parent(exchange.parent) if exchange.parent else None,
            kind=SpanKind.SERVER,
        )
        context = span.get_span_context()
        exchange.traceparent = (
            f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
        )

    def record(self, exchange: Exchange) -> None:
        """Count a request under its service, never under a path that a client made up."""
        seconds = time.perf_counter() - exchange.started
        method = exchange.method if exchange.method in METHODS else "other"
        requests, duration = _figures(method, exchange.service, exchange.status)
        requests.inc()
        duration.observe(seconds)
        if self._write is not None:
            if not self._lines:
                asyncio.get_running_loop().call_soon(self._flush)
            self._lines.append(self._encode(self._line(exchange, seconds)))
        if exchange.span is not None:
            exchange.span.update_name(f"{method} {exchange.service}")
            exchange.span.set_attribute("http.response.status_code", exchange.status)
            exchange.span.end()

    def _flush(self) -> None:
        """Write the lines of this turn of the loop."""
        if self._write is not None:
            self._write(b"\n".join(self._lines))
        self._lines.clear()

    def _line(self, exchange: Exchange, seconds: float) -> AccessLine:
        return AccessLine(
            method=exchange.method,
            route=exchange.service,
            status=exchange.status,
            milliseconds=round(seconds * 1000, 1),
            request_id=exchange.request_id,
            trace_id=exchange.traceparent[3:35],
            actor_id=exchange.caller_id,
            ip=exchange.ip,
            timestamp=datetime.now(UTC),
            service=self._service,
            process=self._process,
        )


def _writer() -> Callable[[bytes], Any] | None:
    """Return what writes a line where the log goes, or None while its level hides them."""
    if not structlog.get_logger().is_enabled_for(logging.INFO):
        return None
    logger: Any = structlog.get_config()["logger_factory"]()
    return logger.msg


def _parent(traceparent: str) -> Any:
    _, trace_id, span_id, flags = traceparent.split("-")
    parent = SpanContext(
        int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16))
    )
    return trace.set_span_in_context(NonRecordingSpan(parent))
