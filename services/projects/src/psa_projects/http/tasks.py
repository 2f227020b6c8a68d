"""/projects/{id}/tasks and /tasks/{id}: the pieces that a project is made of."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from psa_common.db import Tx
from psa_common.documents import Document, Page, answer, expected_version
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Line
from psa_common.listing import fetch_page
from psa_projects.domain.task import TaskStatus
from psa_projects.http import views
from psa_projects.http.projects import Effort, Prose
from psa_projects.http.views import TaskAttributes
from psa_projects.queries import projects, tasks
from psa_projects.usecases import task_work
from psa_projects.usecases.task_work import Changes, Piece


class NewTask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A piece of work."""

    title: Line
    description: Prose = ""
    estimate_minutes: Effort | None = None
    assignee_id: UUID | None = None


class TaskChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields to change; the others stay. Estimate and assignee may become null."""

    title: Line | msgspec.UnsetType = msgspec.UNSET
    description: Prose | msgspec.UnsetType = msgspec.UNSET
    status: TaskStatus | msgspec.UnsetType = msgspec.UNSET
    estimate_minutes: Effort | msgspec.UnsetType | None = msgspec.UNSET
    assignee_id: UUID | msgspec.UnsetType | None = msgspec.UNSET


@post("/projects/{project_id:uuid}/tasks", guards=[requires("task:create")])
async def add_task(
    project_id: FromPath[UUID],
    data: JSONBody[NewTask],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TaskAttributes]:
    """Add a task to a project."""
    piece = Piece(**msgspec.structs.asdict(data))
    view = await task_work.add(tx, principal, project_id, piece, now=datetime.now(UTC))
    return answer(views.task(view), version=view.version, status=201)


@get(
    "/projects/{project_id:uuid}/tasks",
    guards=[requires("task:view")],
    opt={"listing": tasks.LISTING},
)
async def list_tasks(
    request: Request[Any, Any, Any],
    project_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[TaskAttributes]:
    """List the tasks of a project in their order."""
    await projects.check_visible(tx, project_id, principal, "task:view")
    visible = tasks.visible_to(principal, "task:view")
    return await fetch_page(
        tx, tasks.LISTING, request, views.task, project_id=project_id, **visible
    )


@get("/tasks/{task_id:uuid}", guards=[requires("task:view")])
async def read_task(
    task_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[TaskAttributes]:
    """Read a task."""
    view = await tasks.get(tx, task_id, principal)
    return answer(views.task(view), version=view.version)


@patch("/tasks/{task_id:uuid}", guards=[requires("task:update")])
async def change_task(
    request: Request[Any, Any, Any],
    task_id: FromPath[UUID],
    data: JSONBody[TaskChange],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TaskAttributes]:
    """Change a task's words, estimate, assignee or status."""
    view = await task_work.change(
        tx,
        principal,
        task_id,
        Changes(**msgspec.structs.asdict(data)),
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.task(view), version=view.version)


ROUTER = Router("/", route_handlers=[add_task, list_tasks, read_task, change_task])
