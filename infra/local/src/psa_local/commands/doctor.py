"""`psa doctor`: look at everything that the suite needs, and say how to mend what is wrong."""

import asyncio
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import psycopg
from aio_pika.exceptions import AMQPError, ChannelNotFoundEntity
from psycopg import sql

from psa_common.migrate import components_of, read_migrations
from psa_events import dead_letters as dead_letters_of
from psa_local import binaries, environment, health, ports, running_suite, state, suite, tls
from psa_local.plan import Plan
from psa_local.problem import Problem
from psa_local.secret_store import OPERATOR
from psa_local.state import Phase, State
from psa_local.supervisor import require_room

MIN_VERSIONS = {
    "postgres": (15,),
    "redis-server": (7,),
    "rabbitmq-server": (3, 10),
    "haproxy": (2, 6),
    "pgbouncer": (1, 18),
}
MIN_PYTHON = (3, 11)
MANY_RESTARTS = 3
APPLIED_SQL = "SELECT component, count(*) FROM {}.schema_migrations GROUP BY component"


class Verdict(StrEnum):
    """How bad a finding is."""

    WELL = "ok"
    ILL = "BAD"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    verdict: Verdict
    text: str
    mend: str = ""


def run(plan: Plan) -> int:
    """Print every finding; the exit code is 1 when one of them is bad."""
    current = state.read(plan.state_file)
    running = current if current is not None and current.is_alive else None
    bad = 0
    for look in LOOKS:
        for finding in look(plan, running):
            sys.stdout.write(f"{finding.verdict.value:>4}  {finding.text}\n")
            if finding.mend:
                sys.stdout.write(f"      -> {finding.mend}\n")
            bad += finding.verdict is Verdict.ILL
    sys.stdout.write(f"\n{bad} things to mend.\n" if bad else "\nNothing to mend.\n")
    return 1 if bad else 0


def programs(_plan: Plan, _running: State | None) -> Iterator[Finding]:
    """Look for the servers' programs and Python in versions that are known to work."""
    version = ".".join(map(str, sys.version_info[:3]))
    is_new_enough = sys.version_info >= MIN_PYTHON
    yield _judge(is_new_enough, f"Python {version}", "Install Python 3.11 or later")
    for program, oldest in MIN_VERSIONS.items():
        package = binaries.PACKAGES[program]
        install = f"sudo apt-get install -y --no-install-recommends {package}"
        found = binaries.version_of(program)
        if not found:
            yield Finding(Verdict.ILL, f"{program} is missing", install)
            continue
        is_new_enough = tuple(int(part) for part in found.split(".") if part) >= oldest
        wanted = ".".join(map(str, oldest))
        yield _judge(is_new_enough, f"{program} {found}", f"{wanted} or later is needed: {install}")


def room(plan: Plan, _running: State | None) -> Iterator[Finding]:
    """Look for free disk space."""
    try:
        require_room(plan)
    except Problem as problem:
        yield Finding(Verdict.ILL, problem.sentence, problem.mend)
    else:
        free = shutil.disk_usage(plan.data).free // 2**30
        yield Finding(Verdict.WELL, f"{free} GiB are free under {plan.data}")


def taken_ports(plan: Plan, running: State | None) -> Iterator[Finding]:
    """Look whether the ports are free, while the suite does not use them itself."""
    if running is None:
        try:
            ports.require_free(suite.ports_of(plan))
        except Problem as problem:
            yield Finding(Verdict.ILL, problem.sentence, problem.mend)
        else:
            yield Finding(Verdict.WELL, "All ports are free")


def permissions(plan: Plan, _running: State | None) -> Iterator[Finding]:
    """Look whether anybody but the owner could read a secret."""
    kept = [*(plan.var / "secrets").glob("*.json"), plan.var / "tls" / tls.CA_KEY]
    for path in kept:
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Finding(Verdict.ILL, f"Others can read {path}", f"chmod 600 {path}")
    if plan.data != plan.var:
        text = f"{plan.var} is closed to the servers' users; the data is in {plan.data}"
        yield Finding(Verdict.WELL, text)


def certificate(plan: Plan, _running: State | None) -> Iterator[Finding]:
    """Look how long the certificate is still good."""
    path = plan.var / "tls" / tls.SERVER
    if path.exists():
        left: timedelta = tls.expires_at(path) - datetime.now(UTC)
        text = f"The certificate is good for {left.days} more days"
        yield _judge(left > timedelta(days=7), text, "Renew it: ./psa down && ./psa up")


def running_processes(plan: Plan, running: State | None) -> Iterator[Finding]:
    """Look at every process of the running suite."""
    if running is None:
        last = state.read(plan.state_file)
        if last is not None and last.failure:
            yield Finding(Verdict.ILL, f"The last start failed: {last.failure}", "./psa up")
        elif last is not None and last.phase is not Phase.STOPPED:
            text = "The supervisor ended without taking the suite down"
            yield Finding(Verdict.ILL, text, "./psa down && ./psa up")
        else:
            yield Finding(Verdict.WELL, "The suite is not running; ./psa up starts it")
        return
    for row in health.of_all(plan, running):
        see = f"./psa logs {row.name}"
        if not row.is_ready:
            yield Finding(Verdict.ILL, f"{row.name} is {row.condition}: {row.note}", see)
        elif row.restarts > MANY_RESTARTS:
            yield Finding(Verdict.ILL, f"{row.name} was restarted {row.restarts} times", see)
        else:
            yield Finding(Verdict.WELL, f"{row.name} is ready")


def migrations(plan: Plan, running: State | None) -> Iterator[Finding]:
    """Look whether a schema is behind the code."""
    if running is None:
        return
    dsn = environment.superuser_dsn(plan, running_suite.secrets_of(plan))
    try:
        with psycopg.connect(dsn, dbname=plan.database, connect_timeout=3) as conn:
            behind = [one.name for one in plan.services if _is_behind(conn, one.name)]
    except psycopg.Error as error:
        text = f"The database does not answer: {error}"
        yield Finding(Verdict.ILL, text, "./psa logs postgresql")
        return
    text = f"Behind their code: {', '.join(behind)}" if behind else "All schemas are migrated"
    yield _judge(not behind, text, "./psa migrate")


def dead_letters(plan: Plan, running: State | None) -> Iterator[Finding]:
    """Look for events that could not be handled."""
    if running is None:
        return
    url = environment.amqp_url(plan, running_suite.secrets_of(plan), OPERATOR)
    for service in plan.services:
        see = f"./psa events dead list {service.name}"
        try:
            letters = asyncio.run(dead_letters_of.list_dead(url, service.name))
        except ChannelNotFoundEntity:
            continue  # It listens to nothing.
        except (AMQPError, OSError) as error:
            yield Finding(Verdict.ILL, f"No dead letters of {service.name} to see: {error}", see)
            continue
        if letters:
            text = f"{len(letters)} events could not be handled by {service.name}"
            yield Finding(Verdict.ILL, text, f"{see}, then replay or drop")


LOOKS: tuple[Callable[[Plan, State | None], Iterator[Finding]], ...] = (
    programs,
    room,
    taken_ports,
    permissions,
    certificate,
    running_processes,
    migrations,
    dead_letters,
)


def _judge(well: bool, text: str, mend: str) -> Finding:
    return Finding(Verdict.WELL, text) if well else Finding(Verdict.ILL, text, mend)


def _is_behind(conn: psycopg.Connection, service: str) -> bool:
    statement = sql.SQL(APPLIED_SQL).format(sql.Identifier(service))
    try:
        applied = dict(conn.execute(statement).fetchall())
    except psycopg.errors.UndefinedTable:
        conn.rollback()
        return True
    wanted = {name: len(read_migrations(folder)) for name, folder in components_of(service)}
    return applied != {name: count for name, count in wanted.items() if count}
