"""One process under the supervisor: started, watched, started again after a crash, stopped."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable

from psa_local import daemons, processes
from psa_local.daemons import Daemon
from psa_local.state import Condition, ProcessState

BACK_OFF_FIRST_SECONDS = 0.5
BACK_OFF_MAX_SECONDS = 30.0
# Whoever has run this long is not in a crash loop: the next crash is a first one again.
STABLE_SECONDS = 60.0


class Child:
    """A daemon with its running process; every change is noted in `state` and told to *changed*."""

    def __init__(self, daemon: Daemon, changed: Callable[[], None]) -> None:
        self.daemon = daemon
        self.state = ProcessState(
            name=daemon.name, ports=daemon.ports, condition=Condition.STARTING
        )
        self._changed = changed
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start and return when ready; raises Problem if it ends first or takes too long."""
        process = await self._spawn()
        await self._wait_ready(process)
        self._keeper = asyncio.create_task(self._keep(process))

    async def stop(self) -> None:
        """Ask the process to end, then kill what is left of its group."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self._process is not None:
            await self._end(self._process)
        self._note(Condition.STOPPED, "")

    async def _spawn(self) -> asyncio.subprocess.Process:
        with daemons.open_log(self.daemon.log) as log:
            process = await asyncio.create_subprocess_exec(
                *daemons.command(self.daemon),
                cwd=self.daemon.directory,
                env=dict(self.daemon.environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._process = process
        self.state.identity = processes.identify(process.pid)
        self._note(Condition.STARTING, self.state.note)
        return process

    async def _wait_ready(self, process: asyncio.subprocess.Process) -> None:
        deadline = time.monotonic() + self.daemon.start_seconds
        ended = asyncio.create_task(process.wait())
        try:
            while not await asyncio.to_thread(self.daemon.is_ready):
                done, _ = await asyncio.wait({ended}, timeout=daemons.POLL_SECONDS)
                if done:
                    raise daemons.died(self.daemon, process.returncode)
                if time.monotonic() > deadline:
                    raise daemons.too_slow(self.daemon)
        finally:
            ended.cancel()
        self._note(Condition.READY, self.state.note)

    async def _keep(self, process: asyncio.subprocess.Process) -> None:
        """Start the process again whenever it ends, waiting longer after each crash in a row."""
        crashes_in_a_row = 0
        while True:
            started = time.monotonic()
            code = await process.wait()
            stable = time.monotonic() - started > STABLE_SECONDS
            crashes_in_a_row = 0 if stable else crashes_in_a_row + 1
            pause = min(BACK_OFF_FIRST_SECONDS * 2**crashes_in_a_row, BACK_OFF_MAX_SECONDS)
            self.state.restarts += 1
            note = f"ended with {_exit_name(code)}, started again"
            self._note(Condition.CRASHED, f"{note} after {pause:g} s")
            await asyncio.sleep(pause)
            process = await self._spawn()
            ready = asyncio.create_task(self._wait_ready(process))
            await asyncio.gather(ready, return_exceptions=True)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(self.daemon.stop_signal)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), self.daemon.stop_seconds)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

    def _note(self, condition: Condition, note: str) -> None:
        self.state.condition = condition
        self.state.note = note
        self._changed()


def _exit_name(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"code {code}"
