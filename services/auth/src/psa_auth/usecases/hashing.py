"""Hash and check passwords with argon2id, beside the event loop and a few at a time."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from psa_auth.domain import password as rules
from psa_common.errors import Unavailable

T = TypeVar("T")

#: OWASP's choice for argon2id: 19 MiB, two passes.
MEMORY_KIB = 19_456
PASSES = 2
LANES = 1
#: More than this many in line for each thread, and the next one is sent away.
WAITING_MAX = 32


class TooBusy(Unavailable):
    """More people want in at once than can be checked; waiting longer would help nobody."""


class Hasher:
    """Owns the threads; at most *threads* hashes run at once."""

    def __init__(self, threads: int) -> None:
        self._argon2 = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._room = threads * WAITING_MAX
        #: Checked where there is no account, so that this takes as long as with one.
        self._nobody = self._argon2.hash(secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        """Return the hash to store; raises TooBusy."""
        return await self._run(lambda: self._argon2.hash(rules.normal(password)))

    async def matches(self, stored: str | None, password: str) -> bool:
        """Say whether *password* is the one behind *stored*; None never matches. Raises TooBusy."""

        def check() -> bool:
            try:
                self._argon2.verify(stored or self._nobody, rules.normal(password))
            except (VerificationError, InvalidHashError):
                return False
            return stored is not None

        return await self._run(check)

    def is_outdated(self, stored: str) -> bool:
        """Say whether *stored* was made with weaker parameters than today's."""
        return self._argon2.check_needs_rehash(stored)

    def close(self) -> None:
        """Let the threads end."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        if self._room <= 0:
            raise TooBusy("Too many people are signing in right now; try again soon.")
        self._room -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._room += 1
