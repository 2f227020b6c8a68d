"""Ports of this machine: free ones, taken ones, and who has taken them."""

import random
import socket
from pathlib import Path

from psa_local.problem import Problem

LOOPBACK = "127.0.0.1"
LISTENING = "0A"
# Below the range from which the kernel takes the near end of outgoing connections: a port that
# is free now stays free until a slow server gets round to it.
CANDIDATES = range(20_000, 32_000)


def free_ports(count: int) -> list[int]:
    """Return *count* different ports that nobody uses at this moment."""
    free: list[int] = []
    for port in random.sample(CANDIDATES, len(CANDIDATES)):
        if is_free(port):
            free.append(port)
        if len(free) == count:
            return free
    raise Problem(f"No {count} ports are free between {CANDIDATES[0]} and {CANDIDATES[-1]}.")


def is_free(port: int) -> bool:
    """Say whether a server could listen on *port* of the loopback address."""
    try:
        socket.create_server((LOOPBACK, port)).close()
    except OSError:
        return False
    return True


def accepts(port: int) -> bool:
    """Say whether somebody accepts a connection on *port*."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True


def require_free(wanted: dict[str, int]) -> None:
    """Raise Problem that names every taken port of *wanted* and, where visible, who has it."""
    taken = [(name, port) for name, port in wanted.items() if not is_free(port)]
    if taken:
        listed = ", ".join(f"{port} ({name}{_held_by(port)})" for name, port in taken)
        raise Problem(
            f"In use by another program: port {listed}.",
            "Stop that program, or move the whole suite: PSA_PORT_OFFSET=20000 ./psa up",
        )


def _held_by(port: int) -> str:
    """Return a note on the process that listens on *port*, if /proc lets us see it."""
    inode = _listening_inode(port)
    for descriptor in Path("/proc").glob("[0-9]*/fd/*") if inode else ():
        try:
            if str(descriptor.readlink()) == f"socket:[{inode}]":
                process = descriptor.parent.parent
                name = (process / "comm").read_text().strip()
                return f", taken by {name} with pid {process.name}"
        except OSError:
            continue
    return ""


def _listening_inode(port: int) -> str:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            columns = row.split()
            if columns[3] == LISTENING and int(columns[1].rpartition(":")[2], 16) == port:
                return columns[9]
    return ""
