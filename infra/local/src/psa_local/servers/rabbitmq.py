"""A private RabbitMQ with its own port mapper (epmd), users and all, on the loopback only."""

import base64
import hashlib
import json
import os
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from psa_local import accounts, binaries, ports
from psa_local.daemons import Daemon

VIRTUAL_HOST = "psa"

CONFIGURATION = """\
listeners.tcp.1 = {address}:{port}
load_definitions = {definitions}
# Small, as one of many programs on one machine; the limits stop publishers before they hurt.
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 200MB
raft.wal_max_size_bytes = 33554432
log.console = true
log.console.level = info
log.file = false
"""
# Two schedulers that sleep when idle, and a distribution port closed to other machines.
ERLANG_ARGUMENTS = (
    "+S 2:2 +A 8 +sbwt none +sbwtdcpu none +sbwtdio none "
    "-kernel inet_dist_use_interface {127,0,0,1}"
)

FRAME_END = b"\xce"
CONNECTION_START = struct.pack("!HH", 10, 10)
CONNECTION_TUNE = struct.pack("!HH", 10, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The three ports of one broker."""

    amqp: int
    distribution: int
    epmd: int


def url(port: int, user: str, password: str) -> str:
    """Return the address of the suite's virtual host for *user*."""
    return f"amqp://{quote(user)}:{quote(password)}@{ports.LOOPBACK}:{port}/{VIRTUAL_HOST}"


def epmd_daemon(folder: Path, broker: Ports, log: Path) -> Daemon:
    """
    Return how to run the port mapper that the broker registers with.

    Left to itself the broker would start one that nobody owns and that outlives it.
    """
    account = accounts.account_for("rabbitmq")
    accounts.give_folder(folder, account)
    words = ("-port", str(broker.epmd), "-address", ports.LOOPBACK)
    return Daemon(
        name="epmd",
        argv=(str(binaries.require("epmd")), *words),
        account=account,
        directory=folder,
        log=log,
        ports=(broker.epmd,),
        is_ready=lambda: ports.accepts(broker.epmd),
        stop_seconds=5,
    )


def daemon(folder: Path, broker: Ports, users: Mapping[str, str], log: Path) -> Daemon:
    """Write the configuration for *users* (name to password) and return how to run the broker."""
    account = accounts.account_for("rabbitmq")
    accounts.give_folder(folder, account)
    definitions = folder / "definitions.json"
    accounts.give_file(definitions, json.dumps(_definitions(users), indent=1), account)
    text = CONFIGURATION.format(address=ports.LOOPBACK, port=broker.amqp, definitions=definitions)
    accounts.give_file(folder / "rabbitmq.conf", text, account)
    accounts.give_file(folder / "enabled_plugins", "[].\n", account)
    accounts.give_file(folder / "rabbitmq-env.conf", "", account)

    user, password = next(iter(users.items()))
    return Daemon(
        name="rabbitmq",
        argv=(str(binaries.require("rabbitmq-server")),),
        account=account,
        directory=folder,
        log=log,
        ports=(broker.amqp, broker.distribution),
        is_ready=lambda: is_ready(broker.amqp, user, password),
        environment=_environment(folder, broker),
        start_seconds=120,
        stop_seconds=30,
    )


def is_ready(port: int, user: str, password: str) -> bool:
    """Say whether the broker on *port* lets *user* in; an open port alone comes earlier."""
    try:
        with socket.create_connection((ports.LOOPBACK, port), timeout=3) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            if _receive_method(connection)[:4] != CONNECTION_START:
                return False
            connection.sendall(_start_ok(user, password))
            return _receive_method(connection)[:4] == CONNECTION_TUNE
    except (OSError, EOFError):
        return False


def _environment(folder: Path, broker: Ports) -> dict[str, str]:
    # Nothing of the caller's environment: a RABBITMQ_* of another broker would reach this one.
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "RABBITMQ_NODENAME": "psa@localhost",
        "RABBITMQ_NODE_PORT": str(broker.amqp),
        "RABBITMQ_NODE_IP_ADDRESS": ports.LOOPBACK,
        "RABBITMQ_DIST_PORT": str(broker.distribution),
        "ERL_EPMD_PORT": str(broker.epmd),
        "ERL_EPMD_ADDRESS": ports.LOOPBACK,
        "RABBITMQ_BASE": str(folder),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_SCHEDULER_BIND_TYPE": "u",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERLANG_ARGUMENTS,
        # The script then becomes the broker instead of waiting for it as a second process.
        "detached": "true",
    }


def _definitions(users: Mapping[str, str]) -> dict[str, object]:
    return {
        "vhosts": [{"name": VIRTUAL_HOST}],
        "users": [
            {
                "name": name,
                "password_hash": _password_hash(password),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": "",
            }
            for name, password in users.items()
        ],
        "permissions": [
            {"user": name, "vhost": VIRTUAL_HOST, "configure": ".*", "write": ".*", "read": ".*"}
            for name in users
        ],
    }


def _password_hash(password: str) -> str:
    salt = os.urandom(4)
    digest = hashlib.sha256(salt + password.encode()).digest()
    return base64.b64encode(salt + digest).decode()


def _start_ok(user: str, password: str) -> bytes:
    response = f"\0{user}\0{password}".encode()
    body = struct.pack("!HHI", 10, 11, 0)
    body += _short(b"PLAIN") + struct.pack("!I", len(response)) + response + _short(b"en_US")
    return struct.pack("!BHI", 1, 0, len(body)) + body + FRAME_END


def _short(text: bytes) -> bytes:
    return bytes([len(text)]) + text


def _receive_method(connection: socket.socket) -> bytes:
    header = _receive(connection, 7)
    return _receive(connection, struct.unpack("!BHI", header)[2] + len(FRAME_END))


def _receive(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        received = connection.recv(size - len(data))
        if not received:
            raise EOFError
        data += received
    return data
