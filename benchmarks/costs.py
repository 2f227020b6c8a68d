"""P7, P13, P14: what the processes of the suite cost, and what a second one brings."""

import os
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import wrk
from desk import Desk
from figures import Figure, Goal, interleaved, percentile, ratio
from wrk import Load

from psa_local import environment, ports, processes
from psa_local.problem import Problem
from psa_local.running_suite import RunningSuite

GIBIBYTE = 2**30
START_SECONDS_MAX = 30.0
HOP = Goal(id="P7", sign="≤", bound=4)
MEMORY = Goal(id="P13", sign="≤", bound=1.5, unit=" GiB")
SECOND_PROCESS = Goal(id="P14", sign="≥", bound=1.7)


def memory(desk: Desk, rounds: int, seconds: int) -> list[Figure]:
    """Add up what the service processes hold, shared pages divided among the sharers."""
    seen: list[float] = []
    pids = list(_service_pids(desk.suite))
    for _ in range(rounds):
        time.sleep(min(seconds, 1))
        seen.append(sum(processes.memory_bytes(pid) for pid in pids) / GIBIBYTE)
    detail = f"{len(pids)} processes, {seen[-1] * 1024:,.0f} MiB"
    return [Figure(what="memory of all idle processes", values=seen, detail=detail, goal=MEMORY)]


def hops(desk: Desk, rounds: int, seconds: int) -> list[Figure]:
    """Compare the processor time of gateway and HAProxy for each request of one load."""
    load = Load(desk=desk, url=f"{desk.front}/tickets/{desk.ticket_id}")
    gateway, haproxy = desk.suite.pid_of("gateway-app"), desk.suite.pid_of("haproxy")
    mine: list[float] = []
    others: list[float] = []
    for _ in range(rounds):
        before = _processor_seconds(gateway), _processor_seconds(haproxy)
        requests = wrk.run(load, seconds).requests
        mine.append((_processor_seconds(gateway) - before[0]) / requests * 1e6)
        others.append((_processor_seconds(haproxy) - before[1]) / requests * 1e6)
        print(f"  gateway {mine[-1]:.0f} µs, HAProxy {others[-1]:.0f} µs a request")
    detail = f"gateway {percentile(mine, 0.5):.0f} µs, HAProxy {percentile(others, 0.5):.0f} µs"
    values = [one / two for one, two in zip(mine, others, strict=True)]
    return [
        Figure(what="the gateway's hop against HAProxy's", values=values, detail=detail, goal=HOP)
    ]


def two_processes(desk: Desk, rounds: int, seconds: int) -> list[Figure]:
    """Read a ticket on one process of the service, and on two at once."""
    with _second_process(desk) as second_url:
        path = f"/tickets/{desk.ticket_id}"
        first = Load(desk=desk, url=desk.service + path)
        second = Load(desk=desk, url=second_url + path)
        wrk.run(second, 1)
        rates = interleaved(
            rounds,
            {
                "one": lambda: wrk.run(first, seconds).rate,
                "two": lambda: sum(one.rate for one in wrk.run_all([first, second], seconds)),
            },
        )
    return [ratio("reads on two processes against one", rates, "two", "one", SECOND_PROCESS)]


@contextmanager
def _second_process(desk: Desk) -> Generator[str, None, None]:
    """Start one more process of the service and yield its address."""
    (port,) = ports.free_ports(1)
    plan, secrets = desk.suite.plan, desk.suite.secrets
    surroundings = environment.of_process(plan, secrets, "tickets", "app")
    process = subprocess.Popen(
        [sys.executable, "-m", "psa_tickets", "app"],
        env={**surroundings, "PSA_HTTP_PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_ready(f"http://127.0.0.1:{port}/health/ready")
        yield f"http://127.0.0.1:{port}/api/v1"
    finally:
        process.terminate()
        process.wait()


def _wait_ready(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        try:
            with urlopen(url, timeout=2):
                return
        except (URLError, ConnectionError):
            time.sleep(0.1)
    raise Problem(f"Nothing became ready at {url}.")


def _service_pids(suite: RunningSuite) -> Iterator[int]:
    for service in suite.plan.services:
        yield suite.pid_of(f"{service.name}-app")
        yield suite.pid_of(f"{service.name}-worker")


def _processor_seconds(pid: int) -> float:
    """Return the processor time of *pid* and its children so far, in user and system mode."""
    ticks = 0
    for one in processes.with_descendants(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
