"""The categories table: what tickets are about, as a tree of up to three levels."""

from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.listing import Filter, Listing, Sort

SELECT_SQL = """
    SELECT c.id, c.parent_id, c.name, c.active, c.version, c.created_at
      FROM categories AS c
"""

# The tree is small and changed by few: whoever changes it has all of it.
LOCK_SQL = "SELECT pg_advisory_xact_lock(hashtextextended('categories ' || %(tenant)s, 0))"

TREE_SQL = """
    SELECT id, parent_id
      FROM categories
"""

GET_FOR_UPDATE_SQL = SELECT_SQL + " WHERE c.id = %(category_id)s FOR UPDATE"

INSERT_SQL = """
    INSERT INTO categories (id, parent_id, name, active, created_at)
    VALUES (%(id)s, %(parent_id)s, %(name)s, %(active)s, %(created_at)s)
"""

SAVE_SQL = """
    UPDATE categories
       SET parent_id = %(parent_id)s,
           name = %(name)s,
           active = %(active)s,
           version = version + 1
     WHERE id = %(id)s
"""


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """What a ticket is about, such as Hardware, Printer or Paper jam."""

    id: UUID
    parent_id: UUID | None
    name: str
    active: bool
    version: int
    created_at: datetime


class Branch(msgspec.Struct, frozen=True):
    """Where in the tree a category hangs."""

    id: UUID
    parent_id: UUID | None


LISTING = Listing(
    row=Category,
    select=SELECT_SQL,
    id_column="c.id",
    filters={
        "active": Filter("c.active = %(active)s", bool),
        "parent_id": Filter("c.parent_id = %(parent_id)s", UUID),
    },
    sorts={"name": Sort("c.name", str), "created_at": Sort("c.created_at", datetime)},
    default_sort="name",
)


async def get_tree_for_update(tx: Tx) -> dict[UUID, UUID | None]:
    """Return each category's parent; nobody else changes the tree until the commit."""
    tx.defer(LOCK_SQL, tenant=str(tx.tenant_id))
    return {one.id: one.parent_id for one in await tx.fetch_all(Branch, TREE_SQL)}


async def get_for_update(tx: Tx, category_id: UUID) -> Category:
    """Lock and return the category; raises NotFound."""
    category = await tx.fetch_optional(Category, GET_FOR_UPDATE_SQL, category_id=category_id)
    if category is None:
        raise NotFound(f"There is no category {category_id}.")
    return category


def insert(tx: Tx, category: Category) -> None:
    """Store a new category."""
    tx.defer(INSERT_SQL, **msgspec.structs.asdict(category))


def save(tx: Tx, category: Category) -> None:
    """Store what changed, and a new version."""
    tx.defer(SAVE_SQL, **msgspec.structs.asdict(category))
