"""The projects table: read as views, locked and saved as the domain's projects."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.identity import Principal
from psa_common.listing import Filter, Listing, Sort
from psa_projects.domain.project import Project, Status

#: What a caller may see of the projects, by the scope of the permission in question.
VISIBLE: LiteralString = """
    CASE %(scope)s
        WHEN 'all'          THEN true
        WHEN 'team'         THEN true
        WHEN 'assigned'     THEN EXISTS (SELECT FROM tasks AS mine
                                          WHERE mine.project_id = p.id
                                            AND mine.assignee_id = %(user_id)s)
        WHEN 'own'          THEN p.created_by = %(user_id)s
        WHEN 'own_customer' THEN p.customer_id = %(own_customer_id)s::uuid
        ELSE false
    END
"""

COLUMNS: LiteralString = """
    SELECT p.id, p.number, p.name, p.description, p.customer_id, p.status, p.budget_minutes,
           p.started_at, p.ended_at, p.created_by, p.created_at, p.updated_at, p.version,
           (SELECT coalesce(sum(b.minutes), 0)::bigint
              FROM tasks AS t
              JOIN booked_time AS b ON b.task_id = t.id
             WHERE t.project_id = p.id
               AND NOT EXISTS (SELECT FROM reversed_time AS r
                                WHERE r.id = b.id)) AS booked_minutes
      FROM projects AS p
"""

GET_SQL = COLUMNS + " WHERE p.id = %(project_id)s AND " + VISIBLE

EXISTS_SQL = "SELECT p.id FROM projects AS p WHERE p.id = %(project_id)s AND " + VISIBLE

GET_FOR_UPDATE_SQL = (
    """
    SELECT p.id, p.number, p.name, p.description, p.customer_id, p.status, p.budget_minutes,
           p.started_at, p.ended_at, p.created_by, p.created_at, p.version
      FROM projects AS p
     WHERE p.id = %(project_id)s
       AND """
    + VISIBLE
    + """
       FOR NO KEY UPDATE
"""
)

INSERT_SQL = """
    INSERT INTO projects
           (id, number, name, description, customer_id, status, budget_minutes, created_by,
            created_at, updated_at)
    VALUES (%(id)s, %(number)s, %(name)s, %(description)s, %(customer_id)s, %(status)s,
            %(budget_minutes)s, %(created_by)s, %(created_at)s, %(created_at)s)
"""

SAVE_SQL = """
    UPDATE projects
       SET name = %(name)s,
           description = %(description)s,
           status = %(status)s,
           budget_minutes = %(budget_minutes)s,
           started_at = %(started_at)s,
           ended_at = %(ended_at)s,
           updated_at = %(now)s,
           version = version + 1
     WHERE id = %(id)s
"""


class ProjectView(msgspec.Struct, frozen=True, kw_only=True):
    """A project as readers see it."""

    id: UUID
    number: str
    name: str
    description: str
    customer_id: UUID | None
    status: Status
    budget_minutes: int | None
    booked_minutes: int
    started_at: datetime | None
    ended_at: datetime | None
    created_by: UUID
    created_at: datetime
    updated_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredProject(Project):
    """The domain's project with what only storage knows."""

    created_by: UUID
    created_at: datetime
    version: int


LISTING = Listing(
    row=ProjectView,
    select=COLUMNS,
    id_column="p.id",
    conditions=(VISIBLE,),
    filters={
        "status": Filter("p.status = %(status)s", Status),
        "customer_id": Filter("p.customer_id = %(customer_id)s", UUID),
        "internal": Filter("(p.customer_id IS NULL) = %(internal)s", bool),
        "number": Filter("p.number = %(number)s"),
        "search": Filter(
            "(position(lower(%(search)s::text) IN lower(p.name)) > 0"
            " OR position(lower(%(search)s::text) IN lower(p.number)) > 0)"
        ),
        "created_after": Filter("p.created_at > %(created_after)s", datetime),
        "updated_since": Filter("p.updated_at >= %(updated_since)s", datetime),
    },
    sorts={
        "created_at": Sort("p.created_at", datetime),
        "updated_at": Sort("p.updated_at", datetime),
        "name": Sort("p.name", str),
    },
    default_sort="-created_at",
)


def visible_to(principal: Principal, permission: str) -> dict[str, object]:
    """Return the parameters of `VISIBLE` for this caller."""
    return {
        "scope": principal.scope(permission),
        "user_id": principal.user_id,
        "own_customer_id": principal.customer_id,
    }


async def get(tx: Tx, project_id: UUID, principal: Principal) -> ProjectView:
    """Return the project; raises NotFound for what the caller may not see."""
    visible = visible_to(principal, "project:view")
    view = await tx.fetch_optional(ProjectView, GET_SQL, project_id=project_id, **visible)
    if view is None:
        raise _no_such(project_id)
    return view


async def check_visible(tx: Tx, project_id: UUID, principal: Principal, permission: str) -> None:
    """Raise NotFound for a project that the caller may not see by *permission*."""
    visible = visible_to(principal, permission)
    if await tx.fetch_value(EXISTS_SQL, project_id=project_id, **visible) is None:
        raise _no_such(project_id)


async def get_for_update(
    tx: Tx, project_id: UUID, principal: Principal, permission: str
) -> StoredProject:
    """Lock and return the project; raises NotFound for what the caller may not touch."""
    visible = visible_to(principal, permission)
    project = await tx.fetch_optional(
        StoredProject, GET_FOR_UPDATE_SQL, project_id=project_id, **visible
    )
    if project is None:
        raise _no_such(project_id)
    return project


def insert(tx: Tx, project: StoredProject) -> None:
    """Store a new project."""
    tx.defer(
        INSERT_SQL,
        id=project.id,
        number=project.number,
        name=project.name,
        description=project.description,
        customer_id=project.customer_id,
        status=project.status,
        budget_minutes=project.budget_minutes,
        created_by=project.created_by,
        created_at=project.created_at,
    )


def save(tx: Tx, project: StoredProject, *, now: datetime) -> None:
    """Store what changed, and a new version."""
    tx.defer(
        SAVE_SQL,
        id=project.id,
        name=project.name,
        description=project.description,
        status=project.status,
        budget_minutes=project.budget_minutes,
        started_at=project.started_at,
        ended_at=project.ended_at,
        now=now,
    )


async def reread(tx: Tx, project_id: UUID) -> ProjectView:
    """Return the project as it stands after this transaction's own changes."""
    everything = {"scope": "all", "user_id": None, "own_customer_id": None}
    return await tx.fetch_one(ProjectView, GET_SQL, project_id=project_id, **everything)


def _no_such(project_id: UUID) -> NotFound:
    return NotFound(f"There is no project {project_id}.")
