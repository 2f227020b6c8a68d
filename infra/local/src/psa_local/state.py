"""What the supervisor writes down about itself for the commands to read."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import msgspec

from psa_local.processes import Identity


class Phase(StrEnum):
    """Where the suite as a whole is."""

    STARTING = "starting"
    UP = "up"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"


class Condition(StrEnum):
    """Where one process is."""

    STARTING = "starting"
    READY = "ready"
    CRASHED = "crashed"
    STOPPED = "stopped"


@dataclass(slots=True, kw_only=True)
class ProcessState:
    """One process under the supervisor."""

    name: str
    ports: tuple[int, ...]
    condition: Condition
    identity: Identity | None = None
    restarts: int = 0
    note: str = ""


@dataclass(slots=True, kw_only=True)
class State:
    """The suite under one supervisor."""

    supervisor: Identity
    url: str
    phase: Phase = Phase.STARTING
    failure: str = ""
    progress: list[str] = field(default_factory=list[str])
    processes: dict[str, ProcessState] = field(default_factory=dict[str, ProcessState])

    @property
    def is_alive(self) -> bool:
        """Whether the supervisor that wrote this still runs."""
        return self.supervisor.is_alive

    def survivors(self) -> list[Identity]:
        """Return the processes of this state that still run."""
        known = [process.identity for process in self.processes.values()]
        return [identity for identity in known if identity is not None and identity.is_alive]


def write(path: Path, state: State) -> None:
    """Replace the file at once, so that a reader sees the old or the new state."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_bytes(msgspec.json.format(msgspec.json.encode(state), indent=1))
    new.replace(path)


def read(path: Path) -> State | None:
    """Return what was written last; nothing, or nothing readable, is None."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=State)
    except (OSError, msgspec.DecodeError):
        return None
