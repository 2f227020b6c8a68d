"""`psa test`: the checks of CI, against servers that live only as long as they run."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from psa_local import accounts, testing
from psa_local.plan import Plan
from psa_local.problem import Problem
from psa_local.servers import scratch_folder, servers_in

TOX = (sys.executable, "-m", "tox")


def run(plan: Plan, arguments: list[str]) -> int:
    """Run tox with *arguments*; the servers and their data go whatever happens."""
    if not (plan.root / "tox.ini").is_file():
        raise Problem(f"There is no tox.ini in {plan.root}.")
    scratch = plan.var / "test"
    scratch.mkdir(parents=True, exist_ok=True)
    # Below a closed home folder the servers' users cannot come in; /tmp is open to them.
    reachable = accounts.reaches(accounts.account_for("postgres"), scratch)
    with (
        scratch_folder(scratch if reachable else None) as folder,
        servers_in(folder) as servers,
    ):
        surroundings = {
            **os.environ,
            # tox installs with the uv of this environment.
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            testing.POSTGRES_VARIABLE: servers.postgres_dsn,
            testing.REDIS_VARIABLE: servers.redis_url,
            testing.AMQP_VARIABLE: servers.amqp_url,
        }
        process = subprocess.Popen([*TOX, "run", *arguments], cwd=plan.root, env=surroundings)
        try:
            return process.wait()
        except KeyboardInterrupt:
            # A terminal tells tox as well; whoever sent SIGTERM to us alone did not.
            process.send_signal(signal.SIGINT)
            process.wait()
            return 130
