"""/ticket-templates, and tickets opened from them."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from psa_common.db import Tx
from psa_common.documents import Document, Page, Resource, answer, expected_version, shown
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Line, Text
from psa_common.listing import fetch_page
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.routines.texts import TicketTemplate
from psa_tickets.domain.ticket_type import TicketType
from psa_tickets.http import views
from psa_tickets.http.staff import STAFF, colleagues
from psa_tickets.http.views import TicketAttributes
from psa_tickets.queries import definitions
from psa_tickets.queries.definitions import TEMPLATES, Stored
from psa_tickets.usecases.routines import definitions as keeping, templates
from psa_tickets.usecases.routines.templates import Lacking

LISTING = definitions.listing_of(TEMPLATES)


Tag = Annotated[str, Meta(min_length=1, max_length=50)]


class TicketTemplateInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A ticket that only lacks whose it is."""

    name: Line
    title: Line
    description: Text = "–"
    type: TicketType = TicketType.INCIDENT
    priority: Priority = Priority.P3
    queue_id: UUID | None = None
    category_id: UUID | None = None
    tags: Annotated[tuple[Tag, ...], Meta(max_length=30)] = ()
    estimated_minutes: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    checklist_ids: Annotated[tuple[UUID, ...], Meta(max_length=10)] = ()
    active: bool = True

    def definition(self) -> TicketTemplate:
        """Return what the domain keeps."""
        return TicketTemplate(
            title=self.title,
            description=self.description,
            type=self.type,
            priority=self.priority,
            queue_id=self.queue_id,
            category_id=self.category_id,
            tags=self.tags,
            estimated_minutes=self.estimated_minutes,
            checklist_ids=self.checklist_ids,
        )


class TicketTemplateAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A template as readers see it."""

    name: str
    active: bool
    definition: TicketTemplate
    created_at: datetime


class LackingInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose ticket it is, and what differs from the template."""

    customer_id: UUID
    contact_id: UUID | None = None
    title: Line | None = None
    description: Text | None = None
    asset_ids: Annotated[tuple[UUID, ...], Meta(max_length=100)] = ()


def show(stored: Stored[TicketTemplate]) -> Resource[TicketTemplateAttributes]:
    """Show a template."""
    attributes = shown(stored, TicketTemplateAttributes)
    return Resource(stored.id, TEMPLATES.kind, attributes)


@post("/", guards=[requires("desk:manage")])
async def create_template(
    data: JSONBody[TicketTemplateInput], tx: NamedDependency[Tx]
) -> Document[TicketTemplateAttributes]:
    """Write down a template."""
    new, now = data.definition(), datetime.now(UTC)
    stored = await keeping.create(tx, TEMPLATES, data.name, data.active, new, now=now)
    return answer(show(stored), version=stored.version, status=201)


@get("/", guards=[requires("ticket:create")], opt={"listing": LISTING})
async def list_templates(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[TicketTemplateAttributes]:
    """List the ticket templates."""
    return await fetch_page(tx, LISTING, request, show, kind=TEMPLATES.kind)


@get("/{template_id:uuid}", guards=[requires("ticket:create")])
async def read_template(
    template_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> Document[TicketTemplateAttributes]:
    """Read a template."""
    stored = await definitions.get(tx, TEMPLATES, template_id)
    return answer(show(stored), version=stored.version)


@put("/{template_id:uuid}", guards=[requires("desk:manage")])
async def replace_template(
    request: Request[Any, Any, Any],
    template_id: FromPath[UUID],
    data: JSONBody[TicketTemplateInput],
    tx: NamedDependency[Tx],
) -> Document[TicketTemplateAttributes]:
    """Let a template say something else."""
    new, expected = data.definition(), expected_version(request)
    stored = await keeping.replace(
        tx, TEMPLATES, template_id, data.name, data.active, new, expected_version=expected
    )
    return answer(show(stored), version=stored.version)


@post("/from-template/{template_id:uuid}", guards=[*STAFF, requires("ticket:create")])
async def open_from_template(
    template_id: FromPath[UUID],
    data: JSONBody[LackingInput],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TicketAttributes]:
    """Open a ticket from a template, with its checklists."""
    lacking = Lacking(**msgspec.structs.asdict(data))
    now = datetime.now(UTC)
    view = await templates.open_from(tx, principal, template_id, lacking, now=now)
    return answer(views.ticket(view), version=view.version, status=201)


ROUTER = Router(
    "/ticket-templates",
    guards=[colleagues],
    route_handlers=[create_template, list_templates, read_template, replace_template],
)
TICKET_ROUTER = Router("/tickets", route_handlers=[open_from_template])
