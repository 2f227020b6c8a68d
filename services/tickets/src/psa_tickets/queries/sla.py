"""The SLA log, the policies it starts from, and the calendars they count in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from psa_common.db import Jsonb, Tx
from psa_common.errors import NotFound
from psa_common.listing import Listing, Sort
from psa_tickets.domain.calendar import WorkingCalendar
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.sla_log import (
    Paused,
    Recorded,
    Reopened,
    Resolved,
    Responded,
    Resumed,
    Started,
    Terms,
    TermsChanged,
    Withdrawn,
)

LOG_SQL = """
    SELECT kind, occurred_at, recorded_at, reason, terms
      FROM sla_events
     WHERE ticket_id = %(ticket_id)s
     ORDER BY position
"""

APPEND_SQL = """
    INSERT INTO sla_events (ticket_id, position, kind, occurred_at, recorded_at, reason, terms)
    VALUES (%(ticket_id)s,
            (SELECT coalesce(max(position), 0) + 1
               FROM sla_events
              WHERE ticket_id = %(ticket_id)s),
            %(kind)s, %(occurred_at)s, %(recorded_at)s, %(reason)s, %(terms)s)
"""

DEFAULT_POLICY_SQL = """
    SELECT p.id, p.name, p.targets, p.version, p.calendar_id, p.is_default, p.created_at,
           c.definition
      FROM sla_policies AS p
      JOIN calendars AS c ON c.tenant_id = p.tenant_id AND c.id = p.calendar_id
     WHERE p.is_default
"""

POLICIES_SQL = """
    SELECT p.id, p.name, p.targets, p.version, p.calendar_id, p.is_default, p.created_at
      FROM sla_policies AS p
"""

INSERT_POLICY_SQL = """
    INSERT INTO sla_policies (id, name, calendar_id, is_default, targets, created_at)
    VALUES (%(id)s, %(name)s, %(calendar_id)s, %(is_default)s, %(targets)s, %(created_at)s)
"""

YIELD_DEFAULT_SQL = """
    UPDATE sla_policies
       SET is_default = false,
           version = version + 1
     WHERE is_default
"""

CALENDARS_SQL = """
    SELECT c.id, c.name, c.definition, c.version, c.created_at
      FROM calendars AS c
"""

INSERT_CALENDAR_SQL = """
    INSERT INTO calendars (id, name, definition, created_at)
    VALUES (%(id)s, %(name)s, %(definition)s, %(created_at)s)
"""

ANNOUNCE_SQL = """
    INSERT INTO sla_announcements (ticket_id, metric, level, reached_at, announced_at)
    VALUES (%(ticket_id)s, %(metric)s, %(level)s, %(reached_at)s, %(now)s)
        ON CONFLICT DO NOTHING
"""


#: Events of which there is nothing to know but when.
INSTANTS = {one.kind: one for one in (Responded, Resumed, Resolved, Reopened, Withdrawn)}


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What is promised for one priority, in working minutes; None promises nothing."""

    response_minutes: int | None = None
    resolution_minutes: int | None = None
    warning_percent: int = 75


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What is promised to whom it applies."""

    id: UUID
    name: str
    targets: dict[Priority, Target]
    version: int
    calendar_id: UUID
    is_default: bool
    created_at: datetime


class PolicyWithCalendar(Policy, frozen=True, kw_only=True):
    """A policy and the calendar it counts in."""

    definition: WorkingCalendar

    def terms_for(self, priority: Priority) -> Terms:
        """Return what is promised for *priority*."""
        target = self.targets.get(priority, Target())
        return Terms(
            calendar=self.definition,
            response_minutes=target.response_minutes,
            resolution_minutes=target.resolution_minutes,
            warning_percent=target.warning_percent,
        )


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """A stored calendar."""

    id: UUID
    name: str
    definition: WorkingCalendar
    version: int
    created_at: datetime


POLICIES = Listing(
    row=Policy,
    select=POLICIES_SQL,
    id_column="p.id",
    filters={},
    sorts={"name": Sort("p.name", str), "created_at": Sort("p.created_at", datetime)},
    default_sort="name",
)

CALENDARS = Listing(
    row=Calendar,
    select=CALENDARS_SQL,
    id_column="c.id",
    filters={},
    sorts={"name": Sort("c.name", str), "created_at": Sort("c.created_at", datetime)},
    default_sort="name",
)


class _LogRow(msgspec.Struct, frozen=True):
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    reason: str | None
    terms: dict[str, Any] | None


class RecordedLog(msgspec.Struct, frozen=True):
    """A log with the instants at which its events were written down."""

    events: tuple[Recorded, ...]
    recorded_at: tuple[datetime, ...]

    def was_watched(self, reached_at: datetime) -> bool:
        """Say whether all that led to *reached_at* was known by then: no old news."""
        return all(
            recorded <= reached_at
            for event, recorded in zip(self.events, self.recorded_at, strict=True)
            if event.at <= reached_at
        )


async def read_log(tx: Tx, ticket_id: UUID) -> RecordedLog:
    """Return everything that happened to the ticket's clocks, in the order of recording."""
    rows = await tx.fetch_all(_LogRow, LOG_SQL, ticket_id=ticket_id)
    return RecordedLog(
        tuple(_event_of(row) for row in rows), tuple(row.recorded_at for row in rows)
    )


def append(tx: Tx, ticket_id: UUID, events: Sequence[Recorded], *, now: datetime) -> None:
    """Write events at the end of the log; they stay as they are."""
    for event in events:
        terms = getattr(event, "terms", None)
        tx.defer(
            APPEND_SQL,
            ticket_id=ticket_id,
            kind=event.kind,
            occurred_at=event.at,
            recorded_at=now,
            reason=getattr(event, "reason", None),
            terms=None if terms is None else Jsonb(msgspec.to_builtins(terms)),
        )


async def find_default_policy(tx: Tx) -> PolicyWithCalendar | None:
    """Return the policy for tickets that nothing more special applies to."""
    return await tx.fetch_optional(PolicyWithCalendar, DEFAULT_POLICY_SQL)


async def get_calendar(tx: Tx, calendar_id: UUID) -> Calendar:
    """Return the calendar; raises NotFound."""
    found = await tx.fetch_optional(
        Calendar, CALENDARS_SQL + " WHERE c.id = %(calendar_id)s", calendar_id=calendar_id
    )
    if found is None:
        raise NotFound(f"There is no calendar {calendar_id}.", field="calendar_id")
    return found


def insert_calendar(tx: Tx, calendar: Calendar) -> None:
    """Store a new calendar."""
    tx.defer(
        INSERT_CALENDAR_SQL,
        id=calendar.id,
        name=calendar.name,
        definition=Jsonb(msgspec.to_builtins(calendar.definition)),
        created_at=calendar.created_at,
    )


def insert_policy(tx: Tx, policy: Policy) -> None:
    """Store a new policy; a default one takes the place of the one before."""
    if policy.is_default:
        tx.defer(YIELD_DEFAULT_SQL)
    tx.defer(
        INSERT_POLICY_SQL,
        id=policy.id,
        name=policy.name,
        calendar_id=policy.calendar_id,
        is_default=policy.is_default,
        targets=Jsonb(msgspec.to_builtins(policy.targets)),
        created_at=policy.created_at,
    )


async def announce_once(
    tx: Tx, *, ticket_id: UUID, metric: str, level: str, reached_at: datetime, now: datetime
) -> bool:
    """Note that a level of a clock is announced; False when it was before."""
    return bool(
        await tx.execute(
            ANNOUNCE_SQL,
            ticket_id=ticket_id,
            metric=metric,
            level=level,
            reached_at=reached_at,
            now=now,
        )
    )


def _event_of(row: _LogRow) -> Recorded:
    at, reason = row.occurred_at, row.reason or ""
    if row.kind in INSTANTS:
        return INSTANTS[row.kind](at=at)
    match row.kind:
        case Started.kind:
            return Started(at=at, terms=_terms_of(row))
        case Paused.kind:
            return Paused(at=at, reason=reason)
        case TermsChanged.kind:
            return TermsChanged(at=at, terms=_terms_of(row), reason=reason)
        case unknown:
            raise LookupError(f"the SLA log holds an unknown event {unknown}")


def _terms_of(row: _LogRow) -> Terms:
    return msgspec.convert(row.terms, Terms)
