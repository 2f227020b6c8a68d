"""Put approved work right: a twin takes it back, and a new entry says what is true."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import msgspec

from psa_common import audit
from psa_common.db import Tx
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_tickets.domain.time.entry import refuse_own_work, reversal
from psa_tickets.queries import stored_time_entries, time_entries, time_rules
from psa_tickets.queries.time_entries import EntryRow
from psa_tickets.usecases.time import announcements
from psa_tickets.usecases.time.periods import open_days
from psa_tickets.usecases.time.recording import Effort, record
from psa_tickets.usecases.time.refusals import AlreadyReversed
from psa_tickets.usecases.time.targets import Target


async def correct(
    tx: Tx,
    principal: Principal,
    time_entry_id: UUID,
    *,
    reason: str,
    right: Effort | None,
    override_reason: str | None,
    now: datetime,
) -> list[EntryRow]:
    """
    Reverse an entry; return the twin, and the entries that replace it, to be approved anew.

    Raises NotReversible, ReversalReversed, AlreadyReversed, OwnWorkApproved, PeriodLocked, and
    what recording refuses.
    """
    rules = await time_rules.hold_rules(tx)
    visible = time_entries.visible_to(principal, "time_entry:approve")
    before = await stored_time_entries.get_for_update(tx, time_entry_id, visible)
    twin = _twin(before, principal, reason, now=now)
    refuse_own_work(before.user_id, principal.user_id, rules)
    if await stored_time_entries.is_reversed(tx, before.id):
        raise AlreadyReversed(before.id)
    open_days(tx, principal, [before.work_date], override_reason, rules)

    stored_time_entries.insert(tx, twin)
    audit.record(tx, "time_entry.reversed", "time_entry", before.id, before=before, after=twin)
    announcements.reversed_(tx, before, twin, principal, now)
    if right is None:
        return [twin]

    target = Target(
        ticket_id=before.ticket_id, task_id=before.task_id, customer_id=before.customer_id
    )
    effort = replace(right, override_reason=override_reason)
    logged = await record(tx, principal, target, before.user_id, effort, rules, now=now)
    return [twin, *logged.rows]


def _twin(before: EntryRow, principal: Principal, reason: str, *, now: datetime) -> EntryRow:
    """Return the entry that takes *before* back; raises NotReversible or ReversalReversed."""
    taken_back = reversal(before.entry(), id=uuid7())
    return msgspec.structs.replace(
        before,
        id=taken_back.id,
        minutes=taken_back.work.minutes,
        state=taken_back.state,
        reverses_id=taken_back.reverses_id,
        reason=reason,
        entered_by=principal.user_id,
        checked_at=None,
        checked_by=None,
        decided_at=now,
        decided_by=principal.user_id,
        invoice_id=None,
        surcharges=(),
        created_at=now,
        version=1,
    )
