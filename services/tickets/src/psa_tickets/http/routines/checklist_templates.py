"""/checklist-templates: tasks to copy into tickets."""

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
from psa_common.inputs import Line
from psa_common.listing import fetch_page
from psa_tickets.domain.routines.checklist import ChecklistDefinition, Task
from psa_tickets.http.staff import STAFF, colleagues
from psa_tickets.queries import definitions
from psa_tickets.queries.definitions import CHECKLISTS, Stored
from psa_tickets.usecases.routines import definitions as keeping

LISTING = definitions.listing_of(CHECKLISTS)


class TaskInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What there is to do; what is required keeps the ticket open."""

    text: Line
    required: bool = False


class ChecklistInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tasks in their order."""

    name: Line
    tasks: Annotated[list[TaskInput], Meta(min_length=1, max_length=100)]
    active: bool = True

    def definition(self) -> ChecklistDefinition:
        """Return what the domain keeps."""
        tasks = (Task(text=task.text, required=task.required) for task in self.tasks)
        return ChecklistDefinition(tasks=tuple(tasks))


class ChecklistTemplateAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A checklist's definition as readers see it."""

    name: str
    active: bool
    tasks: tuple[Task, ...]
    created_at: datetime


def show(stored: Stored[ChecklistDefinition]) -> Resource[ChecklistTemplateAttributes]:
    """Show a checklist template."""
    attributes = shown(stored, ChecklistTemplateAttributes, tasks=stored.definition.tasks)
    return Resource(stored.id, CHECKLISTS.kind, attributes)


@post("/", guards=[requires("desk:manage")])
async def create_checklist_template(
    data: JSONBody[ChecklistInput], tx: NamedDependency[Tx]
) -> Document[ChecklistTemplateAttributes]:
    """Write down a checklist template."""
    new, now = data.definition(), datetime.now(UTC)
    stored = await keeping.create(tx, CHECKLISTS, data.name, data.active, new, now=now)
    return answer(show(stored), version=stored.version, status=201)


@get("/", guards=[*STAFF], opt={"listing": LISTING})
async def list_checklist_templates(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[ChecklistTemplateAttributes]:
    """List the checklist templates."""
    return await fetch_page(tx, LISTING, request, show, kind=CHECKLISTS.kind)


@get("/{template_id:uuid}", guards=[*STAFF])
async def read_checklist_template(
    template_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> Document[ChecklistTemplateAttributes]:
    """Read a checklist template."""
    stored = await definitions.get(tx, CHECKLISTS, template_id)
    return answer(show(stored), version=stored.version)


@put("/{template_id:uuid}", guards=[requires("desk:manage")])
async def replace_checklist_template(
    request: Request[Any, Any, Any],
    template_id: FromPath[UUID],
    data: JSONBody[ChecklistInput],
    tx: NamedDependency[Tx],
) -> Document[ChecklistTemplateAttributes]:
    """Let a checklist template say something else."""
    new, expected = data.definition(), expected_version(request)
    stored = await keeping.replace(
        tx,
        CHECKLISTS,
        template_id,
        data.name,
        data.active,
        new,
        expected_version=expected,
    )
    return answer(show(stored), version=stored.version)


ROUTER = Router(
    "/checklist-templates",
    guards=[colleagues],
    route_handlers=[
        create_checklist_template,
        list_checklist_templates,
        read_checklist_template,
        replace_checklist_template,
    ],
)
