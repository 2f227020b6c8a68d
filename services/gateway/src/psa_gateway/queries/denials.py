"""Who was thrown out before their token expired, as keys in Redis."""

from enum import StrEnum
from uuid import UUID

from psa_gateway.queries.redis_line import RedisLine

#: Denies whatever is issued, as the session itself is over.
FOR_EVER = 253_402_300_799


class Denied(StrEnum):
    """What a denial is about."""

    SESSION = "session"
    TOKEN = "token"
    USER = "user"


def key(tenant_id: UUID, what: Denied, id_: UUID) -> str:
    """Return the key of one denial; the tenant is the hash tag."""
    return f"gateway:{{{tenant_id}}}:denied:{what}:{id_}"


async def deny(
    line: RedisLine,
    tenant_id: UUID,
    what: Denied,
    id_: UUID,
    *,
    seconds: int,
    issued_until: int = FOR_EVER,
) -> None:
    """
    Refuse tokens of *id_* that were issued up to *issued_until*, for *seconds*.

    Writing it twice is writing it once; an older denial never replaces a newer one's reach.
    Raises RedisAway.
    """
    await line.ask("SET", key(tenant_id, what, id_), issued_until, "EX", max(1, seconds))
