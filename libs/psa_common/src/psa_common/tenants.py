"""Work that a timer does for every tenant, each in a transaction of its own."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog

from psa_common.context import system_context
from psa_common.db import Pool, Tx, tenant_transaction
from psa_common.pipeline import Statement, send

log = structlog.get_logger()

Visit = Callable[[Tx], Awaitable[object]]
Tenants = Callable[[Pool], Awaitable[list[UUID]]]

#: Only a worker's role may see them all.
ALL_SQL = "SELECT tenant_id FROM tenants ORDER BY tenant_id"


async def all_tenants(pool: Pool) -> list[UUID]:
    """Return the id of every tenant that this service has heard of."""
    async with pool.connection() as conn:
        return (await send(conn, [Statement(ALL_SQL, {})]))[0].rows(lambda _names, row: row[0])


def for_every_tenant(
    pool: Pool, name: str, work: Visit, tenants: Tenants = all_tenants
) -> Callable[[], Awaitable[None]]:
    """
    Return a round through all tenants; one tenant's failure does not stop the others.

    *tenants* may answer with fewer of them: those where there is something to do.
    """

    async def go_round() -> None:
        for tenant_id in await tenants(pool):
            try:
                async with tenant_transaction(pool, tenant_id, system_context(name)) as tx:
                    await work(tx)
            except Exception as error:
                log.warning("timer_failed", timer=name, tenant_id=str(tenant_id), error=repr(error))

    return go_round
