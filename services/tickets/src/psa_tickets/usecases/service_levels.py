"""Decide what is promised to customers, and in whose working hours."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psa_common import audit
from psa_common.db import Tx
from psa_common.ids import uuid7
from psa_tickets.domain.calendar import WorkingCalendar
from psa_tickets.domain.priority import Priority
from psa_tickets.queries import sla
from psa_tickets.queries.sla import Calendar, Policy, PolicyWithCalendar, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPolicy:
    """What shall be promised."""

    name: str
    calendar_id: UUID
    targets: dict[Priority, Target]
    is_default: bool


async def create_calendar(tx: Tx, definition: WorkingCalendar, *, now: datetime) -> Calendar:
    """Store a calendar that the domain has accepted."""
    calendar = Calendar(
        id=uuid7(), name=definition.name, definition=definition, version=1, created_at=now
    )
    sla.insert_calendar(tx, calendar)
    audit.record(tx, "calendar.created", "calendar", calendar.id, after=calendar)
    return calendar


async def create_policy(tx: Tx, new: NewPolicy, *, now: datetime) -> Policy:
    """
    Store a policy; a default one applies to tickets opened from now on.

    Raises NotFound for an unknown calendar, BudgetOutOfRange for an impossible promise.
    """
    calendar = await sla.get_calendar(tx, new.calendar_id)
    policy = Policy(
        id=uuid7(),
        name=new.name,
        targets=new.targets,
        version=1,
        calendar_id=new.calendar_id,
        is_default=new.is_default,
        created_at=now,
    )
    _check(policy, calendar)
    sla.insert_policy(tx, policy)
    audit.record(tx, "sla_policy.created", "sla_policy", policy.id, after=policy)
    return policy


def _check(policy: Policy, calendar: Calendar) -> None:
    """Let the domain judge every target before anything is stored."""
    whole = PolicyWithCalendar(
        **{name: getattr(policy, name) for name in Policy.__struct_fields__},
        definition=calendar.definition,
    )
    for priority in policy.targets:
        whole.terms_for(priority)
