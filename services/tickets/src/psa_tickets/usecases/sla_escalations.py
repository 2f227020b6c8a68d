"""
Do what escalations want done to their tickets, by the rules that people are under.

Each has a transaction of its own: what one of them meets stops no other. They are kept until
somebody did them, so a restart loses none and two workers do none twice. They cannot turn in
circles: the change of terms that one brings begins no new budget, so each level of a ticket is
reached at most once until a person changes something.
"""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import structlog

from psa_common import audit
from psa_common.context import system_context
from psa_common.db import Pool, Tx, tenant_transaction
from psa_common.errors import DomainError, Refused
from psa_events import outbox
from psa_tickets.domain import ticket as rules
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.sla_log import Escalated
from psa_tickets.domain.sla_terms import Escalation
from psa_tickets.domain.status_kind import SlaEffect
from psa_tickets.events import FieldChange, TicketAssigned, TicketUpdated
from psa_tickets.queries import sla_escalations, sla_policies, stored_tickets
from psa_tickets.queries.sla_escalations import Doing, Level
from psa_tickets.queries.tickets import StoredTicket
from psa_tickets.queries.waiting import Work, tenants_waiting
from psa_tickets.usecases.automatic import automatic
from psa_tickets.usecases.ticket_lifecycle import settle

log = structlog.get_logger()

WORK = "sla_escalations"
ATTEMPTS_MAX = 5
#: Of one tenant in one go; the others wait no longer than for these.
TURN = 50


class AlreadyDone(Refused):
    """Between reaching the level and now somebody has finished."""

    code = "escalation_too_late"

    def __init__(self, number: str, status: str) -> None:
        super().__init__(f"{number} is {status} by now; nothing is left to escalate.")


class TargetGone(Refused):
    """The person or the queue that the policy names is not active any more."""

    code = "escalation_target_gone"

    def __init__(self, target: UUID) -> None:
        super().__init__(f"{target} is no active user or queue; change the policy.")


async def go_round(pool: Pool) -> None:
    """Do what waits to be done, tenant by tenant."""
    now = datetime.now(UTC)
    for tenant_id in await tenants_waiting(pool, Work.SLA_ESCALATIONS, now=now):
        for _ in range(TURN):
            if not await do_next(pool, tenant_id, now=datetime.now(UTC)):
                break


async def do_next(pool: Pool, tenant_id: UUID, *, now: datetime) -> bool:
    """Do one escalation of the tenant; False when none waits that could be done now."""
    level: Level | None = None
    try:
        async with tenant_transaction(pool, tenant_id, system_context(WORK)) as tx:
            level = await sla_escalations.find_next_for_update(tx)
            if level is None:
                return False
            outcome = await _do(tx, level, now=now)
            sla_escalations.settle(tx, level, Doing.DONE, outcome, now=now)
    except Exception as error:
        if level is None:
            raise
        return await _give_back(pool, tenant_id, level, error, now=now)
    return True


async def _give_back(
    pool: Pool, tenant_id: UUID, level: Level, error: Exception, *, now: datetime
) -> bool:
    """Write down why nothing was done: a rule is the last word, anything else may pass."""
    async with tenant_transaction(pool, tenant_id, system_context(WORK)) as tx:
        if isinstance(error, DomainError):
            sla_escalations.settle(tx, level, Doing.REFUSED, error.message, now=now)
            return True
        log.warning("escalation_failed", ticket_id=str(level.ticket_id), error=repr(error))
        sla_escalations.fail(tx, level, repr(error), attempts_max=ATTEMPTS_MAX, now=now)
        return False


async def _do(tx: Tx, level: Level, *, now: datetime) -> str:
    """Change the ticket as the escalation wants and return what was changed."""
    before = await stored_tickets.get_for_update(
        tx, level.ticket_id, automatic(tx.tenant_id, WORK, "ticket:update"), "ticket:update"
    )
    if before.sla_effect is SlaEffect.STOP:
        raise AlreadyDone(before.number, before.status)
    await _refuse_gone(tx, level.escalation)
    after = _changed(before, level.escalation, now=now)
    changes = _changes(before, after)
    if not changes:
        return "it was so already"

    _announce(tx, before, after, changes, now=now)
    await settle(tx, before, after, at=now, now=now, terms_change=Escalated)
    audit.record(tx, "ticket.escalated", "ticket", after.id, after=level)
    return ", ".join(f"{change.field} {change.current}" for change in changes)


async def _refuse_gone(tx: Tx, escalation: Escalation) -> None:
    gone = await sla_policies.find_unknown(
        tx,
        user_ids=[escalation.assign_to] if escalation.assign_to else [],
        queue_ids=[escalation.move_to_queue] if escalation.move_to_queue else [],
    )
    if gone is not None:
        raise TargetGone(gone)


def _changed(ticket: StoredTicket, escalation: Escalation, *, now: datetime) -> StoredTicket:
    """Return *ticket* as the escalation wants it; a priority is raised and never lowered."""
    if escalation.assign_to and escalation.assign_to != ticket.assignee_id:
        ticket = rules.assign(ticket, escalation.assign_to)
    if escalation.set_status and escalation.set_status != ticket.status:
        ticket = rules.move(ticket, escalation.set_status, now=now)
    return replace(
        ticket,
        priority=_more_urgent(ticket.priority, escalation.raise_priority_to),
        queue_id=escalation.move_to_queue or ticket.queue_id,
    )


def _more_urgent(priority: Priority, wanted: Priority | None) -> Priority:
    ranks = list(Priority)
    return min(priority, wanted or priority, key=ranks.index)


def _changes(before: StoredTicket, after: StoredTicket) -> list[FieldChange]:
    return [
        FieldChange(field=name, previous=_text(was), current=_text(is_))
        for name in ("priority", "assignee_id", "queue_id", "status")
        if (was := getattr(before, name)) != (is_ := getattr(after, name))
    ]


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _announce(
    tx: Tx,
    before: StoredTicket,
    after: StoredTicket,
    changes: list[FieldChange],
    *,
    now: datetime,
) -> None:
    """Tell what `settle` does not tell: a new owner, and fields that have no event of their own."""
    if after.assignee_id != before.assignee_id:
        outbox.publish(
            tx,
            TicketAssigned(
                ticket_id=after.id,
                previous=before.assignee_id,
                assignee_id=after.assignee_id,
                assigned_at=now,
            ),
        )
    fields = [change for change in changes if change.field in {"priority", "queue_id"}]
    if fields:
        outbox.publish(tx, TicketUpdated(ticket_id=after.id, changes=fields, updated_at=now))
