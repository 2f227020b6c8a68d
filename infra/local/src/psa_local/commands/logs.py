"""`psa logs`: what one process, or both of a service, writes."""

import shutil
import subprocess
from pathlib import Path

from psa_local.plan import Plan
from psa_local.problem import Problem

LINES = "100"


def run(plan: Plan, name: str, *, follow: bool) -> int:
    """Show the end of the logs called *name* and, unless told not to, what comes next."""
    paths = _paths(plan, name)
    tail = shutil.which("tail") or "/usr/bin/tail"
    words = ["-n", LINES, *(["-F"] if follow else []), *map(str, paths)]
    return subprocess.run([tail, *words], check=False).returncode


def _paths(plan: Plan, name: str) -> list[Path]:
    """Return the log of a process, or those of all processes of a service."""
    present = sorted(plan.logs.glob("*.log"))
    matching = [path for path in present if path.stem == name or path.stem.startswith(f"{name}-")]
    if not matching:
        names = sorted({name for path in present for name in (path.stem, path.stem.split("-")[0])})
        raise Problem(
            f"There is no log called {name}.",
            f"Choose one of: {', '.join(names)}" if names else "Start the suite with: ./psa up",
        )
    return matching
