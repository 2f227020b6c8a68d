"""How the worker tells every gateway process that the signing keys have changed."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from psa_gateway.queries.redis_line import RedisAway, RedisLine

if TYPE_CHECKING:
    from psa_common.identity import SigningKeys

log = structlog.get_logger()

KEY = "gateway:signing_keys:rotated_to"
LOOK_SECONDS = 5.0


async def announce(line: RedisLine, kid: str) -> None:
    """
    Note which key signs from now on; it is a hint, so it may be lost or repeated.

    Raises RedisAway.
    """
    await line.ask("SET", KEY, kid)


async def follow(line: RedisLine, keys: "SigningKeys", forget_callers: Callable[[], None]) -> None:
    """Look for the note now and then; a new one makes every token be verified again."""
    seen: str | None = None
    while True:
        try:
            raw: bytes | None = await line.ask("GET", KEY)
        except RedisAway as error:
            log.debug("signing_keys_not_followed", error=type(error).__name__)
        else:
            kid = raw.decode() if raw else None
            if kid is not None and kid != seen:
                keys.find(kid)  # an unknown key makes the key set be fetched early
                forget_callers()
            seen = kid
        await asyncio.sleep(LOOK_SECONDS)
