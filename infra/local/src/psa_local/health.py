"""How every process of a running suite is, asked now and all at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from psa_local import ports, processes, running_suite, secret_store, suite
from psa_local.plan import Plan
from psa_local.servers import postgres, rabbitmq, redis
from psa_local.state import Condition, ProcessState, State
from psa_local.suite import Health


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One process as `status` shows it."""

    name: str
    pid: int | None
    ports: tuple[int, ...]
    condition: str
    is_ready: bool
    restarts: int
    memory_bytes: int
    note: str


def of_all(plan: Plan, current: State) -> list[Row]:
    """Ask every process of *current*, in parallel, and return one row for each."""
    questions = _server_questions(plan, running_suite.secrets_of(plan))
    with ThreadPoolExecutor(max_workers=len(current.processes) or 1) as pool:
        waiting = [pool.submit(_row, one, questions) for one in current.processes.values()]
        return [one.result() for one in waiting]


def _row(process: ProcessState, questions: dict[str, Callable[[], Health]]) -> Row:
    alive = process.identity is not None and process.identity.is_alive
    ask = questions.get(process.name, lambda: suite.health_of(process.ports[0]))
    health = ask() if alive else Health(is_ready=False, reason="not running")
    condition = Condition.READY if health.is_ready else process.condition
    if not health.is_ready and process.condition is Condition.READY:
        condition = "not ready"
    return Row(
        name=process.name,
        pid=process.identity.pid if process.identity and alive else None,
        ports=process.ports,
        condition=condition,
        is_ready=health.is_ready,
        restarts=process.restarts,
        memory_bytes=processes.memory_bytes(process.identity.pid)
        if process.identity and alive
        else 0,
        note="; ".join(part for part in (health.reason, process.note) if part),
    )


def _server_questions(plan: Plan, secrets: secret_store.Secrets) -> dict[str, Callable[[], Health]]:
    user = secret_store.OPERATOR
    numbers = plan.ports
    checks = {
        "postgresql": lambda: postgres.is_ready(numbers["postgresql"]),
        "redis": lambda: redis.is_ready(numbers["redis"], secrets.redis),
        "epmd": lambda: ports.accepts(numbers["epmd"]),
        "rabbitmq": lambda: rabbitmq.is_ready(numbers["amqp"], user, secrets.amqp[user]),
        "haproxy": lambda: ports.accepts(numbers["https"]),
    }
    return {name: _as_health(check) for name, check in checks.items()}


def _as_health(check: Callable[[], bool]) -> Callable[[], Health]:
    def ask() -> Health:
        well = check()
        return Health(is_ready=well, reason="" if well else "does not answer")

    return ask
