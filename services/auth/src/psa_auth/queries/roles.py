"""The roles table."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from psa_auth.domain.permission import permissions_of
from psa_common.db import Tx
from psa_common.listing import Filter, Listing, Sort

SELECT_SQL = """
    SELECT r.id, r.name, r.title, r.permissions AS own, r.created_at, r.version
      FROM roles AS r
"""

FIND_SQL = SELECT_SQL + " WHERE r.name = ANY(%(names)s) ORDER BY r.name"

INSERT_SQL = """
    INSERT INTO roles (id, name, title, permissions, created_at)
    VALUES (%(id)s, %(name)s, %(title)s, %(own)s, %(created_at)s)
        ON CONFLICT (tenant_id, name) DO NOTHING
"""


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """A set of permissions under a name; `own` is None for a seeded role."""

    id: UUID
    name: str
    title: str
    own: list[str] | None
    created_at: datetime
    version: int = 1

    @property
    def permissions(self) -> frozenset[str]:
        """What the role permits now."""
        return permissions_of(self.name, self.own)

    @property
    def is_seeded(self) -> bool:
        """Whether every tenant has this role."""
        return self.own is None


LISTING = Listing(
    row=Role,
    select=SELECT_SQL,
    id_column="r.id",
    filters={"name": Filter("r.name = %(name)s")},
    sorts={"name": Sort("r.name", str), "created_at": Sort("r.created_at", datetime)},
    default_sort="name",
)


async def find(tx: Tx, names: Sequence[str]) -> list[Role]:
    """Return those of the tenant's roles that *names* names."""
    return await tx.fetch_all(Role, FIND_SQL, names=list(names))


async def insert(tx: Tx, role: Role) -> bool:
    """Store a new role; return whether its name was free."""
    return await tx.execute(INSERT_SQL, **_columns(role)) == 1


def seed(tx: Tx, role: Role) -> None:
    """Store a role of a tenant that has none yet."""
    tx.defer(INSERT_SQL, **_columns(role))


def _columns(role: Role) -> dict[str, object]:
    return {
        "id": role.id,
        "name": role.name,
        "title": role.title,
        "own": role.own,
        "created_at": role.created_at,
    }
