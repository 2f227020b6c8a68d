"""`psa status`: every process and dependency, how it is and what it uses."""

import os
import sys

from psa_local import environment, health, state
from psa_local.health import Row
from psa_local.plan import Plan
from psa_local.state import Phase

HEADINGS = ("process", "state", "pid", "port", "restarts", "memory", "")
MEBIBYTE = 2**20
OUTSIDE = {
    "PostgreSQL": environment.POSTGRES_VARIABLE,
    "Redis": environment.REDIS_VARIABLE,
    "RabbitMQ": environment.AMQP_VARIABLE,
}


def run(plan: Plan) -> int:
    """Print the table; the exit code is 0 only when everything is ready."""
    current = state.read(plan.state_file)
    if current is None or not current.is_alive:
        sys.stdout.write("The suite is not running. Start it with: ./psa up\n")
        if current is not None and current.failure:
            sys.stdout.write(f"The last start failed: {current.failure}\n")
        return 3

    rows = health.of_all(plan, current)
    lines = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")
    _write_totals(rows, current.phase, current.url)
    return 0 if current.phase is Phase.UP and all(row.is_ready for row in rows) else 1


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        str(row.condition),
        str(row.pid or "-"),
        str(row.ports[0]) if row.ports else "-",
        str(row.restarts),
        f"{row.memory_bytes / MEBIBYTE:.0f} MiB" if row.memory_bytes else "-",
        row.note,
    )


def _write_totals(rows: list[Row], phase: Phase, url: str) -> None:
    services = [row for row in rows if row.name.endswith(("-app", "-worker"))]
    memory = sum(row.memory_bytes for row in services) / MEBIBYTE
    everything = sum(row.memory_bytes for row in rows) / MEBIBYTE
    sys.stdout.write(
        f"\n{phase.value}: {sum(row.is_ready for row in rows)} of {len(rows)} ready on {url}; "
        f"{len(services)} service processes use {memory:.0f} MiB, all {everything:.0f} MiB\n"
    )
    for name, variable in OUTSIDE.items():
        if os.environ.get(variable):
            sys.stdout.write(f"{name} is the operator's, from {variable}\n")
