"""Cut a project into tasks, and change them: load, decide, save, announce."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import msgspec

from psa_common import audit, numbers
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_events import outbox
from psa_projects.domain import project as project_rules, task as rules
from psa_projects.domain.task import TaskStatus
from psa_projects.events import TaskCreated
from psa_projects.queries import copies, projects, tasks
from psa_projects.queries.projects import StoredProject
from psa_projects.queries.tasks import StoredTask, TaskView
from psa_projects.usecases.changing import given
from psa_projects.usecases.refusals import UnknownUser


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of work."""

    title: str
    description: str
    estimate_minutes: int | None
    assignee_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What shall be otherwise; UNSET stays."""

    title: str | msgspec.UnsetType
    description: str | msgspec.UnsetType
    status: TaskStatus | msgspec.UnsetType
    estimate_minutes: int | msgspec.UnsetType | None
    assignee_id: UUID | msgspec.UnsetType | None


async def add(
    tx: Tx, principal: Principal, project_id: UUID, piece: Piece, *, now: datetime
) -> TaskView:
    """
    Add a task to a project, whose lock keeps the numbers of its tasks in order.

    Raises ProjectOver, and UnknownUser for an assignee who is not one of ours.
    """
    project = await projects.get_for_update(tx, project_id, principal, "task:create")
    project_rules.check_open(project.number, project.status)
    await _check_assignee(tx, piece.assignee_id)
    position = await numbers.draw(tx, f"task of {project.number}")
    task = _new_task(project, piece, position, now=now)

    tasks.insert(tx, task)
    outbox.publish(
        tx,
        TaskCreated(
            task_id=task.id,
            project_id=project.id,
            number=task.number,
            title=task.title,
            status=task.status,
        ),
    )
    audit.record(tx, "task.created", "task", task.id, after=task)
    return await tasks.reread(tx, task.id)


async def change(
    tx: Tx,
    principal: Principal,
    task_id: UUID,
    changes: Changes,
    *,
    expected_version: int | None,
    now: datetime,
) -> TaskView:
    """Change words, estimate, assignee or status; raises ProjectOver, UnknownUser."""
    before = await tasks.get_for_update(tx, task_id, principal)
    check_version(before.version, expected_version)
    project_rules.check_open(before.project_number, before.project_status)

    if changes.assignee_id is not msgspec.UNSET:
        await _check_assignee(tx, changes.assignee_id)
    after = replace(
        before,
        title=given(changes.title, before.title),
        description=given(changes.description, before.description),
        estimate_minutes=given(changes.estimate_minutes, before.estimate_minutes),
        assignee_id=given(changes.assignee_id, before.assignee_id),
    )
    after = rules.move(after, given(changes.status, before.status), now=now)

    tasks.save(tx, after, now=now)
    audit.record(tx, "task.changed", "task", after.id, before=before, after=after)
    return await tasks.reread(tx, after.id)


async def _check_assignee(tx: Tx, assignee_id: UUID | None) -> None:
    if assignee_id is None:
        return
    user = await copies.find_user(tx, assignee_id)
    if user is None or not user.active:
        raise UnknownUser(assignee_id)


def _new_task(project: StoredProject, piece: Piece, position: int, *, now: datetime) -> StoredTask:
    return StoredTask(
        id=uuid7(),
        project_id=project.id,
        position=position,
        number=rules.number_of(project.number, position),
        title=piece.title,
        description=piece.description,
        status=TaskStatus.TODO,
        estimate_minutes=piece.estimate_minutes,
        assignee_id=piece.assignee_id,
        done_at=None,
        created_at=now,
        version=1,
        project_number=project.number,
        project_status=project.status,
    )
