"""Logs, metrics and traces: set up once per process, alike in every service."""

import logging
import os
import re
import time
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any

import msgspec
import structlog
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, TraceFlags
from prometheus_client import Counter, Gauge, Histogram

from psa_common.context import CURRENT
from psa_common.settings import ServiceSettings

BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

REQUESTS = Counter(
    "http_requests_total", "HTTP requests served.", ["method", "route", "status_code"]
)
DURATION = Histogram(
    "http_request_duration_seconds",
    "Time from the request's first byte to the answer's last.",
    ["method", "route", "status_code"],
    buckets=BUCKETS_SECONDS,
)
CONNECTIONS = Gauge("database_connections_active", "Database connections in use.")
CONNECTIONS_MAX = Gauge("database_connections_max", "Database connections the pool may open.")

SECRET = re.compile(r"(password|secret|token|authorization|cookie|private_key|iban)", re.IGNORECASE)
_tracing = False


def configure(service: str, process: str, settings: ServiceSettings) -> None:
    """Set up logs (JSON lines on stdout) and, when an endpoint is given, traces."""
    global _tracing  # noqa: PLW0603  # one per process, set once at start
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_context,
            _hide_secrets,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_as_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings.log_level.upper()]
        ),
        logger_factory=structlog.BytesLoggerFactory(file=os.fdopen(1, "wb", buffering=0)),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service, process=process)
    logging.basicConfig(handlers=[_LibraryMessages()], level=logging.WARNING, force=True)
    if settings.otlp_endpoint:
        _send_traces(f"psa-{service}-{process}", settings.otlp_endpoint)
        _tracing = True


def _send_traces(name: str, endpoint: str) -> None:
    """Send spans to *endpoint*; only a process that does so pays for the exporter's memory."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint)))
    trace.set_tracer_provider(provider)


class _LibraryMessages(logging.Handler):
    """Writes what a library has to say as a line like ours."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one message."""
        structlog.get_logger().log(
            record.levelno,
            "library_message",
            library=record.name,
            message=record.getMessage(),
            exc_info=record.exc_info,
        )


def _add_context(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    event.update(structlog.contextvars.get_contextvars())
    context = CURRENT.get()
    if context is not None:
        event["request_id"] = context.request_id
        event["trace_id"] = context.traceparent[3:35] if context.traceparent else None
        event["actor_id"] = str(context.actor.id) if context.actor.id else context.actor.kind
    return event


def _as_json(event: object, **_options: object) -> bytes:
    return msgspec.json.encode(event, enc_hook=repr)


@lru_cache(maxsize=1_000)
def _hidden(name: str) -> bool:
    """Say whether a field of that name may hold a secret; log lines use few names."""
    return SECRET.search(name) is not None


def _hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    for name in event:
        if _hidden(name):
            event[name] = "***"
    return event


def new_traceparent() -> str:
    """Return a new W3C trace context, not sampled by itself."""
    return f"00-{os.urandom(16).hex()}-{os.urandom(8).hex()}-01"


def record_request(scope: Any, status: int, started: float) -> None:
    """Count one request under its route pattern, never under the path a client made up."""
    route = scope.get("path_template") or "unmatched"
    seconds = time.perf_counter() - started
    count, duration = _meters(scope["method"], route, str(status))
    count.inc()
    duration.observe(seconds)
    if _tracing:
        _record_span(f"{scope['method']} {route}", status, seconds)
    structlog.get_logger().info(
        "request_served",
        method=scope["method"],
        route=route,
        status=status,
        milliseconds=round(seconds * 1000, 1),
    )


@lru_cache(maxsize=2_000)
def _meters(method: str, route: str, status: str) -> tuple[Counter, Histogram]:
    """Return the two series of a route; looking them up takes a lock each time."""
    return REQUESTS.labels(method, route, status), DURATION.labels(method, route, status)


def _record_span(name: str, status: int, seconds: float) -> None:
    context = CURRENT.get()
    end = time.time_ns()
    span = trace.get_tracer("psa").start_span(
        name,
        context=_parent(context.traceparent) if context else None,
        kind=SpanKind.SERVER,
        start_time=end - int(seconds * 1e9),
        attributes={"http.response.status_code": status},
    )
    span.end(end)


def _parent(traceparent: str | None) -> Any:
    if traceparent is None:
        return None
    _, trace_id, span_id, flags = traceparent.split("-")
    parent = SpanContext(
        int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16))
    )
    return trace.set_span_in_context(NonRecordingSpan(parent))
