"""Put a ticket below another one, and speak to all that stand below."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from psa_common.db import Tx
from psa_common.identity import Principal
from psa_events import outbox
from psa_tickets.domain.relations import family
from psa_tickets.domain.relations.family import CHILDREN_MAX, ChildKind
from psa_tickets.domain.ticket import AuthorKind, Visibility
from psa_tickets.events import FieldChange, TicketUpdated
from psa_tickets.queries import families, merges, stored_tickets, tickets
from psa_tickets.queries.comments import Comment
from psa_tickets.queries.tickets import StoredTicket, TicketView
from psa_tickets.usecases import conversation
from psa_tickets.usecases.conversation import Words
from psa_tickets.usecases.ticket_lifecycle import settle

PERMISSION = "ticket:update"


async def set_parent(
    tx: Tx,
    principal: Principal,
    child_id: UUID,
    parent_id: UUID,
    kind: ChildKind,
    *,
    now: datetime,
) -> TicketView:
    """Put a ticket below another one; two at once cannot build a circle together."""
    merges.lock_shape(tx)
    both = {
        each: await stored_tickets.get_for_update(tx, each, principal, PERMISSION)
        for each in sorted({child_id, parent_id})
    }
    child, parent = both[child_id], both[parent_id]
    family.refuse_parent(
        child,
        parent,
        kind,
        line=await families.list_line(tx, parent_id),
        levels_below=await families.height_of(tx, child_id),
    )

    families.call_child(tx, child_id, kind)
    return await _settle(tx, child, replace(child, parent_id=parent_id), now=now)


async def clear_parent(
    tx: Tx, principal: Principal, child_id: UUID, *, now: datetime
) -> TicketView:
    """Let a ticket stand for itself."""
    merges.lock_shape(tx)
    child = await stored_tickets.get_for_update(tx, child_id, principal, PERMISSION)

    families.call_child(tx, child_id, None)
    return await _settle(tx, child, replace(child, parent_id=None), now=now)


async def tell_children(
    tx: Tx, principal: Principal, parent_id: UUID, body: str, *, now: datetime
) -> list[Comment]:
    """Say the same to the customer on every child that is not merged, or on none."""
    words = Words(
        body=body,
        visibility=Visibility.PUBLIC,
        author_kind=AuthorKind.AGENT,
        occurred_at=None,
    )
    children = await list_children(tx, principal, parent_id)
    return [
        await conversation.comment(tx, principal, child_id, words, now=now) for child_id in children
    ]


async def list_children(tx: Tx, principal: Principal, parent_id: UUID) -> Sequence[UUID]:
    """Return the children of a ticket that the caller may see; raises TooManyChildren."""
    parent = await tickets.get(tx, parent_id, principal)
    children = await families.list_children(tx, parent_id, limit=CHILDREN_MAX + 1)
    if len(children) > CHILDREN_MAX:
        raise family.TooManyChildren(parent.number)
    return children


async def _settle(
    tx: Tx, before: StoredTicket, after: StoredTicket, *, now: datetime
) -> TicketView:
    if after.parent_id != before.parent_id:
        change = FieldChange(
            field="parent_id", previous=_text(before.parent_id), current=_text(after.parent_id)
        )
        outbox.publish(tx, TicketUpdated(ticket_id=after.id, changes=[change], updated_at=now))
    return await settle(tx, before, after, at=now, now=now)


def _text(id_: UUID | None) -> str | None:
    return None if id_ is None else str(id_)
