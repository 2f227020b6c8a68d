"""Enter a project, start it, change it: load, decide, save, announce."""

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
from psa_projects.domain import project as rules
from psa_projects.domain.project import Status
from psa_projects.events import ProjectCreated, ProjectStarted
from psa_projects.queries import projects
from psa_projects.queries.projects import ProjectView, StoredProject
from psa_projects.usecases.changing import given

FIRST_NUMBER = 1001


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What shall be done, and for whom."""

    name: str
    description: str
    customer_id: UUID | None
    internal: bool
    budget_minutes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What shall be otherwise; UNSET stays."""

    name: str | msgspec.UnsetType
    description: str | msgspec.UnsetType
    status: Status | msgspec.UnsetType
    budget_minutes: int | msgspec.UnsetType | None


async def create(tx: Tx, principal: Principal, plan: Plan, *, now: datetime) -> ProjectView:
    """
    Enter a project.

    Raises BeneficiaryUnclear; an unknown customer is refused by the database's own reference.
    """
    rules.check_beneficiary(plan.customer_id, internal=plan.internal)
    number = await numbers.draw(tx, "project", first=FIRST_NUMBER)
    project = _new_project(principal, plan, f"P-{number}", now=now)

    projects.insert(tx, project)
    outbox.publish(
        tx,
        ProjectCreated(
            project_id=project.id,
            number=project.number,
            name=project.name,
            customer_id=project.customer_id,
            status=project.status,
            internal=plan.internal,
        ),
    )
    audit.record(tx, "project.created", "project", project.id, after=project)
    return await projects.reread(tx, project.id)


async def start(
    tx: Tx,
    principal: Principal,
    project_id: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> ProjectView:
    """Begin the work; raises IllegalMove for a project that has begun or is over."""
    before = await projects.get_for_update(tx, project_id, principal, "project:update")
    check_version(before.version, expected_version)
    return await _settle(tx, before, rules.move(before, Status.ACTIVE, now=now), now=now)


async def change(
    tx: Tx,
    principal: Principal,
    project_id: UUID,
    changes: Changes,
    *,
    expected_version: int | None,
    now: datetime,
) -> ProjectView:
    """Change words, budget or status; raises ProjectOver, IllegalMove."""
    before = await projects.get_for_update(tx, project_id, principal, "project:update")
    check_version(before.version, expected_version)
    rules.check_open(before.number, before.status)

    after = replace(
        before,
        name=given(changes.name, before.name),
        description=given(changes.description, before.description),
        budget_minutes=given(changes.budget_minutes, before.budget_minutes),
    )
    wanted = given(changes.status, before.status)
    if wanted is not before.status:
        after = rules.move(after, wanted, now=now)
    return await _settle(tx, before, after, now=now)


async def _settle(
    tx: Tx, before: StoredProject, after: StoredProject, *, now: datetime
) -> ProjectView:
    """Save a decided step; tell when it was the start."""
    projects.save(tx, after, now=now)
    if before.started_at is None and after.started_at is not None:
        outbox.publish(tx, ProjectStarted(project_id=after.id, started_at=after.started_at))
    audit.record(tx, "project.changed", "project", after.id, before=before, after=after)
    return await projects.reread(tx, after.id)


def _new_project(principal: Principal, plan: Plan, number: str, *, now: datetime) -> StoredProject:
    return StoredProject(
        id=uuid7(),
        number=number,
        name=plan.name,
        description=plan.description,
        customer_id=plan.customer_id,
        status=Status.PLANNED,
        budget_minutes=plan.budget_minutes,
        started_at=None,
        ended_at=None,
        created_by=principal.user_id,
        created_at=now,
        version=1,
    )
