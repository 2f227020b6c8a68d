"""Policies: what is promised for each priority, and every version of it."""

from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Jsonb, Tx
from psa_common.errors import NotFound
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.sla_terms import Escalation

POLICIES_SQL = """
    SELECT p.id, p.name, p.targets, p.version, p.calendar_id, p.is_default, p.active,
           p.agent_opening_responds, p.created_at
      FROM sla_policies AS p
"""

LOCK_POLICY_SQL = POLICIES_SQL + " WHERE p.id = %(policy_id)s FOR UPDATE"

VERSIONS_SQL = """
    SELECT v.policy_id AS id, v.version, v.name, v.targets, v.calendar_id, v.is_default, v.active,
           v.agent_opening_responds, v.since
      FROM sla_policy_versions AS v
"""

INSERT_POLICY_SQL = """
    INSERT INTO sla_policies
           (id, name, calendar_id, is_default, targets, agent_opening_responds, created_at)
    VALUES (%(id)s, %(name)s, %(calendar_id)s, %(is_default)s, %(targets)s,
            %(agent_opening_responds)s, %(created_at)s)
"""

SAVE_POLICY_SQL = """
    UPDATE sla_policies
       SET name = %(name)s,
           calendar_id = %(calendar_id)s,
           is_default = %(is_default)s,
           targets = %(targets)s,
           agent_opening_responds = %(agent_opening_responds)s,
           active = %(active)s,
           version = %(version)s,
           changed_at = %(now)s
     WHERE id = %(id)s
"""

YIELD_DEFAULT_SQL = """
    UPDATE sla_policies
       SET is_default = false,
           version = version + 1,
           changed_at = %(now)s
     WHERE is_default
       AND id <> %(id)s
"""

IN_USE_SQL = """
    SELECT EXISTS (SELECT FROM sla_assignments
                    WHERE policy_id = %(policy_id)s)
"""

# Whom and where escalations name, and which of them we do not know.
UNKNOWN_SQL = """
    SELECT wanted.id
      FROM unnest(%(user_ids)s::uuid[]) AS wanted (id)
      LEFT JOIN users AS u ON u.id = wanted.id AND u.active
     WHERE u.id IS NULL
     UNION ALL
    SELECT wanted.id
      FROM unnest(%(queue_ids)s::uuid[]) AS wanted (id)
      LEFT JOIN queues AS q ON q.id = wanted.id AND q.active
     WHERE q.id IS NULL
     LIMIT 1
"""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What is promised for one priority, in working minutes; None promises nothing."""

    response_minutes: int | None = None
    resolution_minutes: int | None = None
    warning_percent: int = 75
    escalations: tuple[Escalation, ...] = ()


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What is promised to whom it applies."""

    id: UUID
    name: str
    targets: dict[Priority, Target]
    version: int
    calendar_id: UUID
    is_default: bool
    created_at: datetime
    active: bool = True
    agent_opening_responds: bool = False


class PolicyVersion(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy said from `since` on; clocks that began then still follow it."""

    id: UUID
    version: int
    name: str
    targets: dict[Priority, Target]
    calendar_id: UUID
    is_default: bool
    active: bool
    agent_opening_responds: bool
    since: datetime


POLICIES = Listing(
    row=Policy,
    select=POLICIES_SQL,
    id_column="p.id",
    filters={"active": Filter("p.active = %(active)s", bool)},
    sorts={"name": Sort("p.name", str), "created_at": Sort("p.created_at", datetime)},
    default_sort="name",
)

VERSIONS = Listing(
    row=PolicyVersion,
    select=VERSIONS_SQL,
    id_column="v.policy_id",
    conditions=("v.policy_id = %(policy_id)s",),
    filters={},
    sorts={"version": Sort("v.version", int)},
    default_sort="-version",
)


async def get_policy(tx: Tx, policy_id: UUID) -> Policy:
    """Return the policy; raises NotFound."""
    found = await tx.fetch_optional(
        Policy, POLICIES_SQL + " WHERE p.id = %(policy_id)s", policy_id=policy_id
    )
    return _found(found, policy_id)


async def get_policy_for_update(tx: Tx, policy_id: UUID) -> Policy:
    """Lock and return the policy; raises NotFound."""
    found = await tx.fetch_optional(Policy, LOCK_POLICY_SQL, policy_id=policy_id)
    return _found(found, policy_id)


async def is_in_use(tx: Tx, policy_id: UUID) -> bool:
    """Say whether somebody was given the policy."""
    return bool(await tx.fetch_value(IN_USE_SQL, policy_id=policy_id))


async def find_unknown(tx: Tx, *, user_ids: list[UUID], queue_ids: list[UUID]) -> UUID | None:
    """Return one id that is no active user or queue of ours."""
    found: UUID | None = await tx.fetch_value(UNKNOWN_SQL, user_ids=user_ids, queue_ids=queue_ids)
    return found


def insert_policy(tx: Tx, policy: Policy) -> None:
    """Store a new policy; a default one takes the place of the one before."""
    if policy.is_default:
        tx.defer(YIELD_DEFAULT_SQL, id=policy.id, now=policy.created_at)
    tx.defer(
        INSERT_POLICY_SQL,
        id=policy.id,
        name=policy.name,
        calendar_id=policy.calendar_id,
        is_default=policy.is_default,
        targets=Jsonb(msgspec.to_builtins(policy.targets)),
        agent_opening_responds=policy.agent_opening_responds,
        created_at=policy.created_at,
    )


def save_policy(tx: Tx, policy: Policy, *, now: datetime) -> None:
    """Store what changed as a new version; a default one takes the place of the one before."""
    if policy.is_default:
        tx.defer(YIELD_DEFAULT_SQL, id=policy.id, now=now)
    tx.defer(
        SAVE_POLICY_SQL,
        id=policy.id,
        name=policy.name,
        calendar_id=policy.calendar_id,
        is_default=policy.is_default,
        targets=Jsonb(msgspec.to_builtins(policy.targets)),
        agent_opening_responds=policy.agent_opening_responds,
        active=policy.active,
        version=policy.version,
        now=now,
    )


def _found(policy: Policy | None, policy_id: UUID) -> Policy:
    if policy is None:
        raise NotFound(f"There is no SLA policy {policy_id}.", field="policy_id")
    return policy
