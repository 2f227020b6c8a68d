"""Real servers for the tests, and the names of what the fixtures give."""

import contextlib
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec
import redis
import uvicorn

from psa_common.joining import JoiningProtocol
from psa_common.testing import AUDIENCE, ISSUER
from psa_gateway.settings import GatewaySettings

ASGI = Any


def redis_client(url: str) -> Any:
    """Return a plain client; redis-py's own types do not help a strict reader."""
    return cast("Any", redis.Redis).from_url(url, protocol=2)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """An ASGI application behind uvicorn and httptools, in a thread of its own."""

    def __init__(self, make: Callable[[], ASGI], port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(
            make,
            factory=True,
            port=self.port,
            http=JoiningProtocol,
            loop="uvloop",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started and time.monotonic() < deadline:
            time.sleep(0.005)

    def stop(self) -> None:
        """Close every connection and wait for the end."""
        self._server.should_exit = True
        self._thread.join(timeout=10)


class PrivateRedis:
    """A Redis of our own that a test can take away and give back."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers."""
        binary = shutil.which("redis-server")
        assert binary, "redis-server is not installed"
        options = f"--port {self.port} --bind 127.0.0.1 --save --appendonly no".split()
        self._process = subprocess.Popen(
            [binary, *options, "--dir", str(self._folder)], stdout=subprocess.DEVNULL
        )
        client = redis_client(self.url)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with contextlib.suppress(redis.ConnectionError):
                client.ping()
                return
            time.sleep(0.01)

    def stop(self) -> None:
        """Kill the server."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def settings_of(redis_url: str, upstream_url: str, **changes: Any) -> GatewaySettings:
    """Return settings under which every service is the one test upstream."""
    names = ("auth", "crm", "tickets", "billing", "projects", "assets", "reports")
    values: dict[str, Any] = {
        "environment": "test",
        "http_port": 1,
        "worker_port": 1,
        "redis_url": redis_url,
        "jwks_url": "http://127.0.0.1:9/unused",
        "token_issuer": ISSUER,
        "token_audience": AUDIENCE,
        "first_byte_seconds": 1.0,
        "slow_first_byte_seconds": 3.0,
        "rate_login": "1000/60",
        **{f"upstream_{name}": upstream_url for name in names},
        **changes,
    }
    return msgspec.convert(values, GatewaySettings)


class Client(httpx.Client):
    """An HTTP client of one gateway; `host` and `port` are there for raw sockets."""

    port: int = 0


Serve = Callable[..., Served]
MakeGateway = Callable[..., Client]
Headers = dict[str, str]
Raw = Callable[..., bytes]
ExpectError = Callable[[httpx.Response, int, str], None]
