"""Closed-loop load over HTTP by wrk, which takes little of the processors that it shares."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from desk import Desk

from psa_local.problem import Problem

CONNECTIONS = 16
SCRIPT = Path(__file__).with_name("load.lua")
MARK = "BENCH "


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One kind of request at one address."""

    desk: Desk
    url: str
    body: dict[str, str] | None = None
    random_max: int | None = None


class Outcome(msgspec.Struct, frozen=True):
    """What wrk counted."""

    requests: int
    microseconds: int
    refused: int
    broken: int

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.microseconds * 1e6


def require() -> None:
    """Raise Problem when wrk is not installed."""
    if shutil.which("wrk") is None:
        raise Problem(
            "The load generator wrk is missing.",
            "Install it with: sudo apt-get install -y --no-install-recommends wrk",
        )


def run(load: Load, seconds: int) -> Outcome:
    """Put *load* on for some seconds; raises Problem when a request was refused or broke."""
    return run_all([load], seconds)[0]


def run_all(loads: Sequence[Load], seconds: int) -> list[Outcome]:
    """Put several loads on at once."""
    running = [_start(load, seconds) for load in loads]
    return [_outcome(load, process) for load, process in zip(loads, running, strict=True)]


def _start(load: Load, seconds: int) -> subprocess.Popen[str]:
    settings = dict(os.environ)
    if load.body is not None:
        settings["LOAD_BODY"] = json.dumps(load.body)
    if load.random_max is not None:
        settings["LOAD_RANDOM"] = str(load.random_max)
    words = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}", "-s", str(SCRIPT)]
    words += ["-H", f"authorization: Bearer {load.desk.token}", load.url]
    return subprocess.Popen(
        words, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def _outcome(load: Load, process: subprocess.Popen[str]) -> Outcome:
    output, _ = process.communicate()
    marked = [line for line in output.splitlines() if line.startswith(MARK)]
    if not marked:
        raise Problem(f"wrk failed at {load.url}.", output)
    outcome = msgspec.json.decode(marked[0].removeprefix(MARK), type=Outcome)
    if outcome.refused or outcome.broken or not outcome.requests:
        raise Problem(f"Not every request to {load.url} was answered well: {outcome}.", output)
    return outcome
