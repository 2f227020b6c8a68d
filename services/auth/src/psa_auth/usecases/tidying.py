"""Forget what nobody needs any more: dead refresh tokens, old sessions, old tries."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from psa_auth.domain.tenant import NOBODY_ID
from psa_auth.queries import attempts, sessions
from psa_common.context import system_context
from psa_common.db import Pool, Tx, tenant_transaction
from psa_common.tenants import for_every_tenant

#: A used token is kept this long, so that using it again is still noticed.
TOKENS_KEPT = timedelta(days=1)
#: A network stays known this long after the last session from there.
SESSIONS_KEPT = timedelta(days=90)
ATTEMPTS_KEPT = timedelta(days=1)


async def tidy(tx: Tx) -> None:
    """Delete the tenant's outdated rows."""
    now = datetime.now(UTC)
    sessions.forget_tokens(tx, before=now - TOKENS_KEPT)
    sessions.forget_sessions(tx, before=now - SESSIONS_KEPT)
    attempts.forget(tx, now=now, after=ATTEMPTS_KEPT)


def everywhere(pool: Pool) -> Callable[[], Awaitable[None]]:
    """Return a round through all tenants, and through the tries where there is no tenant."""
    tenants = for_every_tenant(pool, "tidy", tidy)

    async def go_round() -> None:
        await tenants()
        async with tenant_transaction(pool, NOBODY_ID, system_context("tidy")) as tx:
            await tidy(tx)

    return go_round
