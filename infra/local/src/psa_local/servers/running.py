"""Servers as children of the calling process, the way that tests use them."""

import contextlib
import secrets
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from psa_local import accounts, daemons, ports
from psa_local.daemons import Daemon
from psa_local.servers import pgbouncer, postgres, rabbitmq, redis

TEST_USER = "psa_test"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestServers:
    """The addresses of one set of backing services."""

    postgres_dsn: str
    redis_url: str
    amqp_url: str

    # Its name would make pytest look for tests in here.
    __test__ = False


@contextmanager
def ensure_postgres(folder: Path, port: int | None = None) -> Generator[str]:
    """Run PostgreSQL with its data in *folder*; yields the superuser's DSN."""
    port = port or ports.free_ports(1)[0]
    password = _password_kept_in(folder)
    server = postgres.daemon(
        folder, port, password, folder.with_suffix(".log"), postgres.TEST_SETTINGS
    )
    with _running(server):
        yield postgres.dsn(port, password)


@contextmanager
def ensure_redis(folder: Path, port: int | None = None) -> Generator[str]:
    """Run Redis with its data in *folder*; yields its URL."""
    port = port or ports.free_ports(1)[0]
    password = secrets.token_urlsafe(24)
    with _running(redis.daemon(folder, port, password, folder.with_suffix(".log"))):
        yield redis.url(port, password)


@contextmanager
def ensure_rabbitmq(folder: Path, port: int | None = None) -> Generator[str]:
    """Run RabbitMQ with its data in *folder*; yields the AMQP URL of a user who may do all."""
    amqp, distribution, epmd = ports.free_ports(3)
    broker = rabbitmq.Ports(amqp=port or amqp, distribution=distribution, epmd=epmd)
    password = secrets.token_urlsafe(24)
    log = folder.with_suffix(".log")
    with (
        _running(rabbitmq.epmd_daemon(folder, broker, log)),
        _running(rabbitmq.daemon(folder, broker, {TEST_USER: password}, log)),
    ):
        yield rabbitmq.url(broker.amqp, TEST_USER, password)


@contextmanager
def ensure_pgbouncer(
    folder: Path, dsn: str, users: Mapping[str, str] | None = None, pool_size: int = 2
) -> Generator[str]:
    """Run PgBouncer before the server of *dsn*; yields the same DSN through the pooler."""
    port = ports.free_ports(1)[0]
    log = folder.with_suffix(".log")
    with _running(pgbouncer.daemon(folder, port, dsn, dict(users or {}), pool_size, log)):
        address = urlsplit(dsn)
        credentials = address.netloc.rpartition("@")[0]
        yield address._replace(netloc=f"{credentials}@{ports.LOOPBACK}:{port}").geturl()


@contextmanager
def test_servers() -> Generator[TestServers]:
    """Run PostgreSQL, Redis and RabbitMQ on free ports, in a scratch folder that is removed."""
    with scratch_folder() as folder, servers_in(folder) as servers:
        yield servers


@contextmanager
def servers_in(folder: Path) -> Generator[TestServers]:
    """Run PostgreSQL, Redis and RabbitMQ on free ports with their data in *folder*."""
    with contextlib.ExitStack() as stack:
        yield TestServers(
            postgres_dsn=stack.enter_context(ensure_postgres(folder / "postgresql")),
            redis_url=stack.enter_context(ensure_redis(folder / "redis")),
            amqp_url=stack.enter_context(ensure_rabbitmq(folder / "rabbitmq")),
        )


@contextmanager
def scratch_folder(folder: Path | None = None) -> Generator[Path]:
    """Yield an empty folder that servers of other accounts can pass through; removes it."""
    if folder is None:
        base = Path(tempfile.mkdtemp(prefix="psa-"))
    else:
        accounts.remove_folder(folder)
        folder.mkdir(parents=True)
        base = folder
    accounts.open_scratch(base)
    try:
        yield base
    finally:
        accounts.remove_folder(base)


@contextmanager
def _running(server: Daemon) -> Generator[None]:
    process = daemons.start(server)
    try:
        yield
    finally:
        daemons.stop(server, process)


def _password_kept_in(folder: Path) -> str:
    """Return the superuser's password, which is fixed once the cluster exists."""
    kept = folder.with_suffix(".password")
    if kept.is_file():
        return kept.read_text()
    password = secrets.token_urlsafe(24)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.touch(mode=0o600)
    kept.write_text(password)
    return password
