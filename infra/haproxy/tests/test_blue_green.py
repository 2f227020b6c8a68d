"""A switch from one colour to the other, with the commands that the README gives."""

import socket
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from local_haproxy import Backend, Entrance, backend_on_free_port, running
from psa_local import ports

COLOURS = ("gateway-1-blue", "gateway-1-green", "gateway-2-blue", "gateway-2-green")
ADDRESSES = ("10.0.20.100:3000", "10.0.20.100:3001", "10.0.20.120:3000", "10.0.20.120:3001")
REQUESTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """The cluster's configuration on one machine, with a backend for each colour."""

    entrance: Entrance
    backends: dict[str, Backend]
    admin_socket: Path

    def command(self, words: str) -> str:
        """Say *words* to HAProxy and return its answer, which is empty when all is well."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.admin_socket))
            connection.sendall(f"{words}\n".encode())
            return connection.makefile().read().strip()

    def requests_by_colour(self) -> dict[str, int]:
        """Send some requests and return how many each colour got."""
        for backend in self.backends.values():
            backend.heads.clear()
        for _ in range(REQUESTS):
            self.entrance.get("/")
        return {name: len(one.heads) for name, one in self.backends.items() if one.heads}


@pytest.fixture
def cluster(rendered: Callable[..., str], certificate: Path, tmp_path: Path) -> Generator[Cluster]:
    with _cluster(rendered("cluster", f"--errors-folder={ERRORS}"), certificate, tmp_path) as one:
        yield one


def test_only_blue_gets_requests_before_a_switch(cluster: Cluster) -> None:
    assert set(cluster.requests_by_colour()) == {"gateway-1-blue", "gateway-2-blue"}


def test_after_the_switch_only_green_gets_requests(cluster: Cluster) -> None:
    answers = [
        cluster.command(f"set weight gateways/gateway-{number}-green 1")
        + cluster.command(f"set server gateways/gateway-{number}-blue state drain")
        for number in (1, 2)
    ]

    assert answers == ["", ""]
    assert set(cluster.requests_by_colour()) == {"gateway-1-green", "gateway-2-green"}


def test_a_switch_of_an_unknown_server_says_so(cluster: Cluster) -> None:
    assert "No such server." in cluster.command("set server gateways/blue state drain")


ERRORS = Path(__file__).resolve().parents[1] / "errors"


@contextmanager
def _cluster(configuration: str, certificate: Path, folder: Path) -> Generator[Cluster]:
    """Run the cluster's configuration with every address of it moved to this machine."""
    https_port, http_port = ports.free_ports(2)
    with ExitStack() as stack:
        backends = {name: stack.enter_context(backend_on_free_port()) for name in COLOURS}
        moved = {
            "bind :443": f"bind 127.0.0.1:{https_port}",
            "/etc/haproxy/certs/": str(certificate),
            "bind :80": f"bind 127.0.0.1:{http_port}",
            # A user may not open as many files as that takes.
            "maxconn 20000": "maxconn 500",
            "log /dev/log": "log stdout",
            "/run/haproxy/admin.sock": str(folder / "admin.sock"),
            "/var/lib/haproxy/server-state": str(folder / "server-state"),
            "user haproxy": "",
            "group haproxy": "",
        }
        for address, backend in zip(ADDRESSES, backends.values(), strict=True):
            moved[address] = f"127.0.0.1:{backend.port}"
        for theirs, ours in moved.items():
            assert theirs in configuration
            configuration = configuration.replace(theirs, ours)
        (folder / "server-state").touch()
        (folder / "haproxy.cfg").write_text(configuration)

        stack.enter_context(running(folder, https_port))
        entrance = Entrance(
            https_port=https_port, http_port=http_port, backend=backends["gateway-1-blue"]
        )
        yield Cluster(entrance=entrance, backends=backends, admin_socket=folder / "admin.sock")
