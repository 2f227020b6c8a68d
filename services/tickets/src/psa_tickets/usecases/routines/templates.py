"""Open a ticket from a template."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psa_common.db import Tx
from psa_common.identity import Principal
from psa_tickets.domain.routines.texts import TicketTemplate
from psa_tickets.domain.ticket_type import Source
from psa_tickets.queries import definitions
from psa_tickets.queries.definitions import TEMPLATES
from psa_tickets.queries.tickets import TicketView
from psa_tickets.usecases import ticket_lifecycle
from psa_tickets.usecases.openings import Opening
from psa_tickets.usecases.routines import checklists


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """What a template cannot know; words of its own replace the template's."""

    customer_id: UUID
    contact_id: UUID | None = None
    title: str | None = None
    description: str | None = None
    asset_ids: tuple[UUID, ...] = ()
    source: Source = Source.API


async def open_from(
    tx: Tx, principal: Principal, template_id: UUID, lacking: Lacking, *, now: datetime
) -> TicketView:
    """Open a ticket with the template's fields and checklists; raises NotFound."""
    template = (await definitions.get_active(tx, TEMPLATES, template_id)).definition
    opening = _opening(template, lacking)
    view = await ticket_lifecycle.open_ticket(tx, principal, opening, now=now)
    await checklists.copy_into(tx, view.id, template.checklist_ids)
    return view


def _opening(template: TicketTemplate, lacking: Lacking) -> Opening:
    return Opening(
        type=template.type,
        title=lacking.title or template.title,
        description=lacking.description or template.description,
        customer_id=lacking.customer_id,
        contact_id=lacking.contact_id,
        priority=template.priority,
        asset_ids=lacking.asset_ids,
        queue_id=template.queue_id,
        category_id=template.category_id,
        tags=template.tags,
        estimated_minutes=template.estimated_minutes,
        source=lacking.source,
    )
