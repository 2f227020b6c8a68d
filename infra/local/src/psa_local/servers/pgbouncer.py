"""A private PgBouncer in transaction mode, as production has it in front of PostgreSQL."""

from pathlib import Path
from signal import Signals
from urllib.parse import unquote, urlsplit

from psa_local import accounts, binaries, ports
from psa_local.daemons import Daemon

CONFIGURATION = """\
[databases]
* = host={host} port={server_port}

[pgbouncer]
listen_addr = {address}
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = transaction
max_client_conn = 200
default_pool_size = {pool_size}
ignore_startup_parameters = extra_float_digits
"""


def daemon(
    folder: Path, port: int, dsn: str, users: dict[str, str], pool_size: int, log: Path
) -> Daemon:
    """Write the configuration for the server of *dsn* and return how to run the pooler."""
    account = accounts.account_for("postgres")
    accounts.give_folder(folder, account)
    server = urlsplit(dsn)
    everyone = {unquote(server.username or ""): unquote(server.password or ""), **users}
    user_file = folder / "users.txt"
    lines = [f'"{name}" "{password}"\n' for name, password in everyone.items()]
    accounts.give_file(user_file, "".join(lines), account)
    text = CONFIGURATION.format(
        host=server.hostname,
        server_port=server.port or 5432,
        address=ports.LOOPBACK,
        port=port,
        users=user_file,
        pool_size=pool_size,
    )
    accounts.give_file(folder / "pgbouncer.ini", text, account)
    return Daemon(
        name="pgbouncer",
        argv=(str(binaries.require("pgbouncer")), str(folder / "pgbouncer.ini")),
        account=account,
        directory=folder,
        log=log,
        ports=(port,),
        is_ready=lambda: ports.accepts(port),
        stop_signal=Signals.SIGTERM,
    )
