"""Write work down, and put it right as long as nobody relies on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from psa_common import audit
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_tickets.domain.time.entry import Approval, Billable, Place, refuse_locked
from psa_tickets.domain.time.rules import Overlap, TimeRules, kind_of
from psa_tickets.domain.time.work import (
    OverlappingWork,
    Work,
    record_work,
    refuse_overlap,
    split_at_midnight,
)
from psa_tickets.queries import copies, stored_time_entries, time_entries, time_rules
from psa_tickets.queries.time_entries import EntryRow
from psa_tickets.usecases.time import announcements
from psa_tickets.usecases.time.periods import open_days
from psa_tickets.usecases.time.refusals import UnknownWorker, WorkOfOthers
from psa_tickets.usecases.time.targets import Target, task_target, ticket_target

#: The fields that say when; an edit that touches one says all of it anew.
TIMES = ("started_at", "ended_at", "work_date", "minutes", "break_minutes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What was done, when and by whom; what is left out follows the kind of work and the caller."""

    work_type: str
    note: str
    billable: Billable | None = None
    internal_note: str = ""
    place: Place = Place.REMOTE
    minutes: int | None = None
    break_minutes: int = 0
    work_date: date | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    user_id: UUID | None = None
    state: Approval = Approval.SUBMITTED
    override_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Logged:
    """The entries that were stored, and what somebody should look at."""

    rows: list[EntryRow]
    warnings: list[str]


async def log_on_ticket(
    tx: Tx, principal: Principal, ticket_id: UUID, effort: Effort, *, now: datetime
) -> Logged:
    """Write down work on a ticket that the caller may see."""
    target = await ticket_target(tx, principal, ticket_id)
    worker_id = await _worker(tx, principal, effort.user_id)
    rules = await time_rules.hold_rules(tx)
    return await record(tx, principal, target, worker_id, effort, rules, now=now)


async def log_on_task(
    tx: Tx, principal: Principal, task_id: UUID, effort: Effort, *, now: datetime
) -> Logged:
    """Write down work on a project's task; raises UnknownTask."""
    target = await task_target(tx, task_id)
    worker_id = await _worker(tx, principal, effort.user_id)
    rules = await time_rules.hold_rules(tx)
    return await record(tx, principal, target, worker_id, effort, rules, now=now)


async def record(
    tx: Tx,
    principal: Principal,
    target: Target,
    worker_id: UUID,
    effort: Effort,
    rules: TimeRules,
    *,
    now: datetime,
) -> Logged:
    """Store one entry for each local day of the work."""
    kind = kind_of(effort.work_type, await time_rules.list_kinds(tx))
    work = _recorded({name: getattr(effort, name) for name in TIMES}, rules, now=now)
    pieces = split_at_midnight(work, rules.time_zone)
    open_days(tx, principal, (piece.work_date for piece in pieces), effort.override_reason, rules)
    warnings = await _claim(tx, worker_id, work, rules)

    first = EntryRow(
        id=uuid7(),
        ticket_id=target.ticket_id,
        task_id=target.task_id,
        customer_id=target.customer_id,
        user_id=worker_id,
        work_type=kind.key,
        billable=effort.billable or Billable(kind.billable),
        place=effort.place,
        note=effort.note,
        internal_note=effort.internal_note,
        state=effort.state,
        entered_by=principal.user_id,
        created_at=now,
        **_times(pieces[0]),
    )
    rows = [first, *(_next_day(first, piece) for piece in pieces[1:])]
    _store(tx, rows, principal, now=now)
    return Logged(rows, warnings)


async def edit(
    tx: Tx,
    principal: Principal,
    time_entry_id: UUID,
    changes: Mapping[str, Any],
    *,
    override_reason: str | None,
    expected_version: int | None,
    now: datetime,
) -> Logged:
    """
    Change a draft or a rejected entry; work that now crosses midnight becomes more of them.

    Raises NotFound, StaleVersion, EntryLocked, PeriodLocked, and what recording refuses.
    """
    rules = await time_rules.hold_rules(tx)
    visible = time_entries.visible_to(principal, "time_entry:create")
    before = await stored_time_entries.get_for_update(tx, time_entry_id, visible)
    check_version(before.version, expected_version)
    refuse_locked(before.state)

    if "work_type" in changes:
        kind_of(changes["work_type"], await time_rules.list_kinds(tx))
    times = {name: changes[name] for name in TIMES if name in changes}
    words = {name: value for name, value in changes.items() if name not in TIMES}
    work = _recorded(times, rules, now=now) if times else before.entry().work
    pieces = split_at_midnight(work, rules.time_zone) if times else (work,)
    days = [before.work_date, *(piece.work_date for piece in pieces)]
    open_days(tx, principal, days, override_reason, rules)
    warnings = await _claim(tx, before.user_id, work, rules, but=before.id) if times else []

    after = msgspec.structs.replace(
        before, **words, **_times(pieces[0]), version=before.version + 1
    )
    stored_time_entries.save(tx, after)
    audit.record(tx, "time_entry.edited", "time_entry", after.id, before=before, after=after)
    more = [_next_day(after, piece) for piece in pieces[1:]]
    _store(tx, more, principal, now=now)
    return Logged([after, *more], warnings)


async def delete(
    tx: Tx,
    principal: Principal,
    time_entry_id: UUID,
    *,
    override_reason: str | None,
    expected_version: int | None,
) -> None:
    """Remove a draft or a rejected entry; the audit record keeps what it said."""
    rules = await time_rules.hold_rules(tx)
    visible = time_entries.visible_to(principal, "time_entry:create")
    row = await stored_time_entries.get_for_update(tx, time_entry_id, visible)
    check_version(row.version, expected_version)
    refuse_locked(row.state)
    open_days(tx, principal, [row.work_date], override_reason, rules)

    stored_time_entries.delete(tx, row)
    audit.record(tx, "time_entry.deleted", "time_entry", row.id, before=row)


def insert_draft(tx: Tx, row: EntryRow) -> None:
    """Store an entry of which nobody need hear yet."""
    stored_time_entries.insert(tx, row)
    audit.record(tx, "time_entry.logged", "time_entry", row.id, after=row)


def _store(tx: Tx, rows: list[EntryRow], principal: Principal, *, now: datetime) -> None:
    for row in rows:
        insert_draft(tx, row)
        if row.state is Approval.SUBMITTED:
            announcements.submitted(tx, row, principal, now=now)


async def _worker(tx: Tx, principal: Principal, user_id: UUID | None) -> UUID:
    """Return whose work it is; raises WorkOfOthers or UnknownWorker."""
    if user_id is None or user_id == principal.user_id:
        return principal.user_id
    if principal.scope("time_entry:create") != "all":
        raise WorkOfOthers
    user = await copies.find_user(tx, user_id)
    if user is None or not user.active:
        raise UnknownWorker(user_id)
    return user_id


def _recorded(times: Mapping[str, Any], rules: TimeRules, *, now: datetime) -> Work:
    return record_work(**times, time_zone=rules.time_zone, now=now)


async def _claim(
    tx: Tx, user_id: UUID, work: Work, rules: TimeRules, *, but: UUID | None = None
) -> list[str]:
    """Claim the time for the person; return warnings where the tenant only wants to be warned."""
    others = await stored_time_entries.list_neighbours_for_update(
        tx, user_id, work.work_date, but=but
    )
    try:
        refuse_overlap(work, others)
    except OverlappingWork as overlap:
        if rules.overlap is Overlap.FORBID:
            raise
        return [overlap.message]
    return []


def _times(work: Work) -> dict[str, Any]:
    return {
        "work_date": work.work_date,
        "started_at": work.started_at,
        "ended_at": work.ended_at,
        "minutes": work.minutes,
        "break_minutes": work.break_minutes,
    }


def _next_day(row: EntryRow, piece: Work) -> EntryRow:
    return msgspec.structs.replace(row, id=uuid7(), version=1, **_times(piece))
