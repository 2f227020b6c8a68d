"""Decide what is promised to customers, and in whose working hours."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from psa_common import audit
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.errors import Conflict, Refused
from psa_common.ids import uuid7
from psa_tickets.domain.calendar import WorkingCalendar
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.sla_terms import Escalation, Terms
from psa_tickets.queries import calendars, sla_policies, workflows
from psa_tickets.queries.calendars import Calendar
from psa_tickets.queries.sla_policies import Policy, Target


class CalendarInUse(Conflict):
    """An active policy counts in the calendar."""

    code = "calendar_in_use"

    def __init__(self, name: str) -> None:
        super().__init__(f"A policy counts in {name!r}; give it another calendar.", field="active")


class PolicyInUse(Conflict):
    """Somebody was given the policy, or everybody."""

    code = "policy_in_use"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} is the default or assigned to somebody; give them another policy first.",
            field="active",
        )


class InactiveCalendar(Refused):
    """Nothing new is counted in a calendar that was put away."""

    code = "inactive_calendar"

    def __init__(self, name: str) -> None:
        super().__init__(f"Calendar {name!r} is not active; choose another.", field="calendar_id")


class UnknownEscalationTarget(Refused):
    """An escalation tells or assigns people and queues that are there."""

    code = "unknown_escalation_target"

    def __init__(self, unknown: UUID) -> None:
        super().__init__(
            f"{unknown} is no active user or queue; choose another.", field="escalations"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPolicy:
    """What shall be promised."""

    name: str
    calendar_id: UUID
    targets: dict[Priority, Target]
    is_default: bool
    agent_opening_responds: bool


async def create_calendar(tx: Tx, definition: WorkingCalendar, *, now: datetime) -> Calendar:
    """Store a calendar that the domain has accepted."""
    calendar = Calendar(
        id=uuid7(), name=definition.name, definition=definition, version=1, created_at=now
    )
    calendars.insert_calendar(tx, calendar)
    audit.record(tx, "calendar.created", "calendar", calendar.id, after=calendar)
    return calendar


async def change_calendar(
    tx: Tx,
    calendar_id: UUID,
    redraw: Callable[[WorkingCalendar], WorkingCalendar],
    *,
    active: bool | None,
    expected_version: int | None,
    now: datetime,
) -> Calendar:
    """
    Make a new version of a calendar; running clocks keep theirs.

    Raises CalendarInUse if it shall rest while a policy counts in it.
    """
    before = await calendars.get_calendar_for_update(tx, calendar_id)
    check_version(before.version, expected_version)
    definition = redraw(before.definition)
    after = msgspec.structs.replace(
        before,
        name=definition.name,
        definition=definition,
        active=before.active if active is None else active,
        version=before.version + 1,
    )
    if before.active and not after.active and await calendars.is_in_use(tx, calendar_id):
        raise CalendarInUse(before.name)
    calendars.save_calendar(tx, after, now=now)
    audit.record(tx, "calendar.changed", "calendar", calendar_id, before=before, after=after)
    return after


async def create_policy(tx: Tx, new: NewPolicy, *, now: datetime) -> Policy:
    """
    Store a policy; a default one applies to tickets opened from now on.

    Raises NotFound for an unknown calendar, UnknownStatus, UnknownEscalationTarget, and
    BudgetOutOfRange for an impossible promise.
    """
    policy = Policy(
        id=uuid7(),
        name=new.name,
        targets=new.targets,
        version=1,
        calendar_id=new.calendar_id,
        is_default=new.is_default,
        agent_opening_responds=new.agent_opening_responds,
        created_at=now,
    )
    await _check(tx, policy)
    sla_policies.insert_policy(tx, policy)
    audit.record(tx, "sla_policy.created", "sla_policy", policy.id, after=policy)
    return policy


async def change_policy(
    tx: Tx,
    policy_id: UUID,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None,
    now: datetime,
) -> Policy:
    """
    Make a new version of a policy; running clocks keep theirs until it is applied to them.

    Raises PolicyInUse if it shall rest while somebody has it, and what `create_policy` raises.
    """
    before = await sla_policies.get_policy_for_update(tx, policy_id)
    check_version(before.version, expected_version)
    after = msgspec.structs.replace(before, **changes, version=before.version + 1)
    await _check(tx, after)
    rests = before.active and not after.active
    if not after.active and (
        after.is_default or (rests and await sla_policies.is_in_use(tx, policy_id))
    ):
        raise PolicyInUse(before.name)
    sla_policies.save_policy(tx, after, now=now)
    audit.record(tx, "sla_policy.changed", "sla_policy", policy_id, before=before, after=after)
    return after


async def _check(tx: Tx, policy: Policy) -> None:
    """Let the domain judge every target before anything is stored."""
    calendar = await calendars.get_calendar(tx, policy.calendar_id)
    if policy.active and not calendar.active:
        raise InactiveCalendar(calendar.name)
    for target in policy.targets.values():
        Terms(
            calendar=calendar.definition,
            response_minutes=target.response_minutes,
            resolution_minutes=target.resolution_minutes,
            warning_percent=target.warning_percent,
            escalations=target.escalations,
        )
    steps = [step for target in policy.targets.values() for step in target.escalations]
    await _refuse_unknown_targets(tx, steps)
    await _refuse_unknown_statuses(tx, steps)


async def _refuse_unknown_targets(tx: Tx, steps: Sequence[Escalation]) -> None:
    user_ids = {user_id for step in steps for user_id in step.notify_user_ids}
    user_ids |= {step.assign_to for step in steps if step.assign_to}
    queue_ids = {step.move_to_queue for step in steps if step.move_to_queue}
    if not user_ids | queue_ids:
        return
    unknown = await sla_policies.find_unknown(
        tx, user_ids=sorted(user_ids), queue_ids=sorted(queue_ids)
    )
    if unknown is not None:
        raise UnknownEscalationTarget(unknown)


async def _refuse_unknown_statuses(tx: Tx, steps: Sequence[Escalation]) -> None:
    wanted = {step.set_status for step in steps if step.set_status}
    if not wanted:
        return
    process = await workflows.get(tx)
    for status in sorted(wanted):
        process.workflow.status(status)
