"""Commands that run a tool of another package in the surroundings of the suite."""

import importlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping

from psa_local import environment, running_suite
from psa_local.plan import Plan
from psa_local.problem import Problem


def demo(plan: Plan, arguments: list[str]) -> int:
    """Run the main job over the public API."""
    secrets = running_suite.current(plan).secrets
    if importlib.util.find_spec("psa_local.demo") is None:
        raise Problem("This checkout has no demo.")
    os.environ.update(environment.of_operator(plan, secrets))
    sys.argv = ["psa demo", *arguments]
    return int(importlib.import_module("psa_local.demo").main() or 0)


def events(plan: Plan, arguments: list[str]) -> int:
    """List, replay or drop the events that could not be handled."""
    secrets = running_suite.current(plan).secrets
    words = [sys.executable, "-m", "psa_events", *arguments]
    return _run(words, plan, environment.of_operator(plan, secrets))


def bench(plan: Plan, arguments: list[str]) -> int:
    """
    Run the benchmarks, which start and stop a suite of their own.

    They take the place of this process, so that Ctrl-C reaches them alone.
    """
    folder = plan.root / "benchmarks"
    if not (folder / "__main__.py").is_file():
        raise Problem(f"There are no benchmarks in {folder}.")
    os.chdir(plan.root)
    os.execv(sys.executable, [sys.executable, str(folder), *arguments])


def migrate(plan: Plan) -> int:
    """Migrate every service's schema; stops at the first that refuses."""
    secrets = running_suite.current(plan).secrets
    for service in plan.services:
        words = [sys.executable, "-m", f"psa_{service.name}", "migrate"]
        code = _run(words, plan, environment.of_migration(plan, secrets, service.name))
        if code != 0:
            return code
    return 0


def _run(words: list[str], plan: Plan, surroundings: Mapping[str, str]) -> int:
    return subprocess.run(words, cwd=plan.root, env=surroundings, check=False).returncode
