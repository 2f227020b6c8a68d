"""Processes of this machine: which one a number means, how much memory it and its children use."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Identity:
    """A process; its start time tells it from a later one with the same number."""

    pid: int
    started: int

    @property
    def is_alive(self) -> bool:
        """Whether this very process still runs."""
        return identify(self.pid) == self


def identify(pid: int) -> Identity | None:
    """Return who *pid* is now, or None for nobody or one that has ended already."""
    fields = _stat(pid)
    if fields is None or fields[0] in "ZX":
        return None
    return Identity(pid, int(fields[19]))


def with_descendants(pid: int) -> Iterator[int]:
    """Yield *pid* and every process below it."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir(PROC):
        fields = _stat(int(entry)) if entry.isdigit() else None
        if fields is not None:
            children.setdefault(int(fields[1]), []).append(int(entry))
    waiting = [pid]
    while waiting:
        current = waiting.pop()
        yield current
        waiting += children.get(current, [])


def memory_bytes(pid: int) -> int:
    """Return what *pid* and its children hold, with shared pages divided among the sharers."""
    return sum(_own_memory_bytes(one) for one in with_descendants(pid))


def _own_memory_bytes(pid: int) -> int:
    for name, field in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            lines = (PROC / str(pid) / name).read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            if line.startswith(field):
                return int(line.split()[1]) * 1024
    return 0


def _stat(pid: int) -> list[str] | None:
    """Return the fields of /proc/<pid>/stat from the state on."""
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    # The name before them is in parentheses and may itself contain any character.
    return text.rpartition(")")[2].split()
