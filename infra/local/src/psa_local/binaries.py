"""Where the servers' programs are, and which Debian package brings them."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from psa_local.problem import Problem

PACKAGES = {
    "postgres": "postgresql",
    "redis-server": "redis-server",
    "rabbitmq-server": "rabbitmq-server",
    "epmd": "rabbitmq-server",
    "haproxy": "haproxy",
    "pgbouncer": "pgbouncer",
}
# Debian keeps several PostgreSQL versions side by side and none of them on the PATH; its
# rabbitmq-server on the PATH is a wrapper that insists on the system's own node and user.
FOLDERS = {
    "postgres": "/usr/lib/postgresql/*/bin",
    "initdb": "/usr/lib/postgresql/*/bin",
    "pg_isready": "/usr/lib/postgresql/*/bin",
    "rabbitmq-server": "/usr/lib/rabbitmq/bin",
    "epmd": "/usr/lib/erlang/bin",
    "haproxy": "/usr/sbin",
    "pgbouncer": "/usr/sbin",
}
OLDEST_POSTGRES = 15


def find(program: str) -> Path | None:
    """Return the path of *program*, the newest if there are several, or None."""
    pattern = FOLDERS.get(program)
    if pattern is not None:
        folders = sorted(Path("/").glob(pattern.lstrip("/")), key=_version_of, reverse=True)
        for folder in folders:
            if (folder / program).is_file():
                return folder / program

    found = shutil.which(program)
    return Path(found) if found else None


def require(program: str) -> Path:
    """Return the path of *program*; raises Problem that names the package to install."""
    path = find(program)
    if path is None:
        package = PACKAGES.get(program, "postgresql")
        raise Problem(
            f"The program {program} is missing.",
            f"Install it with: sudo apt-get install -y --no-install-recommends {package}",
        )
    return path


def is_installed(*programs: str) -> bool:
    """Say whether every one of *programs* can be found."""
    return all(find(program) for program in programs)


def version_of(program: str) -> str:
    """Return the version that *program* reports, or an empty string."""
    path = find(program)
    return VERSION_READERS[program](path) if path else ""


def _version_of(folder: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", str(folder)))


def _from_output(*arguments: str) -> Callable[[Path], str]:
    def read(path: Path) -> str:
        run = subprocess.run([path, *arguments], capture_output=True, text=True, check=False)
        match = re.search(r"\d+\.\d+[.\d]*", run.stdout + run.stderr)
        return match.group() if match else ""

    return read


def _from_folder_beside(path: Path) -> str:
    # Asking the broker itself would start an Erlang machine, a second or more.
    names = [folder.name for folder in path.parent.parent.glob("lib/rabbitmq_server-*")]
    return names[0].partition("-")[2] if names else ""


VERSION_READERS: dict[str, Callable[[Path], str]] = {
    "postgres": _from_output("--version"),
    "redis-server": _from_output("--version"),
    "rabbitmq-server": _from_folder_beside,
    "haproxy": _from_output("-v"),
    "pgbouncer": _from_output("--version"),
}
