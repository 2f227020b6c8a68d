"""Work through a ticket's checklist: add, edit, tick, put in order, remove."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from psa_common import audit
from psa_common.db import Tx
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_tickets.domain.routines import checklist
from psa_tickets.domain.routines.checklist import Checklist, Task
from psa_tickets.domain.ticket import TicketClosed
from psa_tickets.queries import checklists, definitions, stored_tickets
from psa_tickets.queries.definitions import CHECKLISTS

Change = Callable[[Checklist], Checklist]


async def add(tx: Tx, principal: Principal, ticket_id: UUID, task: Task) -> Checklist:
    """Add one item at the end."""
    return await _change(tx, principal, ticket_id, adding([task]))


async def add_from_template(
    tx: Tx, principal: Principal, ticket_id: UUID, template_id: UUID
) -> Checklist:
    """Copy the items of a checklist's definition; raises NotFound for one that is not in use."""
    template = await definitions.get_active(tx, CHECKLISTS, template_id)
    return await _change(tx, principal, ticket_id, adding(template.definition.tasks))


async def edit(
    tx: Tx,
    principal: Principal,
    ticket_id: UUID,
    item_id: UUID,
    *,
    text: str | None,
    required: bool | None,
    done: bool | None,
    now: datetime,
) -> Checklist:
    """Change an item's words or weight, tick it or undo that."""

    def change(items: Checklist) -> Checklist:
        items = checklist.edited(items, item_id, text=text, required=required)
        if done is None:
            return items
        if not done:
            return checklist.unticked(items, item_id)
        return checklist.ticked(items, item_id, by=principal.user_id, name=principal.name, at=now)

    return await _change(tx, principal, ticket_id, change)


async def reorder(
    tx: Tx, principal: Principal, ticket_id: UUID, item_ids: Sequence[UUID]
) -> Checklist:
    """Put the items in another order."""
    order = partial(checklist.reordered, item_ids=item_ids)
    return await _change(tx, principal, ticket_id, order)


async def remove(tx: Tx, principal: Principal, ticket_id: UUID, item_id: UUID) -> Checklist:
    """Remove an item."""
    return await _change(tx, principal, ticket_id, partial(checklist.without, item_id=item_id))


async def copy_into(tx: Tx, ticket_id: UUID, template_ids: tuple[UUID, ...]) -> None:
    """Give a new ticket the items of these definitions, in the order named."""
    if not template_ids:
        return
    found = await definitions.list_these(tx, CHECKLISTS, template_ids)
    by_id = {one.id: one.definition.tasks for one in found}
    tasks = [task for id_ in template_ids for task in by_id.get(id_, ())]
    checklists.save(tx, ticket_id, (), adding(tasks)(()))


def adding(tasks: Sequence[Task]) -> Change:
    """Return the change that appends these tasks."""
    return partial(checklist.added, tasks=[(uuid7(), task) for task in tasks])


async def _change(tx: Tx, principal: Principal, ticket_id: UUID, change: Change) -> Checklist:
    """Change the checklist under the ticket's lock; raises TicketClosed."""
    ticket = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:update")
    if ticket.closed_at is not None:
        raise TicketClosed(ticket.number)
    before = await checklists.list_of(tx, ticket_id)
    after = change(before)

    checklists.save(tx, ticket_id, before, after)
    audit.record(
        tx,
        "checklist.changed",
        "ticket",
        ticket_id,
        before={"items": before},
        after={"items": after},
    )
    return after
