"""A private PostgreSQL: its cluster, its two configuration files and its start."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from signal import Signals
from urllib.parse import quote

from psa_local import accounts, binaries, ports
from psa_local.daemons import Daemon
from psa_local.problem import Problem

SUPERUSER = "postgres"
# A path longer than this does not fit into the address of a unix socket.
SOCKET_PATH_LENGTH_MAX = 90

SETTINGS = {
    "listen_addresses": f"'{ports.LOOPBACK}'",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "256MB",
    "password_encryption": "'scram-sha-256'",
    "fsync": "on",
    "log_line_prefix": "'%m [%p] %u@%d '",
    "log_timezone": "'UTC'",
    "timezone": "'UTC'",
    "logging_collector": "off",
    "jit": "off",
}
# A test's data outlives no power cut, so nothing waits for the disk. A killed server loses
# nothing by this either: what the operating system holds is safe.
TEST_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}

ACCESS = """\
# Nobody is let in without a password, not even through the unix socket.
local  all  all                scram-sha-256
host   all  all  127.0.0.1/32  scram-sha-256
"""


def dsn(port: int, password: str, database: str = "postgres") -> str:
    """Return the superuser's address of *database*."""
    return f"postgresql://{SUPERUSER}:{quote(password)}@{ports.LOOPBACK}:{port}/{database}"


def daemon(
    folder: Path, port: int, password: str, log: Path, settings: Mapping[str, str]
) -> Daemon:
    """Prepare the cluster in *folder*, once, and return how to run it."""
    account = accounts.account_for("postgres")
    accounts.give_folder(folder, account)
    data = folder / "data"
    if not (data / "PG_VERSION").is_file():
        _create_cluster(folder, data, password, account)
    _require_same_version(data)

    socket_folder = str(folder) if len(str(folder)) <= SOCKET_PATH_LENGTH_MAX else ""
    everything = {
        **SETTINGS,
        **settings,
        "port": str(port),
        "unix_socket_directories": f"'{socket_folder}'",
    }
    lines = [f"{name} = {value}\n" for name, value in everything.items()]
    accounts.give_file(data / "postgresql.conf", "".join(lines), account)
    accounts.give_file(data / "pg_hba.conf", ACCESS, account)
    return Daemon(
        name="postgresql",
        argv=(str(binaries.require("postgres")), "-D", str(data)),
        account=account,
        directory=folder,
        log=log,
        ports=(port,),
        is_ready=lambda: is_ready(port),
        stop_signal=Signals.SIGINT,  # Fast shutdown: end the sessions, keep the data consistent.
    )


def is_ready(port: int) -> bool:
    """Say whether the server on *port* takes new sessions."""
    question = [binaries.require("pg_isready"), "-q", "-h", ports.LOOPBACK, "-p", str(port)]
    return subprocess.run(question, check=False).returncode == 0


def _create_cluster(folder: Path, data: Path, password: str, account: accounts.Account) -> None:
    password_file = folder / "password"
    accounts.give_file(password_file, password, account)
    # An interrupted first start leaves half a cluster, which initdb would refuse.
    accounts.remove_folder(data)
    words = [
        *accounts.prefix(account, Signals.SIGTERM),
        str(binaries.require("initdb")),
        f"--pgdata={data}",
        f"--username={SUPERUSER}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-instructions",
    ]
    run = subprocess.run(words, capture_output=True, text=True, check=False, cwd=folder)
    password_file.unlink()
    if run.returncode != 0:
        raise Problem("PostgreSQL could not create its data folder.", run.stderr.strip())


def _require_same_version(data: Path) -> None:
    made_by = (data / "PG_VERSION").read_text().strip()
    installed = binaries.version_of("postgres").partition(".")[0]
    if made_by != installed:
        raise Problem(
            f"{data} was made by PostgreSQL {made_by}; installed is {installed}.",
            f"Install postgresql-{made_by}, or start anew with: ./psa reset",
        )
