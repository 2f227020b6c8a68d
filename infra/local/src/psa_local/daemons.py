"""A program that runs in the background: how it is started, known to be ready, and stopped."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from signal import Signals
from typing import BinaryIO

from psa_local import accounts
from psa_local.accounts import Account
from psa_local.problem import Problem

POLL_SECONDS = 0.05
LOG_LINES_SHOWN = 12
LOG_BYTES_MAX = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """What there is to know about one program before it runs."""

    name: str
    argv: tuple[str, ...]
    account: Account
    directory: Path
    log: Path
    ports: tuple[int, ...]
    is_ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    stop_signal: Signals = Signals.SIGTERM
    start_seconds: float = 60
    stop_seconds: float = 20


def command(daemon: Daemon) -> list[str]:
    """Return the words that run *daemon* as its account, never longer than its starter."""
    return [*accounts.prefix(daemon.account, daemon.stop_signal), *daemon.argv]


def start(daemon: Daemon) -> subprocess.Popen[bytes]:
    """
    Start *daemon* as a child of this process and return once it is ready.

    Raises Problem with the end of its log when it ends or does not become ready in time.
    """
    with open_log(daemon.log) as log:
        process = subprocess.Popen(
            command(daemon),
            cwd=daemon.directory,
            env=dict(daemon.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait_ready(daemon, process)
    except BaseException:
        stop(daemon, process)
        raise
    return process


def stop(daemon: Daemon, process: subprocess.Popen[bytes]) -> None:
    """Ask *process* to end, wait for it, and kill its whole group when it does not."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(daemon.stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(daemon.stop_seconds)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def open_log(path: Path) -> BinaryIO:
    """Open *path* for adding; a long one is put aside first, in the place of the last one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file() and path.stat().st_size > LOG_BYTES_MAX:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def end_of(log: Path) -> str:
    """Return the last lines of *log*, indented."""
    try:
        lines = log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:]
    except OSError:
        lines = []
    return "\n".join(f"    {line}" for line in lines)


def died(daemon: Daemon, code: int | None) -> Problem:
    """Build the problem of a program that ended while it should have become ready."""
    return Problem(
        f"{daemon.name} ended with code {code} instead of becoming ready.",
        f"The end of {daemon.log}:\n{end_of(daemon.log)}",
    )


def too_slow(daemon: Daemon) -> Problem:
    """Build the problem of a program that runs but never became ready."""
    return Problem(
        f"{daemon.name} was not ready after {daemon.start_seconds:.0f} seconds.",
        f"The end of {daemon.log}:\n{end_of(daemon.log)}",
    )


def _wait_ready(daemon: Daemon, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + daemon.start_seconds
    while not daemon.is_ready():
        if process.poll() is not None:
            raise died(daemon, process.returncode)
        if time.monotonic() > deadline:
            raise too_slow(daemon)
        time.sleep(POLL_SECONDS)
