"""What work is booked on: a ticket that the caller sees, or a project's task."""

from dataclasses import dataclass
from uuid import UUID

from psa_common.db import Tx
from psa_common.identity import Principal
from psa_tickets.queries import copies, tickets
from psa_tickets.usecases.refusals import UnknownTask
from psa_tickets.usecases.time.refusals import OneTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A ticket with its customer, or a task."""

    ticket_id: UUID | None = None
    task_id: UUID | None = None
    customer_id: UUID | None = None


async def ticket_target(tx: Tx, principal: Principal, ticket_id: UUID) -> Target:
    """Return the ticket as a target; raises NotFound for what the caller may not see."""
    ticket = await tickets.get(tx, ticket_id, principal)
    return Target(ticket_id=ticket.id, customer_id=ticket.customer_id)


async def task_target(tx: Tx, task_id: UUID) -> Target:
    """Return the task as a target; raises UnknownTask."""
    task = await copies.find_task(tx, task_id)
    if task is None:
        raise UnknownTask(task_id)
    return Target(task_id=task.id)


async def one_target(
    tx: Tx, principal: Principal, *, ticket_id: UUID | None, task_id: UUID | None
) -> Target:
    """Return the ticket or the task; raises OneTarget unless exactly one is named."""
    match ticket_id, task_id:
        case UUID(), None:
            return await ticket_target(tx, principal, ticket_id)
        case None, UUID():
            return await task_target(tx, task_id)
        case _:
            raise OneTarget
