"""The servers as tests use them: ready when yielded, closed to others, gone afterwards."""

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from psa_local import ports, processes, servers, testing
from psa_local.problem import Problem
from psa_local.servers import rabbitmq, redis

HOLDS_REDIS = """
import sys
from pathlib import Path
from psa_local import servers
with servers.ensure_redis(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


def port_of(address: str) -> int:
    port = urlsplit(address).port
    assert port is not None
    return port


def listening_addresses(port: int) -> set[str]:
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")}


def test_three_servers_are_ready_when_given_and_gone_afterwards() -> None:
    with servers.test_servers() as given:
        addresses = (given.postgres_dsn, given.redis_url, given.amqp_url)
        parts = [urlsplit(address) for address in addresses]
        with psycopg.connect(given.postgres_dsn) as conn:
            assert conn.execute("SELECT 1").fetchone() == (1,)
        assert redis.is_ready(port_of(given.redis_url), parts[1].password or "")
        assert rabbitmq.is_ready(
            port_of(given.amqp_url), parts[2].username or "", parts[2].password or ""
        )
        assert not rabbitmq.is_ready(port_of(given.amqp_url), "guest", "guest")
        for address in addresses:
            assert listening_addresses(port_of(address)) == {f"0100007F:{port_of(address):04X}"}

    assert not any(ports.accepts(port_of(address)) for address in addresses)


def test_nobody_reaches_the_database_without_the_password(tmp_path_factory: object) -> None:
    with (
        servers.scratch_folder() as folder,
        servers.ensure_postgres(folder / "postgresql") as dsn,
        pytest.raises(psycopg.OperationalError, match="password authentication failed"),
    ):
        psycopg.connect(
            urlsplit(dsn)._replace(netloc=f"postgres:x@127.0.0.1:{port_of(dsn)}").geturl()
        )


def test_a_database_keeps_its_data_and_its_password_over_a_restart() -> None:
    with servers.scratch_folder() as folder:
        with servers.ensure_postgres(folder / "postgresql") as dsn, psycopg.connect(dsn) as conn:
            conn.execute("CREATE TABLE kept (id int)")

        with servers.ensure_postgres(folder / "postgresql") as dsn, psycopg.connect(dsn) as conn:
            assert conn.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_pooler_gives_one_connection_to_one_transaction_at_a_time() -> None:
    with (
        servers.scratch_folder() as folder,
        servers.ensure_postgres(folder / "postgresql") as dsn,
        servers.ensure_pgbouncer(folder / "pgbouncer", dsn, pool_size=1) as pooled,
        psycopg.connect(pooled, autocommit=True) as one,
        psycopg.connect(pooled, autocommit=True) as other,
    ):
        backends = {
            conn.execute("SELECT pg_backend_pid()", prepare=False).fetchone()
            for conn in (one, other)
        }

    assert len(backends) == 1


def test_a_server_does_not_run_as_root_and_its_files_are_its_own(tmp_path: Path) -> None:
    with servers.scratch_folder() as folder, servers.ensure_redis(folder / "redis"):
        owner = (folder / "redis").stat()
        secret = (folder / "redis" / "redis.conf").stat()

    assert owner.st_uid != 0 or os.geteuid() != 0
    assert stat.S_IMODE(owner.st_mode) == 0o700
    assert stat.S_IMODE(secret.st_mode) == 0o600


def test_a_killed_test_run_leaves_no_server() -> None:
    with servers.scratch_folder() as folder:
        with subprocess.Popen(
            [sys.executable, "-c", HOLDS_REDIS, str(folder / "redis")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as holder:
            assert holder.stdout is not None
            port = port_of(holder.stdout.readline().strip())
            pids = list(processes.with_descendants(holder.pid))

            os.kill(holder.pid, signal.SIGKILL)

        assert len(pids) > 1
        while any(processes.identify(pid) for pid in pids):
            pass  # The limit is that of every test.
        assert ports.is_free(port)


def test_the_address_in_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (testing.POSTGRES_VARIABLE, testing.REDIS_VARIABLE, testing.AMQP_VARIABLE):
        monkeypatch.setenv(variable, f"given:{variable}")

    given = [next(source()) for source in (testing.postgres, testing.redis, testing.amqp)]

    assert given == [
        "given:PSA_TEST_POSTGRES_DSN",
        "given:PSA_TEST_REDIS_URL",
        "given:PSA_TEST_AMQP_URL",
    ]


def test_without_any_server_the_refusal_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(testing.REDIS_VARIABLE, raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("DOCKER_HOST", raising=False)

    with pytest.raises(Problem, match=r"apt-get install .* redis-server"):
        next(testing.redis())


def test_free_ports_are_free_and_different() -> None:
    found = ports.free_ports(20)

    assert len(set(found)) == 20
    for port in found:
        socket.create_server((ports.LOOPBACK, port)).close()
