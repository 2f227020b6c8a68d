"""
Hold the cached SLA columns against the fold of the log, all tickets in turn.

A difference is an error of ours: it is reported, loudly and with both values, and never mended
in silence, because whoever mends it has to know which of the two was right.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from uuid import UUID

import structlog
from prometheus_client import Gauge

from psa_common.context import system_context
from psa_common.db import Pool, Tx, tenant_transaction
from psa_common.tenants import all_tenants
from psa_tickets.domain import sla
from psa_tickets.queries import sla_check, sla_log, stored_tickets
from psa_tickets.queries.sla_check import FIRST, Cached

log = structlog.get_logger()

EVERY_SECONDS = 30.0
SLICE = 200

MISMATCHES = Gauge(
    "sla_cache_mismatches", "Tickets whose SLA columns differed from their log in the last round."
)
Difference = Mapping[str, tuple[object, object]]


class Round:
    """A round through the tickets of all tenants, slice by slice; it starts anew at its end."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._after: dict[UUID, UUID] = {}
        self._found: dict[UUID, set[UUID]] = {}

    async def go_on(self) -> None:
        """Compare the next slice of each tenant."""
        for tenant_id in await all_tenants(self._pool):
            await self._slice_of(tenant_id)
        MISMATCHES.set(sum(len(found) for found in self._found.values()))

    async def _slice_of(self, tenant_id: UUID) -> None:
        after = self._after.get(tenant_id, FIRST)
        async with tenant_transaction(self._pool, tenant_id, system_context("sla_check")) as tx:
            tickets = await sla_check.list_slice(tx, after=after, batch=SLICE)
            differences = await compare(tx, tickets, clock=_now)
        found = self._found.setdefault(tenant_id, set())
        found.difference_update(ticket.id for ticket in tickets)
        found.update(differences)
        for ticket_id, difference in differences.items():
            log.error(
                "sla_cache_mismatch",
                tenant_id=str(tenant_id),
                ticket_id=str(ticket_id),
                difference={
                    name: [str(each) for each in both] for name, both in difference.items()
                },
            )
        self._after[tenant_id] = tickets[-1].id if len(tickets) == SLICE else FIRST


async def compare(
    tx: Tx, tickets: list[Cached], *, clock: Callable[[], datetime]
) -> dict[UUID, Difference]:
    """
    Return by ticket the columns that differ, as what they say and what the log says.

    Ticket and log are read one after the other, so a change in between looks like a difference:
    whatever differs is read once more while nobody may change it.
    """
    suspects = await _differences(tx, tickets, now=clock())
    if not suspects:
        return {}
    again = await sla_check.list_unchanging(tx, list(suspects))
    return await _differences(tx, again, now=clock())


def _now() -> datetime:
    return datetime.now(UTC)


async def _differences(tx: Tx, tickets: list[Cached], *, now: datetime) -> dict[UUID, Difference]:
    logs = await sla_log.read_logs(tx, [ticket.id for ticket in tickets])
    compared = {
        ticket.id: _difference(ticket, stored_tickets.sla_columns(clocks), now=now)
        for ticket in tickets
        if (clocks := sla.fold(logs[ticket.id].events, now=now))
    }
    return {ticket_id: difference for ticket_id, difference in compared.items() if difference}


def _difference(cached: Cached, folded: Mapping[str, object], *, now: datetime) -> Difference:
    said = {name: (getattr(cached, name), value) for name, value in folded.items()}
    if cached.sla_look_again_at and cached.sla_look_again_at <= now:
        # The timer has not come round yet; when it has, the next look is another one.
        del said["sla_look_again_at"]
    return {name: both for name, both in said.items() if both[0] != both[1]}
