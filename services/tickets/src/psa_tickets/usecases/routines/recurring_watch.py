"""
The timer of recurring tickets: open what is due, each in a transaction of its own.

It runs in every worker and after every restart. The lock keeps two workers from one date, the
key of the runs keeps a date from opening twice, and what fails is tried again later without
keeping the others waiting.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from psa_common.context import system_context
from psa_common.db import Pool, Tx, tenant_transaction
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_tickets.domain.routines.recurrence import Date, round_of
from psa_tickets.domain.ticket_type import Source
from psa_tickets.queries import recurring
from psa_tickets.queries.recurring import Outcome, Recurring, WhileOpen
from psa_tickets.queries.waiting import Work, tenants_waiting
from psa_tickets.usecases.routines import templates
from psa_tickets.usecases.routines.templates import Lacking

log = structlog.get_logger()

EVERY_SECONDS = 20.0
BATCH = 50
RETRY = timedelta(minutes=15)
CONTEXT = system_context("recurring")


def watch(pool: Pool) -> Callable[[], Awaitable[None]]:
    """Return a round through all tenants; one tenant's failure does not stop the others."""

    async def go_round() -> None:
        began = datetime.now(UTC)
        for tenant_id in await tenants_waiting(pool, Work.RECURRING, now=began):
            try:
                await open_due(pool, tenant_id, now=datetime.now(UTC))
            except Exception as error:
                log.warning(
                    "timer_failed", timer="recurring", tenant_id=str(tenant_id), error=repr(error)
                )

    return go_round


async def open_due(pool: Pool, tenant_id: UUID, *, now: datetime) -> None:
    """Open the tenant's recurring tickets whose time has come."""
    async with tenant_transaction(pool, tenant_id, CONTEXT) as tx:
        due = await recurring.list_due(tx, now=now, batch=BATCH)
    for recurring_id in due:
        try:
            async with tenant_transaction(pool, tenant_id, CONTEXT) as tx:
                await open_one(tx, recurring_id, now=now)
        except Exception as error:
            log.warning("recurring_ticket_failed", id=str(recurring_id), error=repr(error))
            async with tenant_transaction(pool, tenant_id, CONTEXT) as tx:
                recurring.postpone(tx, recurring_id, until=now + RETRY, trouble=str(error)[:500])


async def open_one(tx: Tx, recurring_id: UUID, *, now: datetime) -> None:
    """Do what is due of one recurring ticket, if nobody else does."""
    found = await recurring.find_due_for_update(tx, recurring_id, now=now)
    if found is None or found.next_on is None:
        return
    turn = round_of(found.rule, found.next_on, found.catch_up, now=now)
    for missed in turn.missed:
        await recurring.claim(tx, uuid7(), found.id, missed.on, Outcome.MISSED, now=now)
    ticket_id = await _open(tx, found, turn.due, now=now) if turn.due else None
    recurring.advance(tx, found.id, turn.next, ticket_id=ticket_id)


async def _open(tx: Tx, found: Recurring, due: Date, *, now: datetime) -> UUID | None:
    """Open the ticket of a date, unless the last one is unfinished or the date is done."""
    skip = (
        found.while_open is WhileOpen.SKIP
        and found.last_ticket_id is not None
        and await recurring.is_unfinished(tx, found.last_ticket_id)
    )
    outcome = Outcome.PREVIOUS_OPEN if skip else Outcome.OPENED
    run_id = uuid7()
    is_new = await recurring.claim(tx, run_id, found.id, due.on, outcome, now=now)
    if skip or not is_new:
        return None
    lacking = Lacking(
        customer_id=found.customer_id, asset_ids=found.asset_ids, source=Source.RECURRING
    )
    view = await templates.open_from(tx, _maker_of(found, tx), found.template_id, lacking, now=now)
    recurring.name_ticket(tx, run_id, view.id)
    return view.id


def _maker_of(found: Recurring, tx: Tx) -> Principal:
    """Return whoever made the rule, as the person the system opens for."""
    return Principal(
        tenant_id=tx.tenant_id,
        user_id=found.made_by,
        session_id=found.id,
        token_id=found.id,
        name="system",
        email="",
        permissions=frozenset({"ticket:create:all", "ticket:update:all"}),
    )
