"""Let one ticket take in another one, and take that back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from psa_common import audit
from psa_common.db import Tx
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_events import outbox
from psa_tickets.domain.relations import family, merge as rules, watchers as watcher_rules
from psa_tickets.domain.sla_clock import Clocks
from psa_tickets.events import MovedCounts, TicketMerged, TicketStatusChanged, TicketUnmerged
from psa_tickets.queries import families, merges, stored_tickets, watchers
from psa_tickets.queries.merges import Merge
from psa_tickets.queries.tickets import StoredTicket, facts_of
from psa_tickets.usecases import sla_clocks

PERMISSION = "ticket:merge"


async def merge(
    tx: Tx, principal: Principal, source_id: UUID, target_id: UUID, *, now: datetime
) -> Merge:
    """
    Let *target* take in *source*: all that belonged to the source belongs to the target.

    The source stays readable, closed, and names the target. Its clocks stop without a verdict;
    those of the target know nothing of it.
    """
    source, target = await _lock_pair(tx, principal, source_id, target_id)
    rules.refuse_merge(
        source,
        target,
        told_to_billing=await merges.is_told_to_billing(tx, source_id),
        same_contract=source.contract_id == target.contract_id,
        target_is_below=source_id in (await families.list_line(tx, target_id))[1:],
    )
    after = replace(rules.close_as_merged(source, now=now), merged_into_id=target_id)

    clocks, stopped = await sla_clocks.stop_unjudged(tx, source, after, now=now)
    merged = Merge(
        id=uuid7(),
        source_id=source_id,
        target_id=target_id,
        merged_by=principal.user_id,
        merged_at=now,
        status=source.status,
        resolved_at=source.resolved_at,
        closed_at=source.closed_at,
        clocks_stopped=stopped,
        moved=await merges.move_all(tx, source_id, target_id),
    )
    await _refuse_overflow(tx, target)
    merges.insert(tx, merged)
    _save(tx, source, after, target, clocks, now=now)
    _announce_merge(tx, merged, source, target)
    return merged


async def unmerge(tx: Tx, principal: Principal, source_id: UUID, *, now: datetime) -> Merge:
    """
    Undo a merge within a day: what moved and is still in the target comes back.

    The clocks of the source count as if they had never stopped: the customer has waited.
    """
    merges.lock_shape(tx)
    merged = await merges.find_in_force(tx, source_id)
    # Not the target of the record: one that was merged itself has handed on what it took in.
    target_id = await merges.find_target(tx, source_id) or source_id
    await merges.lock_circle(tx, source_id, target_id, _tickets_of(merged))
    source = await stored_tickets.get_even_merged(tx, source_id, principal, PERMISSION)
    if merged is None:
        raise rules.NotMerged(source.number)
    rules.refuse_late_undo(source.number, merged_at=merged.merged_at, now=now)
    target = await stored_tickets.get_even_merged(tx, target_id, principal, PERMISSION)
    after = replace(
        source,
        status=merged.status,
        resolved_at=merged.resolved_at,
        closed_at=merged.closed_at,
        merged_into_id=None,
    )

    back = await merges.put_all_back(tx, source_id, target.id, merged.moved)
    if source_id in (await families.list_line(tx, source_id))[1:]:
        raise rules.UnmergeImpossible(source.number)
    clocks = await _clocks_again(tx, source, after, merged, now=now)
    merges.undo(tx, merged.id, now=now)
    _save(tx, source, after, target, clocks, now=now)
    _announce_undo(tx, principal, source, target, back, now=now)
    return merged


async def _lock_pair(
    tx: Tx, principal: Principal, source_id: UUID, target_id: UUID
) -> tuple[StoredTicket, StoredTicket]:
    """Lock all that a merge writes; neither ticket may be merged already."""
    merges.lock_shape(tx)
    await merges.lock_circle(tx, source_id, target_id)
    source = await stored_tickets.get_for_update(tx, source_id, principal, PERMISSION)
    target = await stored_tickets.get_for_update(tx, target_id, principal, PERMISSION)
    return source, target


async def _refuse_overflow(tx: Tx, target: StoredTicket) -> None:
    """Keep the bounds of a ticket, which two tickets together may exceed."""
    watcher_rules.refuse_crowd(target.number, await watchers.count(tx, target.id))
    above = len(await families.list_line(tx, target.id)) - 1
    family.refuse_levels(above + await families.height_of(tx, target.id))


async def _clocks_again(
    tx: Tx, before: StoredTicket, after: StoredTicket, merged: Merge, *, now: datetime
) -> Clocks:
    if merged.clocks_stopped:
        return await sla_clocks.run_on(tx, before, after, stopped_at=merged.merged_at, now=now)
    return await sla_clocks.advance(tx, before, after, (), now=now)


def _save(
    tx: Tx,
    before: StoredTicket,
    after: StoredTicket,
    target: StoredTicket,
    clocks: Clocks,
    *,
    now: datetime,
) -> None:
    stored_tickets.save(tx, after, clocks, now=now)
    merges.touch(tx, target.id, now=now)
    if after.status != before.status:
        outbox.publish(
            tx,
            TicketStatusChanged(
                ticket_id=after.id,
                previous=before.status,
                current=after.status,
                category=after.stage,
                changed_at=now,
            ),
        )
    audit.record(
        tx, "ticket.changed", "ticket", after.id, before=facts_of(before), after=facts_of(after)
    )


def _announce_merge(tx: Tx, merged: Merge, source: StoredTicket, target: StoredTicket) -> None:
    outbox.publish(
        tx,
        TicketMerged(
            ticket_id=source.id,
            number=source.number,
            target_id=target.id,
            target_number=target.number,
            moved=_counts(merged.moved),
            merged_at=merged.merged_at,
            merged_by=merged.merged_by,
        ),
    )
    for ticket in (source, target):
        audit.record(tx, "ticket.merged", "ticket", ticket.id, after=merged)


def _announce_undo(
    tx: Tx,
    principal: Principal,
    source: StoredTicket,
    target: StoredTicket,
    back: Mapping[str, Sequence[UUID]],
    *,
    now: datetime,
) -> None:
    undone = TicketUnmerged(
        ticket_id=source.id,
        number=source.number,
        target_id=target.id,
        target_number=target.number,
        moved=_counts(back),
        unmerged_at=now,
        unmerged_by=principal.user_id,
    )
    outbox.publish(tx, undone)
    for ticket in (source, target):
        audit.record(tx, "ticket.unmerged", "ticket", ticket.id, after=undone)


def _tickets_of(merged: Merge | None) -> list[UUID]:
    if merged is None:
        return []
    return [*merged.moved.get("children", ()), *merged.moved.get("merged", ())]


def _counts(moved: Mapping[str, Sequence[UUID]]) -> MovedCounts:
    return MovedCounts(
        comments=len(moved.get("comments", ())),
        time_entries=len(moved.get("time_entries", ())),
        watchers=len(moved.get("watchers", ())),
        links=len(moved.get("links", ())) + len(moved.get("links_to", ())),
        children=len(moved.get("children", ())),
        attachments=len(moved.get("attachments", ())),
    )
