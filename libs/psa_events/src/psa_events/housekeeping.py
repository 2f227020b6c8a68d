"""
What is done now and then: forget answers to repeated requests and old inbox and outbox rows, and
seal audit records that came late.
"""

from psa_common import audit, serve
from psa_common.db import Pool, Tx
from psa_common.pipeline import Statement, send
from psa_common.tenants import for_every_tenant

EVERY_SECONDS = 3600.0

# A client that repeats a request does so within a day.
FORGET_KEYS_SQL = "DELETE FROM idempotency_keys WHERE created_at < now() - interval '24 hours'"
# Longer than any message waits in a queue, dead letters that are replayed included.
FORGET_INBOX_SQL = "DELETE FROM inbox WHERE received_at < now() - interval '90 days'"
# Published events are kept for a while, to rebuild a copy or to look into an incident.
FORGET_OUTBOX_SQL = "DELETE FROM outbox WHERE published_at < now() - interval '30 days'"


async def run(pool: Pool) -> None:
    """Tidy up every hour, for as long as the worker lives."""
    await serve.every(EVERY_SECONDS, "housekeeping", lambda: tidy(pool))


async def tidy(pool: Pool) -> None:
    """Forget what is old, each tenant's rows in a transaction of its own."""
    await for_every_tenant(pool, "housekeeping", _tidy_tenant)()
    async with pool.connection() as conn:
        await send(conn, [Statement(FORGET_OUTBOX_SQL, {})])


async def _tidy_tenant(tx: Tx) -> None:
    tx.defer(FORGET_KEYS_SQL)
    tx.defer(FORGET_INBOX_SQL)
    await audit.seal_stragglers(tx)
