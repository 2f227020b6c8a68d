"""/projects: enter, read, list, change, start."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from psa_common.db import Tx
from psa_common.documents import Document, Page, answer, expected_version
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Line
from psa_common.listing import fetch_page
from psa_projects.domain.project import Status
from psa_projects.http import views
from psa_projects.http.views import ProjectAttributes
from psa_projects.queries import projects
from psa_projects.usecases import project_lifecycle
from psa_projects.usecases.project_lifecycle import Changes, Plan

#: Prose that may be missing.
Prose = Annotated[str, Meta(max_length=20_000)]
#: Planned effort, up to about nineteen years of one person without a break.
Effort = Annotated[int, Meta(ge=1, le=10_000_000)]


class NewProject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be done: for a customer, or `internal` for the tenant itself."""

    name: Line
    description: Prose = ""
    customer_id: UUID | None = None
    internal: bool = False
    budget_minutes: Effort | None = None


class ProjectChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields to change; the others stay. A budget of null means none."""

    name: Line | msgspec.UnsetType = msgspec.UNSET
    description: Prose | msgspec.UnsetType = msgspec.UNSET
    status: Status | msgspec.UnsetType = msgspec.UNSET
    budget_minutes: Effort | msgspec.UnsetType | None = msgspec.UNSET


@post("/", guards=[requires("project:create")])
async def create_project(
    data: JSONBody[NewProject], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[ProjectAttributes]:
    """Enter a project."""
    plan = Plan(**msgspec.structs.asdict(data))
    view = await project_lifecycle.create(tx, principal, plan, now=datetime.now(UTC))
    return answer(views.project(view), version=view.version, status=201)


@get("/", guards=[requires("project:view")], opt={"listing": projects.LISTING})
async def list_projects(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[ProjectAttributes]:
    """List the projects that the caller may see."""
    visible = projects.visible_to(principal, "project:view")
    return await fetch_page(tx, projects.LISTING, request, views.project, **visible)


@get("/{project_id:uuid}", guards=[requires("project:view")])
async def read_project(
    project_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[ProjectAttributes]:
    """Read a project."""
    view = await projects.get(tx, project_id, principal)
    return answer(views.project(view), version=view.version)


@patch("/{project_id:uuid}", guards=[requires("project:update")])
async def change_project(
    request: Request[Any, Any, Any],
    project_id: FromPath[UUID],
    data: JSONBody[ProjectChange],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[ProjectAttributes]:
    """Change a project's words, its budget or its status."""
    view = await project_lifecycle.change(
        tx,
        principal,
        project_id,
        Changes(**msgspec.structs.asdict(data)),
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.project(view), version=view.version)


@post("/{project_id:uuid}/start", guards=[requires("project:update")], status_code=200)
async def start_project(
    request: Request[Any, Any, Any],
    project_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[ProjectAttributes]:
    """Begin the work on a project."""
    view = await project_lifecycle.start(
        tx,
        principal,
        project_id,
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.project(view), version=view.version)


ROUTER = Router(
    "/projects",
    route_handlers=[create_project, list_projects, read_project, change_project, start_project],
)
