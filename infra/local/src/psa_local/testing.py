"""
Backing services for tests: from the environment, else local programs, else containers.

Each function is a plain generator for a session-scoped fixture: it yields one address and
leaves nothing behind.
"""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from psa_local import binaries, containers, environment, ports, running_suite, suite
from psa_local.plan import Plan, read_plan
from psa_local.problem import Problem
from psa_local.running_suite import RunningSuite
from psa_local.servers.running import (
    ensure_pgbouncer,
    ensure_postgres,
    ensure_rabbitmq,
    ensure_redis,
    scratch_folder,
)

POSTGRES_VARIABLE = "PSA_TEST_POSTGRES_DSN"
REDIS_VARIABLE = "PSA_TEST_REDIS_URL"
AMQP_VARIABLE = "PSA_TEST_AMQP_URL"
# Set to anything, the stories are played against the suite that `./psa up` has started.
SUITE_VARIABLE = "PSA_TEST_RUNNING_SUITE"
# Each leaves every port of the suite below those that tests of one service take.
PORT_OFFSETS = range(100, 3500, 100)


def postgres() -> Iterator[str]:
    """Yield the DSN of a superuser."""
    if given := os.environ.get(POSTGRES_VARIABLE):
        yield given
    elif binaries.is_installed("postgres", "initdb", "pg_isready"):
        with scratch_folder() as folder, ensure_postgres(folder / "postgresql") as dsn:
            yield dsn
    else:
        with _container(POSTGRES_VARIABLE, "postgresql", containers.POSTGRES) as dsn:
            yield dsn


def redis() -> Iterator[str]:
    """Yield the URL of an empty Redis, or of the shared one that the environment names."""
    if given := os.environ.get(REDIS_VARIABLE):
        yield given
    elif binaries.is_installed("redis-server"):
        with scratch_folder() as folder, ensure_redis(folder / "redis") as url:
            yield url
    else:
        with _container(REDIS_VARIABLE, "redis-server", containers.REDIS) as url:
            yield url


def amqp() -> Iterator[str]:
    """Yield the AMQP URL of a user who may do everything in one virtual host."""
    if given := os.environ.get(AMQP_VARIABLE):
        yield given
    elif binaries.is_installed("rabbitmq-server", "epmd"):
        with scratch_folder() as folder, ensure_rabbitmq(folder / "rabbitmq") as url:
            yield url
    else:
        with _container(AMQP_VARIABLE, "rabbitmq-server", containers.RABBITMQ) as url:
            yield url


def pgbouncer(dsn: str, users: dict[str, str]) -> Iterator[str]:
    """Yield *dsn* through a PgBouncer in transaction mode that also knows *users*' passwords."""
    with scratch_folder() as folder, ensure_pgbouncer(folder / "pgbouncer", dsn, users) as address:
        yield address


def whole_suite() -> Iterator[RunningSuite]:
    """Yield a suite with servers, ports and data of its own, or the one that is up already."""
    if os.environ.get(SUITE_VARIABLE):
        yield running_suite.current(read_plan())
        return
    with scratch_folder() as folder:
        plan, surroundings = plan_in(folder)
        command = [sys.executable, "-m", "psa_local"]
        try:
            started = subprocess.run(
                [*command, "up"], env=surroundings, capture_output=True, text=True, check=False
            )
            if started.returncode != 0:
                raise Problem("The suite did not start.", started.stdout + started.stderr)
            yield running_suite.current(plan)
        finally:
            subprocess.run([*command, "down"], env=surroundings, capture_output=True, check=False)


def plan_in(folder: Path) -> tuple[Plan, dict[str, str]]:
    """Return a plan in *folder* on ports that are free, and the environment that makes it so."""
    ours = {environment.POSTGRES_VARIABLE, environment.REDIS_VARIABLE, environment.AMQP_VARIABLE}
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    for offset in random.sample(PORT_OFFSETS, len(PORT_OFFSETS)):
        bent = {**inherited, "PSA_VAR_DIR": str(folder), "PSA_PORT_OFFSET": str(offset)}
        plan = read_plan(bent)
        if all(ports.is_free(port) for port in suite.ports_of(plan).values()):
            return plan, bent
    raise Problem("No room for another suite: some port is taken at every offset.")


def _container(variable: str, package: str, image: containers.Image) -> containers.Address:
    try:
        return containers.running(image)
    except containers.NoContainers as error:
        raise Problem(
            f"No {package} for the tests: {variable} is not set, the program is not installed, "
            f"and containers cannot be used ({error}).",
            f"Install it with: sudo apt-get install -y --no-install-recommends {package}",
        ) from error
