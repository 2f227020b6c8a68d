"""The ticket_views table: filters that people keep, and how many tickets each of them fits."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_common.db import Jsonb, Tx
from psa_common.errors import NotFound
from psa_common.identity import Principal
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.queries.bulk import condition_of
from psa_tickets.queries.tickets import VISIBLE, visible_to

#: One's own, and what colleagues share among each other; a customer's people see neither the
#: names nor the filters that the desk gives its work.
SEEN: LiteralString = "(v.owner_id = %(user_id)s OR (v.shared AND NOT %(outside)s))"

SELECT_SQL: LiteralString = """
    SELECT v.id, v.owner_id, v.name, v.filter, v.sort, v.columns, v.shared, v.version,
           v.created_at
      FROM ticket_views AS v
"""

GET_FOR_UPDATE_SQL = (
    SELECT_SQL
    + """
     WHERE v.id = %(view_id)s
       AND """
    + SEEN
    + """
       FOR UPDATE
"""
)

MINE_SQL = (
    SELECT_SQL
    + """
     WHERE """
    + SEEN
    + """
     ORDER BY v.name, v.id
     LIMIT %(limit)s
"""
)

INSERT_SQL = """
    INSERT INTO ticket_views (id, owner_id, name, filter, sort, columns, shared, created_at)
    VALUES (%(id)s, %(owner_id)s, %(name)s, %(filter)s, %(sort)s, %(columns)s, %(shared)s,
            %(created_at)s)
"""

SAVE_SQL = """
    UPDATE ticket_views
       SET name = %(name)s,
           filter = %(filter)s,
           sort = %(sort)s,
           columns = %(columns)s,
           shared = %(shared)s,
           version = version + 1
     WHERE id = %(id)s
"""

DELETE_SQL = """
    DELETE FROM ticket_views
     WHERE id = %(view_id)s
"""

#: A count beyond this is "more than anybody does today".
COUNT_MAX = 999

#: How the parameters of the views are told apart in one statement; as many views are counted.
SLOTS: tuple[LiteralString, ...] = (
    "%(a_", "%(b_", "%(c_", "%(d_", "%(e_", "%(f_", "%(g_", "%(h_", "%(i_", "%(j_",
    "%(k_", "%(l_", "%(m_", "%(n_", "%(o_", "%(p_", "%(q_", "%(r_", "%(s_", "%(t_",
)  # fmt: skip


class TicketViewRow(msgspec.Struct, frozen=True, kw_only=True):
    """A filter that somebody keeps, in the words of GET /tickets."""

    id: UUID
    owner_id: UUID
    name: str
    filter: dict[str, str]
    sort: str
    columns: list[str]
    shared: bool
    version: int
    created_at: datetime


class Counter(msgspec.Struct, frozen=True):
    """How many tickets a view fits; one above COUNT_MAX stands for more."""

    id: UUID
    count: int


LISTING = Listing(
    row=TicketViewRow,
    select=SELECT_SQL,
    id_column="v.id",
    conditions=(SEEN,),
    filters={"shared": Filter("v.shared = %(shared)s", bool)},
    sorts={"name": Sort("v.name", str), "created_at": Sort("v.created_at", datetime)},
    default_sort="name",
)


def seen_by(principal: Principal) -> dict[str, object]:
    """Return the parameters of `SEEN` for this caller."""
    return {"user_id": principal.user_id, "outside": principal.customer_id is not None}


async def get(tx: Tx, view_id: UUID, principal: Principal) -> TicketViewRow:
    """Lock and return a view that the caller may see; raises NotFound."""
    found = await tx.fetch_optional(
        TicketViewRow, GET_FOR_UPDATE_SQL, view_id=view_id, **seen_by(principal)
    )
    if found is None:
        raise NotFound(f"There is no view {view_id}.")
    return found


async def list_of(tx: Tx, principal: Principal) -> list[TicketViewRow]:
    """Return as many of the views that the caller may see as are counted."""
    return await tx.fetch_all(TicketViewRow, MINE_SQL, **seen_by(principal), limit=len(SLOTS))


async def count_each(
    tx: Tx, principal: Principal, filters: Mapping[UUID, Mapping[str, object]]
) -> Sequence[Counter]:
    """Count what each checked filter fits, all in one statement; no count scans a table."""
    parts: list[LiteralString] = []
    params: dict[str, object] = {**visible_to(principal), "capped": COUNT_MAX + 1}
    for slot, (view_id, values) in zip(SLOTS, filters.items(), strict=False):
        condition = condition_of(values).replace("%(", slot)
        view: LiteralString = slot + "view)s::uuid AS id"
        parts.append(
            f"""
            SELECT {view},
                   (SELECT count(*)
                      FROM (SELECT
                              FROM tickets AS t
                             WHERE {VISIBLE} {condition}
                             LIMIT %(capped)s) AS fitting) AS count
            """
        )
        prefix = slot.removeprefix("%(")
        params |= {f"{prefix}{name}": value for name, value in values.items()}
        params[f"{prefix}view"] = view_id
    if not parts:
        return []
    return await tx.fetch_all(Counter, " UNION ALL ".join(parts), **params)


def insert(tx: Tx, view: TicketViewRow) -> None:
    """Store a new view."""
    tx.defer(INSERT_SQL, **_columns(view))


def save(tx: Tx, view: TicketViewRow) -> None:
    """Store what changed, and a new version."""
    tx.defer(SAVE_SQL, **_columns(view))


def delete(tx: Tx, view_id: UUID) -> None:
    """Forget a view."""
    tx.defer(DELETE_SQL, view_id=view_id)


def _columns(view: TicketViewRow) -> dict[str, object]:
    return {
        **msgspec.structs.asdict(view),
        "filter": Jsonb(view.filter),
        "columns": Jsonb(view.columns),
    }
