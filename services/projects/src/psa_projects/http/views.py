"""What the API shows of our things, and the functions that fill it."""

from datetime import datetime

import msgspec

from psa_common.documents import Resource, related, shown
from psa_projects.domain.project import Status
from psa_projects.domain.task import TaskStatus
from psa_projects.queries.projects import ProjectView
from psa_projects.queries.tasks import TaskView


class ProjectAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A project; `booked_minutes` is the approved time on all its tasks, never rounded."""

    number: str
    name: str
    description: str
    internal: bool
    status: Status
    budget_minutes: int | None
    booked_minutes: int
    started_at: datetime | None
    ended_at: datetime | None
    created_at: datetime
    updated_at: datetime


class TaskAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A task; booked minutes are approved time, never rounded."""

    number: str
    position: int
    title: str
    description: str
    status: TaskStatus
    estimate_minutes: int | None
    booked_minutes: int
    booked_billable_minutes: int
    done_at: datetime | None
    created_at: datetime
    updated_at: datetime


def project(view: ProjectView) -> Resource[ProjectAttributes]:
    """Show a project."""
    attributes = shown(view, ProjectAttributes, internal=view.customer_id is None)
    links = related(customer=("customer", view.customer_id), created_by=("user", view.created_by))
    return Resource(view.id, "project", attributes, links)


def task(view: TaskView) -> Resource[TaskAttributes]:
    """Show a task."""
    links = related(project=("project", view.project_id), assignee=("user", view.assignee_id))
    return Resource(view.id, "task", shown(view, TaskAttributes), links)
