"""
The one background process above all others: brings the suite up, keeps it up, takes it down.

It writes what it does into var/run/state.json, where the commands read it, and listens to
nothing but signals: SIGTERM and SIGINT take the suite down.
"""

import asyncio
import contextlib
import errno
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

import psycopg

from psa_common.provision import RolePasswords, provision
from psa_local import environment, ports, processes, state, suite
from psa_local.child import Child
from psa_local.daemons import Daemon
from psa_local.plan import Plan, read_plan
from psa_local.problem import Problem
from psa_local.running_suite import secrets_of
from psa_local.secret_store import Secrets
from psa_local.state import Phase, State

DISK_FREE_MIN_BYTES = 500 * 1024 * 1024
ENOUGH_LINES = 8
KINDS = ("app", "worker")
AUTH = "auth"


class Supervisor:
    """Every process of the suite as a child of this one."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._began = time.monotonic()
        self._children: list[Child] = []
        self._broker_is_ready = asyncio.Event()
        self._keys_are_there = asyncio.Event()
        me = processes.identify(os.getpid())
        assert me is not None
        self._state = State(supervisor=me, url=plan.url)

    async def run(self) -> int:
        """Bring the suite up and stay until told to stop; returns the exit code."""
        told_to_stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, told_to_stop.set)
        stopper = asyncio.create_task(told_to_stop.wait())
        work = asyncio.create_task(self._bring_up())
        try:
            await asyncio.wait({stopper, work}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
                self._enter(Phase.UP)
                await stopper
        except Problem as problem:
            self._state.failure = str(problem)
        except OSError as error:
            self._state.failure = explain(error, self._plan)
        except Exception as error:
            # Nobody reads our standard error: the command that started us shows this instead.
            traceback.print_exc()
            self._state.failure = f"Unforeseen: {error!r}\n  See {self._plan.logs}/supervisor.log"
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            stopper.cancel()
            await self._take_down()
        return 1 if self._state.failure else 0

    async def _bring_up(self) -> None:
        plan = self._plan
        require_room(plan)
        suite.require_packages(plan)
        secrets = secrets_of(plan)
        ports.require_free(suite.ports_of(plan))
        await self._start(suite.cache_server(plan, secrets))
        self._say("Redis is ready")
        async with _all_or_none() as together:
            together(self._start_broker(secrets))
            together(self._start_services(secrets))
        await self._start([suite.entrance(plan)])
        self._say(f"HAProxy is ready on {plan.url}")

    async def _start_broker(self, secrets: Secrets) -> None:
        for daemon in suite.broker_servers(self._plan, secrets):
            await self._start([daemon])
        self._say("RabbitMQ is ready")
        self._broker_is_ready.set()

    async def _prepare_database(self, secrets: Secrets) -> None:
        # In a thread, because the first start creates the cluster, which takes a while.
        await self._start(await asyncio.to_thread(suite.database_server, self._plan, secrets))
        self._say("PostgreSQL is ready")
        roles = {
            name: RolePasswords(owner=kept.owner, app=kept.app, worker=kept.worker)
            for name, kept in secrets.database.items()
        }
        dsn = environment.superuser_dsn(self._plan, secrets)
        try:
            await asyncio.to_thread(provision, dsn, self._plan.database, roles)
        except psycopg.Error as error:
            raise Problem(
                f"The database refused: {str(error).strip()}",
                f"If {self._plan.var}/secrets is newer than the data, restore it, or ./psa reset",
            ) from error
        self._say("The database, its schemas and roles are there")
        await self._migrate(secrets)

    async def _migrate(self, secrets: Secrets) -> None:
        turns = asyncio.Semaphore(os.cpu_count() or 2)

        async def one(service: str) -> None:
            async with turns:
                words = (f"psa_{service}", "migrate")
                surroundings = environment.of_migration(self._plan, secrets, service)
                await self._run(f"{service}-migrate", words, surroundings)

        async with _all_or_none() as together:
            for service in self._plan.services:
                together(one(service.name))
        self._say("All schemas are migrated")

    async def _start_services(self, secrets: Secrets) -> None:
        await self._prepare_database(secrets)
        names = [service.name for service in self._plan.services]
        if AUTH not in names:
            self._keys_are_there.set()
        async with _all_or_none() as together:
            for name in names:
                together(self._start_service(secrets, name))
            if AUTH in names:
                together(self._bootstrap(secrets))

    async def _start_service(self, secrets: Secrets, name: str) -> None:
        """Start the app once auth can give it keys, the worker once it can reach the broker."""
        if name != AUTH:
            await self._keys_are_there.wait()
        await self._start([suite.process(self._plan, secrets, name, "app")])
        if name == AUTH:
            self._keys_are_there.set()

        await self._broker_is_ready.wait()
        await self._start([suite.process(self._plan, secrets, name, "worker")])
        self._say(f"{name} is ready")

    async def _bootstrap(self, secrets: Secrets) -> None:
        await self._keys_are_there.wait()
        surroundings = environment.of_bootstrap(self._plan, secrets)
        await self._run("bootstrap", (f"psa_{AUTH}", "bootstrap"), surroundings)
        self._say("The first tenants and people are there")

    async def _start(self, daemons: list[Daemon]) -> None:
        children = [Child(daemon, self._write) for daemon in daemons]
        for child in children:
            self._children.append(child)
            self._state.processes[child.daemon.name] = child.state
        async with _all_or_none() as together:
            for child in children:
                together(child.start())

    async def _run(
        self, name: str, module_and_words: tuple[str, str], surroundings: dict[str, str]
    ) -> None:
        """Run a command of a service to its end; raises Problem with what it said."""
        log = self._plan.logs / f"{name}.log"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *module_and_words),
            env=surroundings,
            cwd=self._plan.root,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            output, _ = await process.communicate()
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise
        with log.open("ab") as file:
            file.write(output)
        if process.returncode != 0:
            said = output.decode(errors="replace").strip().splitlines()[-ENOUGH_LINES:]
            listed = "\n".join(f"    {line}" for line in said)
            raise Problem(f"{' '.join(module_and_words)} failed.", f"The end of {log}:\n{listed}")

    async def _take_down(self) -> None:
        """Stop in the order opposite to the start, the services all at once."""
        self._enter(Phase.STOPPING)
        if self._state.failure:
            self._say("Something failed; stopping what was started")
        services = {f"{service.name}-{kind}" for service in self._plan.services for kind in KINDS}
        entrance = [child for child in self._children if child.daemon.name == "haproxy"]
        middle = [child for child in self._children if child.daemon.name in services]
        servers = [child for child in self._children if child not in (*entrance, *middle)]
        for group in (entrance, middle):
            await asyncio.gather(*(child.stop() for child in group), return_exceptions=True)
        for child in reversed(servers):
            await child.stop()
        self._enter(Phase.FAILED if self._state.failure else Phase.STOPPED)

    def _say(self, text: str) -> None:
        self._state.progress.append(f"{time.monotonic() - self._began:6.1f} s  {text}")
        self._write()

    def _enter(self, phase: Phase) -> None:
        self._state.phase = phase
        self._write()

    def _write(self) -> None:
        # A full disk must not keep us from taking the suite down.
        with contextlib.suppress(OSError):
            state.write(self._plan.state_file, self._state)


def require_room(plan: Plan) -> None:
    """Raise Problem when the disk is nearly full, before a server breaks in the middle of it."""
    for folder in {plan.var, plan.data}:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
        if free < DISK_FREE_MIN_BYTES:
            raise Problem(
                f"Only {free // 2**20} MiB are free under {folder}; "
                f"{DISK_FREE_MIN_BYTES // 2**20} MiB are needed.",
                "Make room, or keep the data elsewhere: PSA_VAR_DIR=/elsewhere ./psa up",
            )


def explain(error: OSError, plan: Plan) -> str:
    """Turn what the operating system refused into a sentence."""
    if error.errno == errno.ENOSPC:
        return f"The disk under {plan.var} is full.\n  Make room and run ./psa up again."
    if error.errno == errno.EACCES:
        return (
            f"No permission for {error.filename}.\n"
            f"  Give it back to yourself: sudo chown -R $(id -un) {plan.var}"
        )
    return f"The operating system refused: {error}"


@contextlib.asynccontextmanager
async def _all_or_none() -> AsyncGenerator[Callable[[Coroutine[Any, Any, None]], None]]:
    """Run coroutines side by side; the first failure cancels the others and is raised alone."""
    tasks: list[asyncio.Task[None]] = []

    def together(work: Coroutine[Any, Any, None]) -> None:
        tasks.append(asyncio.create_task(work))

    try:
        yield together
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


def main() -> int:
    """Supervise until told to stop."""
    return asyncio.run(Supervisor(read_plan()).run())


if __name__ == "__main__":
    sys.exit(main())
