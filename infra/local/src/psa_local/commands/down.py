"""`psa down`: take the suite down and leave no process behind."""

import contextlib
import os
import signal
import sys
import time

from psa_local import state
from psa_local.plan import Plan
from psa_local.problem import Problem
from psa_local.processes import Identity
from psa_local.state import State

POLL_SECONDS = 0.1
SUPERVISOR_STOP_SECONDS = 120
SURVIVOR_STOP_SECONDS = 20


def run(plan: Plan) -> int:
    """Stop the supervisor, which stops the rest; then end whatever it could not."""
    current = state.read(plan.state_file)
    if current is None:
        sys.stdout.write("Nothing is running.\n")
        return 0
    was_running = current.is_alive or bool(current.survivors())
    if current.is_alive:
        _signal(current.supervisor, signal.SIGTERM)
        if not _wait_ended([current.supervisor], SUPERVISOR_STOP_SECONDS):
            _signal(current.supervisor, signal.SIGKILL)
    latest = state.read(plan.state_file) or current
    end_survivors(latest)
    sys.stdout.write("All is down.\n" if was_running else "Nothing is running.\n")
    return 0


def end_survivors(current: State) -> None:
    """End the processes of a supervisor that is gone; raises Problem if one cannot be ended."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for identity in current.survivors():
            _signal(identity, number)
        if _wait_ended(current.survivors(), SURVIVOR_STOP_SECONDS):
            return
    left = ", ".join(str(identity.pid) for identity in current.survivors())
    raise Problem(f"These processes do not end: {left}.", f"As root: kill -9 {left}")


def _signal(identity: Identity, number: signal.Signals) -> None:
    # Asked again right before, so that a number that now means another process is left alone.
    if identity.is_alive:
        with contextlib.suppress(ProcessLookupError):
            os.kill(identity.pid, number)


def _wait_ended(identities: list[Identity], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while any(identity.is_alive for identity in identities):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
