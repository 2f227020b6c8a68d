"""What is written down and traced of a request."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from psa_gateway.http import journal
from psa_gateway.http.exchange import Exchange
from psa_gateway.http.journal import Journal

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def nothing(*_: Any) -> Any:
    return {"type": "http.disconnect"}


def an_exchange(**read: bytes) -> Exchange:
    scope = {"method": "GET", "raw_path": b"/api/v1/tickets", "client": ("203.0.113.9", 1)}
    exchange = Exchange(scope, nothing, nothing)
    exchange.introduce({name.encode(): value for name, value in read.items()}, frozenset())
    exchange.service, exchange.status, exchange.caller_id = "tickets", 200, str(uuid4())
    return exchange


def as_json(event: object, **_: object) -> bytes:
    return json.dumps(event).encode()


@pytest.fixture
def lines() -> Iterator[io.BytesIO]:
    """Give what a process would have written, with the set-up that processes have."""
    written = io.BytesIO()
    usual: Any = structlog.get_config()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=as_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.BytesLoggerFactory(file=written),
    )
    yield written
    structlog.configure(**usual)


async def test_an_access_line_is_what_the_shared_log_would_write(lines: io.BytesIO) -> None:
    exchange = an_exchange()

    Journal(traced=False).record(exchange)
    await asyncio.sleep(0)
    structlog.get_logger().info("request_served", method="GET")
    ours, shared = (json.loads(line) for line in lines.getvalue().splitlines())

    assert ours.keys() > shared.keys()
    assert {name: ours[name] for name in ("event", "level", "method")} == {
        name: shared[name] for name in ("event", "level", "method")
    }
    assert ours["timestamp"][:16] == shared["timestamp"][:16]
    assert len(ours["timestamp"]) == len(shared["timestamp"])
    assert ours["trace_id"] == exchange.traceparent[3:35]
    assert (ours["route"], ours["status"], ours["ip"]) == ("tickets", 200, "203.0.113.9")


async def test_lines_of_one_moment_are_written_together_and_stay_lines(lines: io.BytesIO) -> None:
    book = Journal(traced=False)
    for _ in range(3):
        book.record(an_exchange())
    await asyncio.sleep(0)

    assert len([json.loads(line) for line in lines.getvalue().splitlines()]) == 3


async def test_no_line_is_written_below_its_level() -> None:
    assert Journal(traced=False)._write is None  # pyright: ignore[reportPrivateUsage]


def test_without_an_endpoint_no_span_is_made() -> None:
    exchange = an_exchange()

    Journal(traced=False).open(exchange)

    assert exchange.span is None


async def test_a_span_hangs_between_the_clients_and_the_services(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(journal.trace, "get_tracer", provider.get_tracer)
    book = Journal(traced=True)
    exchange = an_exchange(traceparent=PARENT.encode())

    book.open(exchange)
    book.record(exchange)

    (span,) = exporter.get_finished_spans()
    assert span.name == "GET tickets"
    assert span.parent is not None
    assert span.context is not None
    assert f"{span.parent.span_id:016x}" == PARENT.split("-")[2]
    _, trace_id, span_id, flags = exchange.traceparent.split("-")
    assert (f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}") == (trace_id, span_id)
    assert (trace_id, flags) == (PARENT.split("-")[1], "01")
    assert span.attributes is not None
    assert span.attributes["http.response.status_code"] == 200
