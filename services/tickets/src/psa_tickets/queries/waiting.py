"""Which tenants have something for a timer to do, asked once for all of them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from psa_common.db import Pool
from psa_common.pipeline import Statement, send

# A function, because each tenant is looked at under row-level security of its own.
WAITING_SQL = "SELECT tenants_waiting(%(work)s, %(now)s)"


class Work(StrEnum):
    """What a timer does for those tenants only where something of it is due."""

    SLA = "sla"
    SLA_ESCALATIONS = "sla_escalations"
    SLA_REAPPLY = "sla_reapply"
    AUTO_CLOSE = "auto_close"
    AUDIT = "audit"
    SEARCH = "search"
    MAILS = "mails"
    MAILBOXES = "mailboxes"
    RECURRING = "recurring"


async def tenants_waiting(pool: Pool, work: Work, *, now: datetime) -> list[UUID]:
    """Return the tenants where some of *work* is due by *now*; only a worker may ask."""
    async with pool.connection() as conn:
        [result] = await send(conn, [Statement(WAITING_SQL, {"work": work, "now": now})])
        return result.rows(lambda _names, row: row[0])
