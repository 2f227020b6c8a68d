"""A private Redis that forgets nothing by itself: security state must not be evicted."""

import socket
from pathlib import Path
from urllib.parse import quote

from psa_local import accounts, binaries, ports
from psa_local.daemons import Daemon

CONFIGURATION = """\
bind {address}
port {port}
dir {folder}
requirepass {password}
appendonly yes
appendfsync everysec
save ""
# A full memory refuses writes. Evicting would forget revoked tokens and rate counters.
maxmemory 128mb
maxmemory-policy noeviction
daemonize no
loglevel notice
"""


def url(port: int, password: str) -> str:
    """Return the address of the server's first database."""
    return f"redis://:{quote(password)}@{ports.LOOPBACK}:{port}/0"


def daemon(folder: Path, port: int, password: str, log: Path) -> Daemon:
    """Write the configuration into *folder* and return how to run the server."""
    account = accounts.account_for("redis")
    accounts.give_folder(folder, account)
    configuration = folder / "redis.conf"
    text = CONFIGURATION.format(address=ports.LOOPBACK, port=port, folder=folder, password=password)
    accounts.give_file(configuration, text, account)
    return Daemon(
        name="redis",
        argv=(str(binaries.require("redis-server")), str(configuration)),
        account=account,
        directory=folder,
        log=log,
        ports=(port,),
        is_ready=lambda: is_ready(port, password),
    )


def is_ready(port: int, password: str) -> bool:
    """Say whether the server on *port* knows *password* and answers commands."""
    try:
        with socket.create_connection((ports.LOOPBACK, port), timeout=2) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:
                received = connection.recv(256)
                if not received:
                    return False
                answer += received
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"
