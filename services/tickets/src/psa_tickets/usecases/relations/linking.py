"""Link a ticket to another one, or to a thing that another service owns."""

from datetime import datetime
from uuid import UUID

from psa_common import audit
from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_tickets.domain.relations import links as rules
from psa_tickets.domain.relations.links import LinkKind, TargetType
from psa_tickets.queries import links, stored_tickets
from psa_tickets.queries.links import Link, SeenLink
from psa_tickets.queries.tickets import StoredTicket


async def link(
    tx: Tx,
    principal: Principal,
    ticket_id: UUID,
    kind: LinkKind,
    target_type: TargetType,
    target_id: UUID,
    *,
    now: datetime,
) -> SeenLink:
    """Link a ticket; neither end may be merged, nor invisible to the caller."""
    if ticket_id == target_id:
        raise rules.LinkedToItself
    ticket, other = await _both_ends(tx, principal, ticket_id, target_type, target_id)
    if await links.count(tx, ticket_id) >= rules.LINKS_MAX:
        raise rules.TooManyLinks(ticket.number)
    made = Link(
        id=uuid7(),
        ticket_id=ticket_id,
        kind=kind,
        target_type=target_type,
        target_id=target_id,
        created_by=principal.user_id,
        created_at=now,
    )

    if not await links.insert(tx, made):
        raise rules.AlreadyLinked(kind)
    audit.record(tx, "ticket.linked", "ticket", ticket_id, after=made)
    return SeenLink(
        id=made.id,
        kind=kind,
        from_target=False,
        other_type=target_type,
        other_id=target_id,
        created_at=now,
        number=other.number if other else None,
        title=other.title if other else None,
        status=other.status if other else None,
    )


async def unlink(tx: Tx, principal: Principal, ticket_id: UUID, link_id: UUID) -> None:
    """Take a link away, from either end."""
    await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:update")

    if not await links.delete(tx, ticket_id, link_id):
        raise NotFound(f"There is no link {link_id} at this ticket.")
    audit.record(tx, "ticket.unlinked", "ticket", ticket_id, before={"link_id": link_id})


async def _both_ends(
    tx: Tx, principal: Principal, ticket_id: UUID, target_type: TargetType, target_id: UUID
) -> tuple[StoredTicket, StoredTicket | None]:
    """Keep both ends from being merged away; locked in one order for everybody."""
    if target_type is not TargetType.TICKET:
        ticket = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:update")
        if target_type is TargetType.ASSET and not await links.knows_asset(
            tx, target_id, ticket.customer_id
        ):
            raise rules.UnknownAsset(target_id)
        return ticket, None

    ends = {
        each: await stored_tickets.get_for_update(
            tx, each, principal, "ticket:update" if each == ticket_id else "ticket:view"
        )
        for each in sorted((ticket_id, target_id))
    }
    return ends[ticket_id], ends[target_id]
