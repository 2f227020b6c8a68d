"""The SLA log of tickets: read it, for one or for many at once, and write at its end."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from psa_common.db import Jsonb, Tx
from psa_tickets.domain.sla_log import (
    DeadlineCleared,
    DeadlineSet,
    Escalated,
    Event,
    Excluded,
    Included,
    Paused,
    Reopened,
    Resolved,
    Responded,
    Resumed,
    Started,
    TermsChanged,
)

LOGS_SQL = """
    SELECT ticket_id, kind, occurred_at, recorded_at, reason, terms, metric, due_at
      FROM sla_events
     WHERE ticket_id = ANY(%(ticket_ids)s)
     ORDER BY ticket_id, position
"""

APPEND_SQL = """
    INSERT INTO sla_events
           (ticket_id, position, kind, occurred_at, recorded_at, reason, terms, metric, due_at)
    VALUES (%(ticket_id)s,
            (SELECT coalesce(max(position), 0) + 1
               FROM sla_events
              WHERE ticket_id = %(ticket_id)s),
            %(kind)s, %(occurred_at)s, %(recorded_at)s, %(reason)s, %(terms)s, %(metric)s,
            %(due_at)s)
"""

#: What a row says, by its kind. The names of a kind's fields are those of the columns.
KINDS: Mapping[str, type[Event]] = {
    kind.kind: kind
    for kind in (
        Started,
        Responded,
        Paused,
        Resumed,
        Resolved,
        Reopened,
        TermsChanged,
        Escalated,
        DeadlineSet,
        DeadlineCleared,
        Excluded,
        Included,
    )
}


class _LogRow(msgspec.Struct, frozen=True):
    ticket_id: UUID
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    reason: str | None
    terms: dict[str, Any] | None
    metric: str | None
    due_at: datetime | None


class RecordedLog(msgspec.Struct, frozen=True):
    """A log with the instants at which its events were written down."""

    events: tuple[Event, ...] = ()
    recorded_at: tuple[datetime, ...] = ()

    def was_watched(self, reached_at: datetime) -> bool:
        """Say whether all that led to *reached_at* was known by then: no old news."""
        return all(
            recorded <= reached_at
            for event, recorded in zip(self.events, self.recorded_at, strict=True)
            if event.at <= reached_at
        )


async def read_log(tx: Tx, ticket_id: UUID) -> RecordedLog:
    """Return everything that happened to the ticket's clocks, in the order of recording."""
    return (await read_logs(tx, [ticket_id]))[ticket_id]


async def read_logs(tx: Tx, ticket_ids: Sequence[UUID]) -> dict[UUID, RecordedLog]:
    """Return the logs of several tickets; a ticket without one has an empty one."""
    rows: dict[UUID, list[_LogRow]] = defaultdict(list)
    for row in await tx.fetch_all(_LogRow, LOGS_SQL, ticket_ids=list(ticket_ids)):
        rows[row.ticket_id].append(row)
    return {
        ticket_id: RecordedLog(
            tuple(_event_of(row) for row in rows[ticket_id]),
            tuple(row.recorded_at for row in rows[ticket_id]),
        )
        for ticket_id in ticket_ids
    }


def append(tx: Tx, ticket_id: UUID, events: Sequence[Event], *, now: datetime) -> None:
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
            metric=getattr(event, "metric", None),
            due_at=getattr(event, "due_at", None),
        )


def _event_of(row: _LogRow) -> Event:
    kind = KINDS.get(row.kind)
    if kind is None:
        raise LookupError(f"the SLA log holds an unknown event {row.kind}")
    said = {
        "at": row.occurred_at,
        "terms": row.terms,
        "reason": row.reason or "",
        "metric": row.metric,
        "due_at": row.due_at,
    }
    return msgspec.convert(
        {name: said[name] for name in kind.__dataclass_fields__ if name in said}, kind
    )
