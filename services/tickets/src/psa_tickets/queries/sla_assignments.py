"""Who was given which policy, and all that is said about the policy of one ticket."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.domain.calendar import WorkingCalendar
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.sla_terms import ChosenPolicy, Source, Terms
from psa_tickets.queries.sla_policies import Target

# One statement, because opening a ticket waits for it. A policy that the ticket has already is
# read in the version that was pinned: a later edit of it moves no running clock.
SAID_SQL = """
    WITH said AS (
        SELECT a.source, a.policy_id
          FROM (VALUES ('ticket', %(ticket_id)s::uuid),
                       ('contract', %(contract_id)s::uuid),
                       ('location', %(location_id)s::uuid),
                       ('customer', %(customer_id)s::uuid),
                       ('queue', %(queue_id)s::uuid)) AS subject (source, id)
          JOIN sla_assignments AS a ON a.source = subject.source AND a.subject_id = subject.id
         UNION ALL
        SELECT 'tenant', id
          FROM sla_policies
         WHERE is_default
    )
    SELECT said.source, said.policy_id, v.version, v.name, v.targets, v.agent_opening_responds,
           v.calendar_id, k.version AS calendar_version, k.definition
      FROM said
      LEFT JOIN sla_policies AS p
             ON p.id = said.policy_id
      LEFT JOIN sla_policy_versions AS v
             ON v.policy_id = p.id
            AND v.version = CASE WHEN p.id = %(pinned_id)s::uuid
                                 THEN %(pinned_version)s::integer
                                 ELSE p.version END
      LEFT JOIN calendars AS c
             ON c.id = v.calendar_id
      LEFT JOIN calendar_versions AS k
             ON k.calendar_id = c.id
            AND k.version = CASE WHEN p.id = %(pinned_id)s::uuid
                                 THEN %(pinned_calendar_version)s::integer
                                 ELSE c.version END
"""

ASSIGNMENTS_SQL = """
    SELECT a.subject_id AS id, a.source, a.policy_id, a.reason, a.assigned_at, a.assigned_by
      FROM sla_assignments AS a
"""

ASSIGN_SQL = """
    INSERT INTO sla_assignments
           (source, subject_id, policy_id, reason, assigned_at, assigned_by)
    VALUES (%(source)s, %(id)s, %(policy_id)s, %(reason)s, %(assigned_at)s, %(assigned_by)s)
        ON CONFLICT (tenant_id, source, subject_id)
        DO UPDATE SET policy_id = excluded.policy_id,
                      reason = excluded.reason,
                      assigned_at = excluded.assigned_at,
                      assigned_by = excluded.assigned_by
"""

WITHDRAW_SQL = """
    DELETE FROM sla_assignments
     WHERE source = %(source)s
       AND subject_id = %(id)s
"""

SUBJECT_EXISTS_SQL = """
    SELECT CASE %(source)s::text
               WHEN 'contract' THEN EXISTS (SELECT FROM contracts WHERE id = %(id)s)
               WHEN 'location' THEN EXISTS (SELECT FROM locations WHERE id = %(id)s)
               WHEN 'customer' THEN EXISTS (SELECT FROM customers WHERE id = %(id)s)
               WHEN 'queue'    THEN EXISTS (SELECT FROM queues WHERE id = %(id)s)
               ELSE false
           END
"""


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """A say in the choice: `id` is whom it is about, and no policy promises them nothing."""

    id: UUID
    source: Source
    policy_id: UUID | None
    reason: str
    assigned_at: datetime
    assigned_by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What decides on the promise for a ticket; a change of anything else leaves it alone."""

    ticket_id: UUID | None = None
    contract_id: UUID | None
    location_id: UUID | None
    customer_id: UUID
    queue_id: UUID | None


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A policy in the version that would apply, with the calendar that it counts in."""

    id: UUID
    version: int
    name: str
    targets: dict[Priority, Target]
    agent_opening_responds: bool
    calendar_id: UUID
    calendar_version: int
    definition: WorkingCalendar

    def terms_for(self, priority: Priority, source: Source) -> Terms:
        """Return what is promised for *priority*."""
        target = self.targets.get(priority, Target())
        return Terms(
            calendar=self.definition,
            response_minutes=target.response_minutes,
            resolution_minutes=target.resolution_minutes,
            warning_percent=target.warning_percent,
            escalations=target.escalations,
            policy=ChosenPolicy(
                id=self.id,
                version=self.version,
                name=self.name,
                source=source,
                calendar_id=self.calendar_id,
                calendar_version=self.calendar_version,
            ),
        )


class _Said(msgspec.Struct, frozen=True):
    source: Source
    policy_id: UUID | None
    version: int | None
    name: str | None
    targets: dict[Priority, Target] | None
    agent_opening_responds: bool | None
    calendar_id: UUID | None
    calendar_version: int | None
    definition: WorkingCalendar | None


ASSIGNMENTS = Listing(
    row=Assignment,
    select=ASSIGNMENTS_SQL,
    id_column="a.subject_id",
    conditions=("a.source <> 'ticket'",),
    filters={
        "source": Filter("a.source = %(source)s", Source),
        "subject_id": Filter("a.subject_id = %(subject_id)s", UUID),
        "policy_id": Filter("a.policy_id = %(policy_id)s", UUID),
    },
    sorts={"assigned_at": Sort("a.assigned_at", datetime)},
    default_sort="-assigned_at",
)


#: The policy that each has a say for; None is a say, too: nothing is promised.
Said = Mapping[Source, Candidate | None]


async def read_said(
    tx: Tx, circumstances: Circumstances, pinned: ChosenPolicy | None = None
) -> Said:
    """Return who says which policy a ticket should have; *pinned* is the one that it has."""
    rows = await tx.fetch_all(
        _Said,
        SAID_SQL,
        **asdict(circumstances),
        pinned_id=pinned and pinned.id,
        pinned_version=pinned and pinned.version,
        pinned_calendar_version=pinned and pinned.calendar_version,
    )
    return {row.source: _candidate_of(row) for row in rows}


async def subject_exists(tx: Tx, source: Source, subject_id: UUID) -> bool:
    """Say whether there is such a contract, location, customer or queue."""
    return bool(await tx.fetch_value(SUBJECT_EXISTS_SQL, source=source, id=subject_id))


def assign(tx: Tx, assignment: Assignment) -> None:
    """Store a say, in place of the one before."""
    tx.defer(ASSIGN_SQL, **msgspec.structs.asdict(assignment))


async def withdraw(tx: Tx, source: Source, subject_id: UUID) -> bool:
    """Take a say back; False when there was none."""
    return bool(await tx.execute(WITHDRAW_SQL, source=source, id=subject_id))


def _candidate_of(row: _Said) -> Candidate | None:
    if row.policy_id is None:
        return None
    named = {name: getattr(row, name) for name in Candidate.__struct_fields__ if name != "id"}
    return Candidate(id=row.policy_id, **named)
