"""Tell of every line that a clock has crossed, once: warning, breach, and levels that escalate."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from psa_common.db import Tx
from psa_events import outbox
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.sla_clock import Clock, Clocks
from psa_tickets.domain.sla_terms import Escalation, Recipient
from psa_tickets.events import SlaBreached, SlaEscalated, SlaWarning
from psa_tickets.queries import sla_announcements, sla_escalations
from psa_tickets.queries.sla_announcements import Crossing
from psa_tickets.queries.sla_escalations import Level
from psa_tickets.queries.sla_log import RecordedLog
from psa_tickets.queries.tickets import StoredTicket

KINDS: dict[str, type[SlaWarning] | type[SlaBreached]] = {
    "warning": SlaWarning,
    "breach": SlaBreached,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A ticket, what is known of its clocks, and whom a level of them concerns."""

    id: UUID
    number: str
    priority: Priority
    assignee_id: UUID | None
    contact_id: UUID | None
    log: RecordedLog
    clocks: Clocks

    @classmethod
    def of(cls, ticket: StoredTicket, log: RecordedLog, clocks: Clocks) -> Self:
        """Return what is watched of *ticket*."""
        return cls(
            id=ticket.id,
            number=ticket.number,
            priority=ticket.priority,
            assignee_id=ticket.assignee_id,
            contact_id=ticket.contact_id,
            log=log,
            clocks=clocks,
        )


async def announce(tx: Tx, watched: Sequence[Watched], *, now: datetime) -> None:
    """
    Tell of every line that a clock has crossed: warning and breach once for each instant at
    which it did, a level once for each budget.

    Only what we were there to see: an imported or backdated ticket tells no old news.
    """
    crossings = [crossing for one in watched for crossing in _crossings(one)]
    levels = [level for one in watched for level in _levels(one)]
    by_id = {one.id: one for one in watched}
    for crossing in await sla_announcements.insert_new(tx, crossings, now=now):
        _tell(tx, by_id[crossing.ticket_id], crossing)
    for level in await sla_escalations.insert_new(tx, levels, now=now):
        _escalate(tx, by_id[level.ticket_id], level)


def _clocks(watched: Watched) -> tuple[Clock, Clock]:
    return watched.clocks.response, watched.clocks.resolution


def _crossings(watched: Watched) -> Iterator[Crossing]:
    for clock in _clocks(watched):
        for kind, at in (("warning", clock.warned_at), ("breach", clock.breached_at)):
            if at is not None and watched.log.was_watched(at):
                yield Crossing(watched.id, clock.metric, kind, at)


def _levels(watched: Watched) -> Iterator[Level]:
    for clock in _clocks(watched):
        for percent, at in clock.reached.items():
            escalation = clock.terms and clock.terms.escalation(clock.metric, percent)
            if escalation and watched.log.was_watched(at):
                yield Level(
                    ticket_id=watched.id,
                    metric=clock.metric,
                    percent=percent,
                    budget_version=clock.budget_version,
                    reached_at=at,
                    escalation=escalation,
                )


def _tell(tx: Tx, watched: Watched, crossing: Crossing) -> None:
    clock = watched.clocks.of(crossing.metric)
    outbox.publish(
        tx,
        KINDS[crossing.level](
            ticket_id=watched.id,
            metric=clock.metric,
            priority=watched.priority,
            percent=int(clock.consumed_percent or 0),
            due_at=clock.last_due_at or crossing.reached_at,
            occurred_at=crossing.reached_at,
        ),
    )


def _escalate(tx: Tx, watched: Watched, level: Level) -> None:
    clock = watched.clocks.of(level.metric)
    outbox.publish(
        tx,
        SlaEscalated(
            ticket_id=watched.id,
            number=watched.number,
            metric=level.metric,
            priority=watched.priority,
            percent=level.percent,
            due_at=clock.last_due_at or level.reached_at,
            occurred_at=level.reached_at,
            user_ids=_users(watched, level.escalation),
            contact_id=_contact(watched, level.escalation),
            acts=level.escalation.acts,
        ),
    )


def _users(watched: Watched, escalation: Escalation) -> list[UUID]:
    """Return everybody of ours who is told, each once."""
    assignee = watched.assignee_id if Recipient.ASSIGNEE in escalation.notify else None
    return [*dict.fromkeys(one for one in (assignee, *escalation.notify_user_ids) if one)]


def _contact(watched: Watched, escalation: Escalation) -> UUID | None:
    return watched.contact_id if Recipient.CONTACT in escalation.notify else None
