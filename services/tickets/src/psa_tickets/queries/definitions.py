"""What people write down once and use again: one table, one shelf for each kind."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

import msgspec

from psa_common.db import Jsonb, Tx
from psa_common.errors import NotFound
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.domain.routines.checklist import ChecklistDefinition
from psa_tickets.domain.routines.macro import Macro
from psa_tickets.domain.routines.texts import CannedAnswer, TicketTemplate

SELECT_SQL = """
    SELECT d.id, d.name, d.active, d.definition, d.version, d.created_at
      FROM desk_definitions AS d
"""

GET_SQL = SELECT_SQL + " WHERE d.id = %(id)s AND d.kind = %(kind)s"

GET_FOR_UPDATE_SQL = GET_SQL + " FOR UPDATE"

COUNT_SQL = """
    SELECT count(*)
      FROM desk_definitions
     WHERE id = ANY(%(ids)s)
       AND kind = %(kind)s
       AND active
"""

LIST_SQL = SELECT_SQL + " WHERE d.id = ANY(%(ids)s) AND d.kind = %(kind)s ORDER BY d.name"

INSERT_SQL = """
    INSERT INTO desk_definitions (id, kind, name, active, definition, version, created_at)
    VALUES (%(id)s, %(kind)s, %(name)s, %(active)s, %(definition)s, %(version)s, %(created_at)s)
"""

SAVE_SQL = """
    UPDATE desk_definitions
       SET name = %(name)s,
           active = %(active)s,
           definition = %(definition)s,
           version = %(version)s
     WHERE id = %(id)s
"""

D = TypeVar("D")


class Stored(msgspec.Struct, Generic[D], frozen=True, kw_only=True):
    """A definition as people keep it."""

    id: UUID
    name: str
    active: bool
    definition: D
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Shelf(Generic[D]):
    """Where definitions of one kind lie."""

    kind: str
    row: type[Stored[D]]


TEMPLATES = Shelf("ticket_template", Stored[TicketTemplate])
ANSWERS = Shelf("canned_answer", Stored[CannedAnswer])
MACROS = Shelf("macro", Stored[Macro])
CHECKLISTS = Shelf("checklist_template", Stored[ChecklistDefinition])


def listing_of(shelf: Shelf[D]) -> Listing[Stored[D]]:
    """Return what a list of the shelf may be asked for; it wants the parameter `kind`."""
    return Listing(
        row=shelf.row,
        select=SELECT_SQL,
        id_column="d.id",
        conditions=("d.kind = %(kind)s",),
        filters={"active": Filter("d.active = %(active)s", bool)},
        sorts={"name": Sort("d.name", str), "created_at": Sort("d.created_at", datetime)},
        default_sort="name",
    )


async def get(tx: Tx, shelf: Shelf[D], id: UUID) -> Stored[D]:
    """Return the definition; raises NotFound."""
    return _known(await tx.fetch_optional(shelf.row, GET_SQL, id=id, kind=shelf.kind), shelf, id)


async def get_active(tx: Tx, shelf: Shelf[D], id: UUID) -> Stored[D]:
    """Return the definition if it is in use; raises NotFound."""
    found = await get(tx, shelf, id)
    return _known(found if found.active else None, shelf, id)


async def get_for_update(tx: Tx, shelf: Shelf[D], id: UUID) -> Stored[D]:
    """Lock and return the definition; raises NotFound."""
    found = await tx.fetch_optional(shelf.row, GET_FOR_UPDATE_SQL, id=id, kind=shelf.kind)
    return _known(found, shelf, id)


async def list_these(tx: Tx, shelf: Shelf[D], ids: tuple[UUID, ...]) -> list[Stored[D]]:
    """Return those of the definitions that there are."""
    return await tx.fetch_all(shelf.row, LIST_SQL, ids=list(ids), kind=shelf.kind)


async def count_active(tx: Tx, shelf: Shelf[D], ids: frozenset[UUID]) -> int:
    """Return how many of these are in use."""
    return int(await tx.fetch_value(COUNT_SQL, ids=sorted(ids), kind=shelf.kind))


def insert(tx: Tx, shelf: Shelf[D], new: Stored[D]) -> None:
    """Store a new definition."""
    tx.defer(INSERT_SQL, kind=shelf.kind, **_columns(new))


def save(tx: Tx, changed: Stored[D]) -> None:
    """Store what changed."""
    tx.defer(SAVE_SQL, **_columns(changed))


def _known(found: Stored[D] | None, shelf: Shelf[D], id: UUID) -> Stored[D]:
    if found is None:
        raise NotFound(f"There is no {shelf.kind.replace('_', ' ')} {id} in use.")
    return found


def _columns(one: Stored[D]) -> dict[str, object]:
    return {
        **msgspec.structs.asdict(one),
        "definition": Jsonb(msgspec.to_builtins(one.definition)),
    }
