"""/tickets/{id}/checklist: add, tick, put in order, remove."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Router, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from psa_common.db import Tx
from psa_common.documents import Document, Resource, answer
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Line
from psa_tickets.domain.routines import checklist
from psa_tickets.domain.routines.checklist import ITEMS_MAX, Checklist, Task
from psa_tickets.http.routines.checklist_templates import TaskInput
from psa_tickets.http.staff import STAFF
from psa_tickets.queries import checklists as stored, tickets
from psa_tickets.usecases.routines import checklists


class ChecklistItemEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change of an item; `done` ticks it or undoes that."""

    text: Line | None = None
    required: bool | None = None
    done: bool | None = None


class ChecklistOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every item once, in the order wanted."""

    item_ids: Annotated[list[UUID], Meta(max_length=ITEMS_MAX)]


class ChecklistAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """The items in order; `unmet` are required and not done."""

    items: Checklist
    done: int
    unmet: list[UUID]


def show(ticket_id: UUID, items: Checklist) -> Resource[ChecklistAttributes]:
    """Show a ticket's checklist under the ticket's id."""
    attributes = ChecklistAttributes(
        items=items,
        done=sum(item.done_at is not None for item in items),
        unmet=[item.id for item in checklist.unmet(items)],
    )
    return Resource(ticket_id, "checklist", attributes)


@get("/", guards=[*STAFF, requires("ticket:view")])
async def read_checklist(
    ticket_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[ChecklistAttributes]:
    """Read a ticket's checklist."""
    await tickets.get(tx, ticket_id, principal)
    return answer(show(ticket_id, await stored.list_of(tx, ticket_id)))


@post("/items", guards=[*STAFF])
async def add_item(
    ticket_id: FromPath[UUID],
    data: JSONBody[TaskInput],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[ChecklistAttributes]:
    """Add an item at the end."""
    task = Task(text=data.text, required=data.required)
    items = await checklists.add(tx, principal, ticket_id, task)
    return answer(show(ticket_id, items), status=201)


@post("/from-template/{template_id:uuid}", guards=[*STAFF])
async def add_from_template(
    ticket_id: FromPath[UUID],
    template_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[ChecklistAttributes]:
    """Copy the items of a checklist template to the end."""
    items = await checklists.add_from_template(tx, principal, ticket_id, template_id)
    return answer(show(ticket_id, items), status=201)


@patch("/items/{item_id:uuid}", guards=[*STAFF])
async def edit_item(
    ticket_id: FromPath[UUID],
    item_id: FromPath[UUID],
    data: JSONBody[ChecklistItemEdit],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[ChecklistAttributes]:
    """Change an item, tick it, or undo that."""
    changes = msgspec.structs.asdict(data)
    now = datetime.now(UTC)
    items = await checklists.edit(tx, principal, ticket_id, item_id, **changes, now=now)
    return answer(show(ticket_id, items))


@put("/order", guards=[*STAFF])
async def reorder_items(
    ticket_id: FromPath[UUID],
    data: JSONBody[ChecklistOrder],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[ChecklistAttributes]:
    """Put the items in another order."""
    items = await checklists.reorder(tx, principal, ticket_id, data.item_ids)
    return answer(show(ticket_id, items))


@delete("/items/{item_id:uuid}", guards=[*STAFF])
async def remove_item(
    ticket_id: FromPath[UUID],
    item_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> None:
    """Remove an item."""
    await checklists.remove(tx, principal, ticket_id, item_id)


ROUTER = Router(
    "/tickets/{ticket_id:uuid}/checklist",
    route_handlers=[
        read_checklist,
        add_item,
        add_from_template,
        edit_item,
        reorder_items,
        remove_item,
    ],
)
