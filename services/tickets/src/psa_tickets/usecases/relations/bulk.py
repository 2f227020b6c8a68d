"""Change many tickets in one request: each succeeds or is refused for itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from psa_common.db import Tx
from psa_common.errors import DomainError, Forbidden, Invalid, NotFound, Refused
from psa_common.identity import Principal
from psa_tickets.domain.priority import Priority
from psa_tickets.queries import bulk, stored_tickets
from psa_tickets.usecases import ticket_editing, ticket_lifecycle

#: So many tickets may stand in one request, by id or by filter.
FILTERED_MAX = 1_000


class TooManyTickets(Refused):
    """The filter fits more tickets than one request changes."""

    code = "too_many_tickets"

    def __init__(self) -> None:
        super().__init__(
            f"The filter fits more than {FILTERED_MAX} tickets; narrow it.", field="filter"
        )


class UnknownQueue(Refused):
    """The queue is not there, or nobody works from it any more."""

    code = "unknown_queue"

    def __init__(self, queue_id: UUID) -> None:
        super().__init__(f"{queue_id} is no active queue; choose another.", field="queue_id")
        self.queue_id = queue_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is to become of every ticket; what is UNSET or None stays."""

    priority: Priority | None = None
    queue_id: UUID | UnsetType | None = UNSET
    add_tags: Sequence[str] = ()
    remove_tags: Sequence[str] = ()
    assignee_id: UUID | UnsetType | None = UNSET
    status: str | None = None

    @property
    def permissions(self) -> frozenset[str]:
        """What the caller must hold for these."""
        updating = (
            self.priority is not None
            or self.queue_id is not UNSET
            or self.status is not None
            or self.add_tags
            or self.remove_tags
        )
        needed = {"ticket:update": updating, "ticket:assign": self.assignee_id is not UNSET}
        return frozenset(permission for permission, wanted in needed.items() if wanted)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one ticket: changed, or why not."""

    ticket_id: UUID
    changed: bool
    code: str | None = None
    message: str | None = None


class _Rehearsed(Exception):
    """Undoes what was only tried."""


async def change(
    tx: Tx,
    principal: Principal,
    ids: Sequence[UUID],
    changes: Changes,
    *,
    dry_run: bool,
    now: datetime,
) -> list[Outcome]:
    """
    Change every ticket, and say of each what became of it.

    One that the caller may not touch is as one that is not there, and then nothing is done.
    Another one's refusal leaves that one as it was. A dry run does all this and keeps nothing.
    """
    if not changes.permissions:
        raise Invalid("Name what is to change.", field="changes")
    await _refuse_invisible(tx, principal, ids, changes)
    if isinstance(changes.queue_id, UUID) and not await bulk.is_queue(tx, changes.queue_id):
        raise UnknownQueue(changes.queue_id)

    return [
        await _outcome(tx, principal, ticket_id, changes, dry_run=dry_run, now=now)
        for ticket_id in ids
    ]


async def list_filtered(tx: Tx, principal: Principal, values: dict[str, object]) -> Sequence[UUID]:
    """Return the tickets that a filter fits; raises TooManyTickets."""
    ids = await bulk.list_ids(tx, principal, values, limit=FILTERED_MAX + 1)
    if len(ids) > FILTERED_MAX:
        raise TooManyTickets
    return ids


async def _refuse_invisible(
    tx: Tx, principal: Principal, ids: Sequence[UUID], changes: Changes
) -> None:
    for permission in sorted(changes.permissions):
        if principal.scope(permission) is None:
            raise Forbidden(f"This needs the permission {permission}; ask your administrator.")
        locked = await bulk.list_for_update(tx, principal, ids, permission)
        if missing := set(ids) - set(locked):
            raise NotFound(f"There is no ticket {min(missing)}.", field="ids")


async def _outcome(
    tx: Tx,
    principal: Principal,
    ticket_id: UUID,
    changes: Changes,
    *,
    dry_run: bool,
    now: datetime,
) -> Outcome:
    try:
        async with tx.savepoint():
            await _change_one(tx, principal, ticket_id, changes, now=now)
            if dry_run:
                await tx.flush()
                raise _Rehearsed
    except _Rehearsed:
        pass
    except DomainError as refusal:
        code = refusal.error_code.upper()
        return Outcome(ticket_id=ticket_id, changed=False, code=code, message=refusal.message)
    return Outcome(ticket_id=ticket_id, changed=True)


async def _change_one(
    tx: Tx, principal: Principal, ticket_id: UUID, changes: Changes, *, now: datetime
) -> None:
    fields = await _fields(tx, principal, ticket_id, changes)
    if fields:
        await ticket_editing.edit(tx, principal, ticket_id, fields, expected_version=None, now=now)
    if changes.assignee_id is not UNSET:
        await ticket_lifecycle.assign(
            tx, principal, ticket_id, changes.assignee_id, expected_version=None, now=now
        )
    if changes.status is not None:
        await ticket_lifecycle.change_status(
            tx,
            principal,
            ticket_id,
            changes.status,
            occurred_at=None,
            expected_version=None,
            now=now,
        )


async def _fields(
    tx: Tx, principal: Principal, ticket_id: UUID, changes: Changes
) -> dict[str, object]:
    """Return the changes of one ticket, as if somebody had edited it."""
    fields: dict[str, object] = {}
    if changes.priority is not None:
        fields["priority"] = changes.priority
    if changes.queue_id is not UNSET:
        fields["queue_id"] = changes.queue_id
    if changes.add_tags or changes.remove_tags:
        ticket = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:update")
        kept = [tag for tag in ticket.tags if tag not in changes.remove_tags]
        fields["tags"] = [*kept, *changes.add_tags]
    return fields
