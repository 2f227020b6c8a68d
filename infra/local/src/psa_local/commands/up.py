"""`psa up`: start the supervisor, show how it gets on, say where the suite is."""

import subprocess
import sys
import time

from psa_local import health, running_suite, state
from psa_local.commands import down
from psa_local.daemons import end_of
from psa_local.plan import Plan
from psa_local.problem import Problem
from psa_local.state import Phase, State

POLL_SECONDS = 0.1
SUPERVISOR_START_SECONDS = 15


def run(plan: Plan) -> int:
    """Bring the suite up, or say that it is; Ctrl-C stops what was started."""
    current = state.read(plan.state_file)
    if current is not None and current.is_alive and current.phase is Phase.UP:
        return _say_it_is_up(plan, current)

    try:
        if current is None or not current.is_alive:
            if current is not None:
                down.end_survivors(current)
            _start_supervisor(plan)
        finished = _follow(plan)
    except KeyboardInterrupt:
        sys.stdout.write("\nStopping what was started ...\n")
        down.run(plan)
        return 130
    if finished.phase is not Phase.UP:
        raise Problem(finished.failure or "The suite was stopped while it started.")
    _say_where(plan)
    return 0


def _say_it_is_up(plan: Plan, current: State) -> int:
    rows = health.of_all(plan, current)
    ill = [row for row in rows if not row.is_ready]
    if ill:
        listed = "; ".join(f"{row.name}: {row.note or row.condition}" for row in ill)
        raise Problem(
            f"The suite is up, but not all of it is ready: {listed}.",
            "See ./psa status and ./psa logs, or start it anew: ./psa down && ./psa up",
        )
    sys.stdout.write(f"All is up: {len(rows)} processes are ready.\n")
    _say_where(plan)
    return 0


def _start_supervisor(plan: Plan) -> None:
    log = plan.logs / "supervisor.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    plan.state_file.unlink(missing_ok=True)
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "psa_local.supervisor"],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
            cwd=plan.root,
        )
    deadline = time.monotonic() + SUPERVISOR_START_SECONDS
    while state.read(plan.state_file) is None:
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise Problem("The supervisor did not start.", f"The end of {log}:\n{end_of(log)}")
        time.sleep(POLL_SECONDS)


def _follow(plan: Plan) -> State:
    """Print each new line of progress until the start has ended, in one way or the other."""
    shown = 0
    began = time.monotonic()
    sys.stdout.write(f"Starting the suite; its logs are in {plan.logs}\n")
    if plan.data != plan.var:
        sys.stdout.write(f"The servers' users cannot reach {plan.var}: data is in {plan.data}\n")
    while True:
        current = state.read(plan.state_file)
        if current is None:
            raise Problem("The supervisor's state is gone.", "Start anew: ./psa down && ./psa up")
        for line in current.progress[shown:]:
            _clear_line()
            sys.stdout.write(f"{line}\n")
        shown = len(current.progress)
        if current.phase in (Phase.UP, Phase.FAILED, Phase.STOPPED):
            _clear_line()
            return current
        if not current.is_alive:
            _clear_line()
            log = plan.logs / "supervisor.log"
            raise Problem("The supervisor has died.", f"The end of {log}:\n{end_of(log)}")
        _show_waiting(current, time.monotonic() - began)
        time.sleep(POLL_SECONDS)


def _show_waiting(current: State, seconds: float) -> None:
    """Keep one moving line at the bottom of a terminal; a file gets only the finished steps."""
    if sys.stdout.isatty():
        waiting = [
            process.name
            for process in current.processes.values()
            if process.condition is not state.Condition.READY
        ]
        names = ", ".join(waiting[:4]) + (" ..." if len(waiting) > 4 else "")
        doing = f"waiting for {names or 'the next step'}"
        if current.phase is Phase.STOPPING:
            doing = "stopping what was started"
        sys.stdout.write(f"\r\033[K{seconds:6.1f} s  {doing}")
        sys.stdout.flush()


def _clear_line() -> None:
    if sys.stdout.isatty():
        sys.stdout.write("\r\033[K")


def _say_where(plan: Plan) -> None:
    suite = running_suite.current(plan)
    sys.stdout.write(
        f"""
  Address        {plan.url}
  Documentation  {plan.url}/docs
  Certificate    {plan.ca_file}  (curl --cacert)

  Tenant         {running_suite.TENANT}
  Login          {running_suite.ADMIN}
  Password       {suite.admin_password}

  Tenant         {running_suite.PLATFORM_TENANT}
  Login          {running_suite.OPERATOR}
  Password       {suite.operator_password}

Next: ./psa demo, ./psa status, ./psa logs tickets, ./psa down
"""
    )
