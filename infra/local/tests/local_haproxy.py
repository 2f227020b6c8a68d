"""A recording backend behind HAProxy, and a client that sends it raw bytes."""

import re
import socket
import ssl
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from psa_local import accounts, binaries, daemons, ports
from psa_local.daemons import Daemon


@dataclass(slots=True)
class Backend:
    """A gateway that answers everything alike and keeps the heads it received."""

    port: int
    heads: list[str] = field(default_factory=list[str])
    extra_answer_headers: str = ""

    def serve(self, server: socket.socket) -> None:
        """Answer until the listening socket is closed."""
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            head = b""
            while b"\r\n\r\n" not in head:
                received = connection.recv(65536)
                if not received:
                    return
                head += received
            text = head.decode("latin-1").partition("\r\n\r\n")[0]
            if not text.startswith("GET /health/ready"):
                self.heads.append(text)
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nServer: gateway\r\nContent-Length: 2\r\n"
                b"Connection: close\r\n" + self.extra_answer_headers.encode() + b"\r\nok"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """The running HAProxy."""

    https_port: int
    http_port: int
    backend: Backend

    def send(self, request: bytes) -> str:
        """Send raw bytes through TLS and return the raw answer."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols(["http/1.1"])
        with (
            self._connected(self.https_port) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as secure,
        ):
            return _exchange(secure, request)

    def send_in_clear(self, request: bytes) -> str:
        """Send raw bytes to the port without TLS and return the raw answer."""
        with self._connected(self.http_port) as plain:
            return _exchange(plain, request)

    def get(self, path: str, *headers: str, method: str = "GET") -> str:
        """Send one request with *headers* and return the raw answer."""
        lines = [f"{method} {path} HTTP/1.1", "Host: psa.test", "Connection: close", *headers]
        return self.send("\r\n".join([*lines, "", ""]).encode())

    def received(self) -> dict[str, list[str]]:
        """Return the headers of the last request that reached the backend, names in lower case."""
        headers: dict[str, list[str]] = {}
        for line in self.backend.heads[-1].split("\r\n")[1:]:
            name, _, value = line.partition(":")
            headers.setdefault(name.lower(), []).append(value.strip())
        return headers

    def _connected(self, port: int) -> socket.socket:
        return socket.create_connection((ports.LOOPBACK, port), timeout=10)


@contextmanager
def running(folder: Path, port: int) -> Generator[None]:
    """Run HAProxy with `haproxy.cfg` of *folder* until the block ends."""
    haproxy = Daemon(
        name="haproxy",
        argv=(str(binaries.require("haproxy")), "-db", "-f", str(folder / "haproxy.cfg")),
        account=accounts.myself(),
        directory=folder,
        log=folder / "haproxy.log",
        ports=(port,),
        is_ready=lambda: ports.accepts(port),
    )
    process = daemons.start(haproxy)
    try:
        yield
    finally:
        daemons.stop(haproxy, process)


@contextmanager
def backend_on_free_port() -> Generator[Backend]:
    """Run a recording backend until the block ends."""
    with closing(socket.create_server((ports.LOOPBACK, 0))) as server:
        backend = Backend(port=int(server.getsockname()[1]))
        threading.Thread(target=backend.serve, args=(server,), daemon=True).start()
        yield backend


def _exchange(connection: socket.socket, request: bytes) -> str:
    """Return the answer, complete by its Content-Length even if the connection stays open."""
    connection.sendall(request)
    answer = b""
    while received := connection.recv(65536):
        answer += received
        head, _, body = answer.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        if length and len(body) >= int(length.group(1)):
            break
    return answer.decode("latin-1")
