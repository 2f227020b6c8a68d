"""Real servers for the tests: Redis, and an upstream that says what reached it."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway_servers import ASGI, PrivateRedis, Serve, Served
from gateway_upstream import Switch, Upstream


@pytest.fixture(scope="session")
def service_name() -> str:
    """Name the schema that psa_common's fixtures migrate."""
    return "gateway"


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the URL of a real Redis."""
    given = os.environ.get("PSA_TEST_REDIS_URL")
    if given:
        yield given
        return
    server = PrivateRedis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server.url
    server.stop()


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[PrivateRedis]:
    """Give a running Redis that this test alone uses."""
    server = PrivateRedis(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def serve() -> Iterator[Serve]:
    """Give a function that serves an application until all tests are over."""
    with contextlib.ExitStack() as stack:

        def start(make: Callable[[], ASGI], port: int | None = None) -> Served:
            server = Served(make, port)
            stack.callback(server.stop)
            return server

        yield start


@pytest.fixture(scope="session")
def shared_upstream(serve: Serve) -> Switch:
    """Give the address that all gateways of these tests forward to."""
    made = Switch()
    made.url = serve(lambda: made).url
    return made


@pytest.fixture
def upstream(shared_upstream: Switch) -> Upstream:
    """Give a service that tells what reached it in this test."""
    shared_upstream.current = Upstream(url=shared_upstream.url)
    return shared_upstream.current
