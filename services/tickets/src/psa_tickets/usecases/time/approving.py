"""The way of entries to the invoice: submit, withdraw, approve, reject; one or many at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from psa_common import audit
from psa_common.db import Tx
from psa_common.errors import DomainError
from psa_common.identity import Principal
from psa_tickets.domain.time.entry import Approval, decide, vouch
from psa_tickets.domain.time.rules import Overlap, TimeRules, WorkKind
from psa_tickets.domain.time.surcharges import SurchargeRule, pieces_of
from psa_tickets.queries import stored_time_entries, time_entries, time_rules
from psa_tickets.queries.time_entries import EntryRow, Surcharge
from psa_tickets.usecases.time import announcements
from psa_tickets.usecases.time.announcements import plain
from psa_tickets.usecases.time.refusals import ClaimedTwice

Rule = Callable[[EntryRow], EntryRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one of many: the entry as it is now, or why it stays as it was."""

    id: UUID
    row: EntryRow | None = None
    refusal: DomainError | None = None


async def submit(
    tx: Tx, principal: Principal, ids: Sequence[UUID], *, now: datetime
) -> list[Outcome]:
    """Ask for approval of drafts and of rejected entries that have been put right."""
    rules = (await time_rules.read_rules(tx)).rules
    claimed: set[UUID] = set()
    if rules.overlap is Overlap.FORBID:
        claimed = await stored_time_entries.list_overlapping(tx, ids)

    def rule(row: EntryRow) -> EntryRow:
        state = decide(row.entry(), Approval.SUBMITTED).state
        if row.id in claimed:
            raise ClaimedTwice(row.id)
        return msgspec.structs.replace(row, state=state, reason="")

    outcomes = await _decide(tx, principal, ids, "time_entry:create", rule)
    for row in _changed(outcomes):
        announcements.submitted(tx, row, principal, now=now)
    return outcomes


async def withdraw(
    tx: Tx, principal: Principal, ids: Sequence[UUID], *, now: datetime
) -> list[Outcome]:
    """Take submitted entries back to change them."""

    def rule(row: EntryRow) -> EntryRow:
        return msgspec.structs.replace(row, state=decide(row.entry(), Approval.DRAFT).state)

    outcomes = await _decide(tx, principal, ids, "time_entry:create", rule)
    for row in _changed(outcomes):
        announcements.withdrawn(tx, row, principal, now=now)
    return outcomes


async def approve(
    tx: Tx, principal: Principal, ids: Sequence[UUID], *, now: datetime
) -> list[Outcome]:
    """Vouch for entries: what needs no second approval may be billed from here on."""
    rules = (await time_rules.read_rules(tx)).rules
    surcharges = await time_rules.list_active_surcharges(tx)
    kinds = await time_rules.list_kinds(tx)

    def rule(row: EntryRow) -> EntryRow:
        entry = vouch(row.entry(), principal.user_id, rules)
        if entry.state is Approval.CHECKED:
            return msgspec.structs.replace(
                row, state=entry.state, checked_at=now, checked_by=entry.checked_by
            )
        return msgspec.structs.replace(
            row,
            state=entry.state,
            decided_at=now,
            decided_by=principal.user_id,
            surcharges=_surcharges(row, surcharges, kinds, rules),
        )

    outcomes = await _decide(tx, principal, ids, "time_entry:approve", rule)
    approved = [row for row in _changed(outcomes) if row.state is Approval.APPROVED]
    on_tickets = sorted({row.ticket_id for row in approved if row.ticket_id})
    numbers = await time_entries.ticket_numbers(tx, on_tickets)
    for row in approved:
        number = numbers.get(row.ticket_id) if row.ticket_id else None
        announcements.approved(tx, row, principal, ticket_number=number, now=now)
    return outcomes


async def reject(
    tx: Tx, principal: Principal, ids: Sequence[UUID], reason: str, *, now: datetime
) -> list[Outcome]:
    """Give entries back to the people who wrote them, and say why."""

    def rule(row: EntryRow) -> EntryRow:
        return msgspec.structs.replace(
            row,
            state=decide(row.entry(), Approval.REJECTED).state,
            reason=reason,
            checked_at=None,
            checked_by=None,
            decided_at=now,
            decided_by=principal.user_id,
        )

    outcomes = await _decide(tx, principal, ids, "time_entry:approve", rule)
    for row in _changed(outcomes):
        announcements.rejected(tx, row, principal, now=now)
    return outcomes


async def mark_billed(tx: Tx, ids: Sequence[UUID], invoice_id: UUID) -> None:
    """
    Note which invoice bills the entries; twice for one invoice is once.

    Raises IllegalApproval for what was not approved, or is on another invoice.
    """
    for before in await stored_time_entries.list_for_update(
        tx, ids, stored_time_entries.EVERYTHING
    ):
        if before.state is Approval.BILLED and before.invoice_id == invoice_id:
            continue
        state = decide(before.entry(), Approval.BILLED).state
        _save(tx, before, msgspec.structs.replace(before, state=state, invoice_id=invoice_id))


async def mark_written_off(tx: Tx, ids: Sequence[UUID], reason: str) -> None:
    """Note that approved entries will never be billed; raises IllegalApproval."""
    for before in await stored_time_entries.list_for_update(
        tx, ids, stored_time_entries.EVERYTHING
    ):
        state = decide(before.entry(), Approval.WRITTEN_OFF).state
        _save(tx, before, msgspec.structs.replace(before, state=state, reason=reason))


def only(outcomes: Sequence[Outcome]) -> EntryRow:
    """Return the one entry that was asked for; raises its refusal."""
    [outcome] = outcomes
    if outcome.row is None:
        raise outcome.refusal or time_entries.no_such(outcome.id)
    return outcome.row


async def _decide(
    tx: Tx, principal: Principal, ids: Sequence[UUID], permission: str, rule: Rule
) -> list[Outcome]:
    """Let *rule* decide about each entry; what it refuses holds up none of the others."""
    visible = time_entries.visible_to(principal, permission)
    found = {row.id: row for row in await stored_time_entries.list_for_update(tx, ids, visible)}
    return [_decided(tx, id, found.get(id), rule) for id in dict.fromkeys(ids)]


def _decided(tx: Tx, id: UUID, before: EntryRow | None, rule: Rule) -> Outcome:
    if before is None:
        return Outcome(id=id, refusal=time_entries.no_such(id))
    try:
        after = rule(before)
    except DomainError as refusal:
        return Outcome(id=id, refusal=refusal)
    return Outcome(id=id, row=_save(tx, before, after))


def _save(tx: Tx, before: EntryRow, after: EntryRow) -> EntryRow:
    saved = msgspec.structs.replace(after, version=before.version + 1)
    stored_time_entries.save(tx, saved)
    audit.record(
        tx, f"time_entry.{saved.state}", "time_entry", saved.id, before=before, after=saved
    )
    return saved


def _changed(outcomes: Sequence[Outcome]) -> list[EntryRow]:
    return [outcome.row for outcome in outcomes if outcome.row is not None]


def _surcharges(
    row: EntryRow,
    surcharges: Sequence[SurchargeRule],
    kinds: Mapping[str, WorkKind],
    rules: TimeRules,
) -> tuple[Surcharge, ...]:
    """Return the parts of the entry by factor; nothing where all of it counts as it lasted."""
    kind = kinds.get(row.work_type)
    if kind is not None and not kind.surcharges:
        return ()
    pieces = pieces_of(row.entry().work, surcharges, rules.time_zone)
    if all(piece.rule is None for piece in pieces):
        return ()
    return tuple(
        Surcharge(
            minutes=piece.minutes,
            factor=plain(piece.factor),
            rule=piece.rule,
            applies_to=piece.applies_to,
        )
        for piece in pieces
    )
