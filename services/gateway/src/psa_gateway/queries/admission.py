"""May this request pass? One script in Redis answers for denials and limits at once."""

import hashlib
import time
from collections.abc import Sequence
from importlib import resources
from typing import Any, NamedTuple

import structlog

from psa_gateway.queries.redis_line import RedisAway, RedisLine, RedisRefused, pack

log = structlog.get_logger()

SCRIPT = (resources.files("psa_gateway.queries") / "admission.lua").read_bytes()
#: How Redis names a script it knows.
SCRIPT_NAME = hashlib.sha1(SCRIPT, usedforsecurity=False).hexdigest()


class Decision(NamedTuple):
    """What the script answered."""

    verdict: int
    limit: int
    remaining: int
    full_at: int
    retry_ms: int

    @property
    def passes(self) -> bool:
        """Whether the request may go on."""
        return self.verdict == 1

    @property
    def denied(self) -> bool:
        """Whether session, token or user were revoked."""
        return self.verdict == -1


def question(keys: Sequence[str], arguments: Sequence[int]) -> bytes:
    """Write down what the script is asked; the same caller always asks the same."""
    return pack("EVALSHA", SCRIPT_NAME, len(keys), *keys, *arguments)


class Admission:
    """
    Asks the script.

    After a failure Redis is left alone for *rest_seconds*, so that a lost server costs
    one request its timeout and not all of them.
    """

    def __init__(self, line: RedisLine, *, rest_seconds: float) -> None:
        self._line = line
        self._rest_seconds = rest_seconds
        self._away_until = 0.0

    async def ask(self, asked: bytes) -> Decision:
        """Return the script's decision; raises RedisAway."""
        if self._away_until and time.monotonic() < self._away_until:
            raise RedisAway("left alone for a while")
        try:
            reply = await self._run(asked)
        except RedisAway as error:
            now = time.monotonic()
            if now >= self._away_until:  # the first of those that travelled together
                log.warning("redis_away", error=type(error).__name__)
            self._away_until = now + self._rest_seconds
            raise
        self._away_until = 0.0
        return Decision(*reply)

    async def _run(self, asked: bytes) -> Any:
        try:
            return await self._line.send(asked)
        except RedisRefused as refusal:
            if not str(refusal).startswith("NOSCRIPT"):
                raise
        # A restarted Redis has forgotten the script, and has run nothing.
        await self._line.ask("SCRIPT", "LOAD", SCRIPT)
        return await self._line.send(asked)
