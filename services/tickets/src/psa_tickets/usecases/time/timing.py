"""Stopwatches that the server keeps: one runs for a person, what it measured becomes drafts."""

from datetime import UTC, datetime
from uuid import UUID

from psa_common import audit
from psa_common.db import Tx
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_tickets.domain.time import timer as rules_of_timers
from psa_tickets.domain.time.entry import Approval, Billable
from psa_tickets.domain.time.rules import TimeRules, is_locked, kind_of
from psa_tickets.domain.time.timer import Timer
from psa_tickets.domain.time.work import Work
from psa_tickets.queries import time_rules, timers
from psa_tickets.queries.time_entries import EntryRow
from psa_tickets.queries.timers import TimerRow
from psa_tickets.usecases.time.periods import open_days
from psa_tickets.usecases.time.recording import insert_draft
from psa_tickets.usecases.time.targets import one_target

BATCH = 100
FORGOTTEN = "Timer lief 12 Stunden und wurde automatisch beendet; bitte prüfen."


async def start(
    tx: Tx,
    principal: Principal,
    *,
    ticket_id: UUID | None,
    task_id: UUID | None,
    work_type: str,
    note: str,
    now: datetime,
) -> TimerRow:
    """
    Start a timer on a ticket that the caller may see, or on a task; what runs is paused.

    Raises OneTarget, NotFound, UnknownTask or UnknownWorkType.
    """
    target = await one_target(tx, principal, ticket_id=ticket_id, task_id=task_id)
    kind = kind_of(work_type, await time_rules.list_kinds(tx))
    await _pause_running(tx, principal.user_id, now=now)
    row = TimerRow(
        id=uuid7(),
        user_id=principal.user_id,
        ticket_id=target.ticket_id,
        task_id=target.task_id,
        customer_id=target.customer_id,
        work_type=kind.key,
        note=note,
        runs=(),
        running_since=now,
        created_at=now,
        version=1,
    )
    timers.insert(tx, row)
    audit.record(tx, "timer.started", "timer", row.id, after=row)
    return row


async def pause(tx: Tx, principal: Principal, timer_id: UUID, *, now: datetime) -> TimerRow:
    """Stop counting, and keep what was counted; raises TimerPaused."""
    before = await timers.get_for_update(tx, timer_id, principal.user_id)
    return _save(tx, before, rules_of_timers.pause(before.timer(), now=now), "paused")


async def resume(tx: Tx, principal: Principal, timer_id: UUID, *, now: datetime) -> TimerRow:
    """Count on; the timer that runs for the caller is paused. Raises TimerRuns."""
    before = await timers.get_for_update(tx, timer_id, principal.user_id)
    resumed = rules_of_timers.resume(before.timer(), now=now)
    await _pause_running(tx, principal.user_id, now=now)
    return _save(tx, before, resumed, "resumed")


async def stop(
    tx: Tx, principal: Principal, timer_id: UUID, *, override_reason: str | None, now: datetime
) -> list[EntryRow]:
    """
    Turn what was measured into drafts; they may overlap other work until they are submitted.

    Raises TimerTooShort, PeriodLocked or LockOverrideForbidden; the timer then stays.
    """
    rules = await time_rules.hold_rules(tx)
    row = await timers.get_for_update(tx, timer_id, principal.user_id)
    pieces = rules_of_timers.stop(row.timer(), time_zone=rules.time_zone, now=now)
    open_days(tx, principal, (piece.work_date for piece in pieces), override_reason, rules)
    return await _to_drafts(tx, row, pieces, now=now)


async def discard(tx: Tx, principal: Principal, timer_id: UUID) -> None:
    """Throw away what was measured."""
    row = await timers.get_for_update(tx, timer_id, principal.user_id)
    timers.delete(tx, row)
    audit.record(tx, "timer.discarded", "timer", row.id, before=row)


async def look(tx: Tx) -> int:
    """Stop the timers that have run for twelve hours; return how many."""
    return await stop_forgotten(tx, now=datetime.now(UTC))


async def stop_forgotten(tx: Tx, *, now: datetime) -> int:
    """Turn forgotten timers into drafts of twelve hours; in a locked period only pause them."""
    forgotten = await timers.list_overdue(tx, now=now, batch=BATCH)
    if not forgotten:
        return 0
    rules = await time_rules.hold_rules(tx)
    for row in forgotten:
        pieces = rules_of_timers.stop(row.timer(), time_zone=rules.time_zone, now=now)
        if _any_locked(pieces, rules):
            _save(tx, row, rules_of_timers.pause(row.timer(), now=now), "paused")
        else:
            await _to_drafts(tx, row, pieces, now=now, internal_note=FORGOTTEN)
    return len(forgotten)


async def _pause_running(tx: Tx, user_id: UUID, *, now: datetime) -> None:
    """Pause what runs for the person: nobody does two things at once."""
    running = await timers.running_for_update(tx, user_id)
    if running is not None:
        _save(tx, running, rules_of_timers.pause(running.timer(), now=now), "paused")


def _save(tx: Tx, before: TimerRow, timer: Timer, done: str) -> TimerRow:
    after = before.with_timer(timer)
    timers.save(tx, after)
    audit.record(tx, f"timer.{done}", "timer", after.id, before=before, after=after)
    return after


async def _to_drafts(
    tx: Tx, row: TimerRow, pieces: tuple[Work, ...], *, now: datetime, internal_note: str = ""
) -> list[EntryRow]:
    kind = (await time_rules.list_kinds(tx)).get(row.work_type)
    drafts = [
        EntryRow(
            id=uuid7(),
            ticket_id=row.ticket_id,
            task_id=row.task_id,
            customer_id=row.customer_id,
            user_id=row.user_id,
            work_type=row.work_type,
            billable=Billable(kind.billable) if kind else Billable.BILLABLE,
            note=row.note,
            internal_note=internal_note,
            state=Approval.DRAFT,
            entered_by=row.user_id,
            created_at=now,
            work_date=piece.work_date,
            started_at=piece.started_at,
            ended_at=piece.ended_at,
            minutes=piece.minutes,
        )
        for piece in pieces
    ]
    for draft in drafts:
        insert_draft(tx, draft)
    timers.delete(tx, row)
    audit.record(tx, "timer.stopped", "timer", row.id, before=row)
    return drafts


def _any_locked(pieces: tuple[Work, ...], rules: TimeRules) -> bool:
    return any(is_locked(piece.work_date, rules) for piece in pieces)
