"""Keep what people write down once and use again."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec

from psa_common import audit
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.errors import Refused
from psa_common.ids import uuid7
from psa_tickets.domain.routines.macro import Do, Macro
from psa_tickets.domain.routines.texts import TicketTemplate
from psa_tickets.queries import definitions
from psa_tickets.queries.definitions import CHECKLISTS, Shelf, Stored

D = TypeVar("D")


class UnknownChecklist(Refused):
    """What is to be copied into tickets exists and is in use."""

    code = "unknown_checklist"

    def __init__(self) -> None:
        super().__init__("One of these checklists is not in use; choose others.")


async def create(
    tx: Tx, shelf: Shelf[D], name: str, active: bool, definition: D, *, now: datetime
) -> Stored[D]:
    """Store a new definition; raises UnknownChecklist."""
    await _check(tx, definition)
    new = shelf.row(
        id=uuid7(), name=name, active=active, definition=definition, version=1, created_at=now
    )
    definitions.insert(tx, shelf, new)
    audit.record(tx, f"{shelf.kind}.created", shelf.kind, new.id, after=new)
    return new


async def replace(
    tx: Tx,
    shelf: Shelf[D],
    id: UUID,
    name: str,
    active: bool,
    definition: D,
    *,
    expected_version: int | None,
) -> Stored[D]:
    """Let a definition say something else; raises UnknownChecklist."""
    before = await definitions.get_for_update(tx, shelf, id)
    check_version(before.version, expected_version)
    await _check(tx, definition)
    after = msgspec.structs.replace(
        before, name=name, active=active, definition=definition, version=before.version + 1
    )
    definitions.save(tx, after)
    audit.record(tx, f"{shelf.kind}.changed", shelf.kind, id, before=before, after=after)
    return after


async def _check(tx: Tx, definition: object) -> None:
    """Refuse checklists that nobody could copy."""
    wanted = frozenset(_checklists(definition))
    if wanted and await definitions.count_active(tx, CHECKLISTS, wanted) < len(wanted):
        raise UnknownChecklist


def _checklists(definition: object) -> Iterable[UUID]:
    match definition:
        case TicketTemplate():
            return definition.checklist_ids
        case Macro():
            return (
                UUID(action.value) for action in definition.actions if action.do is Do.ADD_CHECKLIST
            )
        case _:
            return ()
