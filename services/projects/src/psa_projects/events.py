"""The events we promise, one Struct for each contract under contracts/events/projects."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec


class ProjectCreated(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody has entered a project."""

    TYPE: ClassVar[str] = "project.created.v1"
    SUBJECT: ClassVar[str] = "project_id"

    project_id: UUID
    number: str
    name: str
    customer_id: UUID | None
    status: str
    internal: bool


class ProjectStarted(msgspec.Struct, frozen=True, kw_only=True):
    """Work on the project has begun."""

    TYPE: ClassVar[str] = "project.started.v1"
    SUBJECT: ClassVar[str] = "project_id"

    project_id: UUID
    started_at: datetime


class TaskCreated(msgspec.Struct, frozen=True, kw_only=True):
    """The project has one task more; from here on time can be logged on it."""

    TYPE: ClassVar[str] = "task.created.v1"
    SUBJECT: ClassVar[str] = "task_id"

    task_id: UUID
    project_id: UUID
    number: str
    title: str
    status: str
