"""What a task may do."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID


class TaskStatus(StrEnum):
    """Where a task stands; it moves freely between all of them."""

    TODO = "todo"
    IN_PROGRESS = "in_progress"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What the rules need to know about a task."""

    id: UUID
    project_id: UUID
    number: str
    title: str
    description: str
    status: TaskStatus
    estimate_minutes: int | None
    assignee_id: UUID | None
    done_at: datetime | None


#: A service stores more of a task than the rules need; they return what they were given.
TaskT = TypeVar("TaskT", bound=Task)


def move(task: TaskT, wanted: TaskStatus, *, now: datetime) -> TaskT:
    """Return *task* in status *wanted*; one that is reopened is no longer done."""
    if wanted is task.status:
        return task
    return replace(task, status=wanted, done_at=now if wanted is TaskStatus.DONE else None)


def number_of(project_number: str, position: int) -> str:
    """Return the human number of a project's task, such as P-1001-1."""
    return f"{project_number}-{position}"
