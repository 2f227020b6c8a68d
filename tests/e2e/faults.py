"""How the stories break parts of the suite, and wait until its supervisor has mended them."""

import os
import signal
from collections.abc import Generator
from contextlib import contextmanager

from psa_local import health, state
from psa_local.demo.eventually import eventually
from psa_local.running_suite import RunningSuite

BROKER = "rabbitmq"
MENDED_SECONDS = 120


class Faults:
    """Kills and freezes processes of the suite by name, such as `tickets-worker`."""

    def __init__(self, suite: RunningSuite) -> None:
        self._suite = suite

    def kill(self, name: str) -> int:
        """Kill a process without a warning and return what its id was."""
        pid = self._suite.pid_of(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_mended(self, name: str, killed: int) -> None:
        """Wait until another process has taken the place of the *killed* one, ready to work."""
        eventually(
            lambda: self._suite.pid_of(name),
            awaited=f"{name} runs again",
            holds=lambda pid: pid != killed,
            despite=LookupError,
            seconds=MENDED_SECONDS,
        )
        eventually(
            self.ill,
            awaited=f"{name} and everything else is ready again",
            holds=lambda ill: not ill,
            seconds=MENDED_SECONDS,
        )

    @contextmanager
    def frozen(self, name: str) -> Generator[None]:
        """Let a process hang: its connections stay open and nothing answers."""
        pid = self._suite.pid_of(name)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def ill(self) -> list[str]:
        """Return the processes that are not ready, each with its reason."""
        current = state.read(self._suite.plan.state_file)
        assert current is not None
        rows = health.of_all(self._suite.plan, current)
        return [f"{row.name}: {row.note or row.condition}" for row in rows if not row.is_ready]
