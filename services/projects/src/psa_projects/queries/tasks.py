"""The tasks table: read as views, locked and saved as the domain's tasks."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.identity import Principal
from psa_common.listing import Filter, Listing, Sort
from psa_projects.domain import project
from psa_projects.domain.task import Task, TaskStatus

#: What a caller may see of the tasks, by the scope of the permission in question.
VISIBLE: LiteralString = """
    CASE %(scope)s
        WHEN 'all'          THEN true
        WHEN 'team'         THEN true
        WHEN 'assigned'     THEN t.assignee_id = %(user_id)s
        WHEN 'own_customer' THEN p.customer_id = %(own_customer_id)s::uuid
        ELSE false
    END
"""

COLUMNS: LiteralString = """
    SELECT t.id, t.project_id, t.position, t.number, t.title, t.description, t.status,
           t.estimate_minutes, t.assignee_id, t.done_at, t.created_at, t.updated_at, t.version,
           booked.minutes AS booked_minutes,
           booked.billable_minutes AS booked_billable_minutes
      FROM tasks AS t
      JOIN projects AS p ON p.id = t.project_id
     CROSS JOIN LATERAL (
           SELECT coalesce(sum(b.minutes), 0)::bigint AS minutes,
                  coalesce(sum(b.minutes) FILTER (WHERE b.billable = 'billable'), 0)::bigint
                      AS billable_minutes
             FROM booked_time AS b
            WHERE b.task_id = t.id
              AND NOT EXISTS (SELECT FROM reversed_time AS r
                               WHERE r.id = b.id)) AS booked
"""

GET_SQL = COLUMNS + " WHERE t.id = %(task_id)s AND " + VISIBLE

# The project is held as well: it must not end while one of its tasks changes.
GET_FOR_UPDATE_SQL = (
    """
    SELECT t.id, t.project_id, t.position, t.number, t.title, t.description, t.status,
           t.estimate_minutes, t.assignee_id, t.done_at, t.created_at, t.version,
           p.number AS project_number,
           p.status AS project_status
      FROM tasks AS t
      JOIN projects AS p ON p.id = t.project_id
     WHERE t.id = %(task_id)s
       AND """
    + VISIBLE
    + """
       FOR NO KEY UPDATE OF t
       FOR SHARE OF p
"""
)

INSERT_SQL = """
    INSERT INTO tasks
           (id, project_id, position, number, title, description, status, estimate_minutes,
            assignee_id, created_at, updated_at)
    VALUES (%(id)s, %(project_id)s, %(position)s, %(number)s, %(title)s, %(description)s,
            %(status)s, %(estimate_minutes)s, %(assignee_id)s, %(created_at)s, %(created_at)s)
"""

SAVE_SQL = """
    UPDATE tasks
       SET title = %(title)s,
           description = %(description)s,
           status = %(status)s,
           estimate_minutes = %(estimate_minutes)s,
           assignee_id = %(assignee_id)s,
           done_at = %(done_at)s,
           updated_at = %(now)s,
           version = version + 1
     WHERE id = %(id)s
"""


class TaskView(msgspec.Struct, frozen=True, kw_only=True):
    """A task as readers see it."""

    id: UUID
    project_id: UUID
    position: int
    number: str
    title: str
    description: str
    status: TaskStatus
    estimate_minutes: int | None
    assignee_id: UUID | None
    done_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int
    booked_minutes: int
    booked_billable_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTask(Task):
    """The domain's task with what only storage knows."""

    position: int
    created_at: datetime
    version: int
    project_number: str
    project_status: project.Status


LISTING = Listing(
    row=TaskView,
    select=COLUMNS,
    id_column="t.id",
    conditions=("t.project_id = %(project_id)s", VISIBLE),
    filters={
        "status": Filter("t.status = %(status)s", TaskStatus),
        "assignee_id": Filter("t.assignee_id = %(assignee_id)s", UUID),
        "updated_since": Filter("t.updated_at >= %(updated_since)s", datetime),
    },
    sorts={
        "position": Sort("t.position", int),
        "updated_at": Sort("t.updated_at", datetime),
    },
    default_sort="position",
)


def visible_to(principal: Principal, permission: str) -> dict[str, object]:
    """Return the parameters of `VISIBLE` for this caller."""
    return {
        "scope": principal.scope(permission),
        "user_id": principal.user_id,
        "own_customer_id": principal.customer_id,
    }


async def get(tx: Tx, task_id: UUID, principal: Principal) -> TaskView:
    """Return the task; raises NotFound for what the caller may not see."""
    visible = visible_to(principal, "task:view")
    view = await tx.fetch_optional(TaskView, GET_SQL, task_id=task_id, **visible)
    if view is None:
        raise _no_such(task_id)
    return view


async def get_for_update(tx: Tx, task_id: UUID, principal: Principal) -> StoredTask:
    """Lock and return the task; raises NotFound for what the caller may not touch."""
    visible = visible_to(principal, "task:update")
    task = await tx.fetch_optional(StoredTask, GET_FOR_UPDATE_SQL, task_id=task_id, **visible)
    if task is None:
        raise _no_such(task_id)
    return task


def insert(tx: Tx, task: StoredTask) -> None:
    """Store a new task."""
    tx.defer(
        INSERT_SQL,
        id=task.id,
        project_id=task.project_id,
        position=task.position,
        number=task.number,
        title=task.title,
        description=task.description,
        status=task.status,
        estimate_minutes=task.estimate_minutes,
        assignee_id=task.assignee_id,
        created_at=task.created_at,
    )


def save(tx: Tx, task: StoredTask, *, now: datetime) -> None:
    """Store what changed, and a new version."""
    tx.defer(
        SAVE_SQL,
        id=task.id,
        title=task.title,
        description=task.description,
        status=task.status,
        estimate_minutes=task.estimate_minutes,
        assignee_id=task.assignee_id,
        done_at=task.done_at,
        now=now,
    )


async def reread(tx: Tx, task_id: UUID) -> TaskView:
    """Return the task as it stands after this transaction's own changes."""
    everything = {"scope": "all", "user_id": None, "own_customer_id": None}
    return await tx.fetch_one(TaskView, GET_SQL, task_id=task_id, **everything)


def _no_such(task_id: UUID) -> NotFound:
    return NotFound(f"There is no task {task_id}.")
