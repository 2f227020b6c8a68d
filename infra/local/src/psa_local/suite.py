"""The programs of the suite, in the groups in which they start."""

import http.client
import importlib.util
import json
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime

from psa_local import accounts, environment, tls
from psa_local.daemons import Daemon
from psa_local.plan import Plan
from psa_local.ports import LOOPBACK
from psa_local.problem import Problem
from psa_local.secret_store import Secrets
from psa_local.servers import haproxy, postgres, rabbitmq, redis

READY_PATH = "/health/ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What a process answered when it was asked whether it is ready."""

    is_ready: bool
    reason: str = ""


def database_server(plan: Plan, secrets: Secrets) -> list[Daemon]:
    """Return the private PostgreSQL, or nothing where the operator has one."""
    if os.environ.get(environment.POSTGRES_VARIABLE):
        return []
    port = plan.ports["postgresql"]
    folder = plan.data / "postgresql"
    return [postgres.daemon(folder, port, secrets.postgres, plan.logs / "postgresql.log", {})]


def cache_server(plan: Plan, secrets: Secrets) -> list[Daemon]:
    """Return the private Redis, or nothing where the operator has one."""
    if os.environ.get(environment.REDIS_VARIABLE):
        return []
    port = plan.ports["redis"]
    return [redis.daemon(plan.data / "redis", port, secrets.redis, plan.logs / "redis.log")]


def broker_servers(plan: Plan, secrets: Secrets) -> list[Daemon]:
    """Return the private RabbitMQ after its port mapper, or nothing where the operator has one."""
    if os.environ.get(environment.AMQP_VARIABLE):
        return []
    folder = plan.data / "rabbitmq"
    broker = rabbitmq.Ports(
        amqp=plan.ports["amqp"],
        distribution=plan.ports["amqp_distribution"],
        epmd=plan.ports["epmd"],
    )
    return [
        rabbitmq.epmd_daemon(folder, broker, plan.logs / "epmd.log"),
        rabbitmq.daemon(folder, broker, secrets.amqp, plan.logs / "rabbitmq.log"),
    ]


def entrance(plan: Plan) -> Daemon:
    """Return HAProxy with a certificate that is still good for a while."""
    certificate = tls.ensure_certificate(plan.var / "tls", datetime.now(UTC))
    numbers = {
        "https": plan.ports["https"],
        "http": plan.ports["http"],
        "gateway": plan.service("gateway").app_port,
    }
    log = plan.logs / "haproxy.log"
    return haproxy.daemon(plan.data / "haproxy", plan.root, certificate, numbers, log)


def ports_of(plan: Plan) -> dict[str, int]:
    """Return every port that has to be free before the suite starts, by its user's name."""
    servers = (
        (environment.POSTGRES_VARIABLE, ("postgresql",)),
        (environment.REDIS_VARIABLE, ("redis",)),
        (environment.AMQP_VARIABLE, ("amqp", "amqp_distribution", "epmd")),
    )
    wanted = {"HAProxy": plan.ports["https"], "HAProxy in clear": plan.ports["http"]}
    for variable, names in servers:
        if not os.environ.get(variable):
            wanted |= {name: plan.ports[name] for name in names}
    for service in plan.services:
        wanted[f"{service.name}-app"] = service.app_port
        wanted[f"{service.name}-worker"] = service.worker_port
    return wanted


def process(plan: Plan, secrets: Secrets, service: str, kind: str) -> Daemon:
    """Return the `app` or `worker` of *service*."""
    ports = plan.service(service)
    port = ports.app_port if kind == "app" else ports.worker_port
    name = f"{service}-{kind}"
    return Daemon(
        name=name,
        argv=(sys.executable, "-m", f"psa_{service}", kind),
        account=accounts.myself(),
        directory=plan.root,
        log=plan.logs / f"{name}.log",
        ports=(port,),
        is_ready=lambda: health_of(port).is_ready,
        environment=environment.of_process(plan, secrets, service, kind),
        stop_seconds=35,
    )


def health_of(port: int) -> Health:
    """Ask the process on *port* whether it is ready, and if not, why."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=3)
    try:
        connection.request("GET", READY_PATH)
        answer = connection.getresponse()
        body = answer.read()
    except OSError as error:
        return Health(is_ready=False, reason=f"no answer: {error.strerror or error}")
    except http.client.HTTPException as error:
        return Health(is_ready=False, reason=f"no HTTP answer: {error!r}")
    finally:
        connection.close()
    if answer.status == 200:
        return Health(is_ready=True)
    return Health(is_ready=False, reason=_reasons(body) or f"answers {answer.status}")


def require_packages(plan: Plan) -> None:
    """Raise Problem that names every service whose package is not installed."""
    wanted = [f"psa_{service.name}" for service in plan.services]
    missing = [package for package in wanted if importlib.util.find_spec(package) is None]
    if missing:
        raise Problem(
            f"Not installed: {', '.join(missing)}.",
            "Install the packages of this repository anew: rm var/venv/stamp && ./psa up",
        )


def _reasons(body: bytes) -> str:
    try:
        dependencies = json.loads(body)["dependencies"]
        down = {name: row for name, row in dependencies.items() if row["status"] != "up"}
        return "; ".join(f"{name}: {row.get('reason', 'down')}" for name, row in down.items())
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
