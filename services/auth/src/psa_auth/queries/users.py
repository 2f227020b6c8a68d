"""The users table, and what a user may do by their roles."""

from datetime import datetime
from uuid import UUID

import msgspec

from psa_auth.domain.permission import permissions_of
from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.listing import Filter, Listing, Sort

SELECT_SQL = """
    SELECT u.id, u.name, u.email, u.customer_id, u.active, u.deactivated_at, u.created_at,
           u.updated_at, u.version,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('name', r.name,
                                                         'permissions', r.permissions)
                                      ORDER BY r.name), '[]'::jsonb)
              FROM user_roles AS ur
              JOIN roles AS r ON r.tenant_id = ur.tenant_id AND r.id = ur.role_id
             WHERE ur.tenant_id = u.tenant_id
               AND ur.user_id = u.id) AS grants
      FROM users AS u
"""

GET_SQL = SELECT_SQL + " WHERE u.id = %(user_id)s"

GET_FOR_UPDATE_SQL = GET_SQL + " FOR UPDATE OF u"

# Shared: a sign-in waits for a deactivation that has begun, and that one for the sign-in.
ADMIT_SQL = (
    SELECT_SQL
    + """
     WHERE u.id = %(user_id)s
       AND u.active
       AND u.password_hash = %(password_hash)s
       FOR SHARE OF u
"""
)

FIND_BY_EMAIL_SQL = """
    SELECT u.id, u.password_hash, u.active,
           EXISTS (SELECT FROM sessions AS s
                    WHERE s.tenant_id = u.tenant_id
                      AND s.user_id = u.id
                      AND s.network = %(network)s) AS known
      FROM users AS u
     WHERE u.email = %(email)s
"""

# Both in one look: is the caller's session alive, and what may they do right now?
GET_CALLER_SQL = (
    SELECT_SQL
    + """
      JOIN sessions AS s ON s.tenant_id = u.tenant_id AND s.user_id = u.id
     WHERE u.id = %(user_id)s
       AND u.active
       AND s.id = %(session_id)s
       AND s.revoked_at IS NULL
"""
)

INSERT_SQL = """
    INSERT INTO users (id, name, email, password_hash, customer_id, created_at, updated_at)
    VALUES (%(id)s, %(name)s, %(email)s, %(password_hash)s, %(customer_id)s, %(now)s, %(now)s)
        ON CONFLICT (tenant_id, email) DO NOTHING
"""

EMAIL_TAKEN_SQL = """
    SELECT EXISTS (SELECT FROM users WHERE email = %(email)s AND id <> %(user_id)s)
"""

UPDATE_SQL = """
    UPDATE users
       SET name = %(name)s,
           email = %(email)s,
           updated_at = %(now)s,
           version = version + 1
     WHERE id = %(user_id)s
"""

REHASH_SQL = """
    UPDATE users
       SET password_hash = %(password_hash)s
     WHERE id = %(user_id)s
"""

DEACTIVATE_SQL = """
    UPDATE users
       SET active = false,
           deactivated_at = %(now)s,
           updated_at = %(now)s,
           version = version + 1
     WHERE id = %(user_id)s
"""

GIVE_ROLES_SQL = """
    INSERT INTO user_roles (user_id, role_id)
    SELECT %(user_id)s, unnest(%(role_ids)s::uuid[])
        ON CONFLICT DO NOTHING
"""

TAKE_ROLES_SQL = """
    DELETE FROM user_roles
     WHERE user_id = %(user_id)s
       AND role_id <> ALL(%(role_ids)s::uuid[])
"""


class Grant(msgspec.Struct, frozen=True):
    """A role that a user has; a seeded one has no permissions of its own."""

    name: str
    permissions: list[str] | None = None

    @property
    def permits(self) -> frozenset[str]:
        """What the role permits now."""
        return permissions_of(self.name, self.permissions)


class User(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may sign in, without their password."""

    id: UUID
    name: str
    email: str
    customer_id: UUID | None
    active: bool
    deactivated_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int
    grants: list[Grant]

    @property
    def roles(self) -> list[str]:
        """The names of all roles."""
        return [grant.name for grant in self.grants]

    @property
    def permissions(self) -> frozenset[str]:
        """What all roles together permit."""
        return frozenset[str]().union(*(grant.permits for grant in self.grants))


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """The account behind a name at sign-in."""

    id: UUID
    password_hash: str
    active: bool
    known: bool


LISTING = Listing(
    row=User,
    select=SELECT_SQL,
    id_column="u.id",
    filters={
        "search": Filter("(u.name || ' ' || u.email) ILIKE '%%' || %(search)s || '%%'"),
        "email": Filter("u.email = lower(%(email)s)"),
        "active": Filter("u.active = %(active)s", bool),
        "customer_id": Filter("u.customer_id = %(customer_id)s", UUID),
        "role": Filter(
            "EXISTS (SELECT FROM user_roles AS ur"
            " JOIN roles AS r ON r.tenant_id = ur.tenant_id AND r.id = ur.role_id"
            " WHERE ur.tenant_id = u.tenant_id AND ur.user_id = u.id AND r.name = %(role)s)"
        ),
        "created_after": Filter("u.created_at > %(created_after)s", datetime),
        "updated_since": Filter("u.updated_at >= %(updated_since)s", datetime),
    },
    sorts={
        "created_at": Sort("u.created_at", datetime),
        "name": Sort("u.name", str),
        "email": Sort("u.email", str),
    },
    default_sort="created_at",
)


async def get(tx: Tx, user_id: UUID) -> User:
    """Return the user; raises NotFound outside the tenant."""
    return _found(await tx.fetch_optional(User, GET_SQL, user_id=user_id), user_id)


async def get_for_update(tx: Tx, user_id: UUID) -> User:
    """Lock and return the user; raises NotFound outside the tenant."""
    return _found(await tx.fetch_optional(User, GET_FOR_UPDATE_SQL, user_id=user_id), user_id)


async def find_caller(tx: Tx, user_id: UUID, session_id: UUID) -> User | None:
    """Return the user as they are now, if they are active and their session is alive."""
    return await tx.fetch_optional(User, GET_CALLER_SQL, user_id=user_id, session_id=session_id)


async def find_candidate(tx: Tx, email: str, network: str) -> Candidate | None:
    """Return the account that *email* means, and whether it has been used from *network*."""
    return await tx.fetch_optional(Candidate, FIND_BY_EMAIL_SQL, email=email, network=network)


async def admit(tx: Tx, user_id: UUID, password_hash: str) -> User | None:
    """Return the user, if they are still active with the hash that was checked."""
    return await tx.fetch_optional(User, ADMIT_SQL, user_id=user_id, password_hash=password_hash)


async def insert(
    tx: Tx,
    *,
    id: UUID,
    name: str,
    email: str,
    password_hash: str,
    customer_id: UUID | None,
    now: datetime,
) -> bool:
    """Store a new user; return whether the address was free."""
    inserted = await tx.execute(
        INSERT_SQL,
        id=id,
        name=name,
        email=email,
        password_hash=password_hash,
        customer_id=customer_id,
        now=now,
    )
    return inserted == 1


async def email_is_taken(tx: Tx, email: str, *, except_for: UUID) -> bool:
    """Say whether somebody else signs in with *email*."""
    return bool(await tx.fetch_value(EMAIL_TAKEN_SQL, email=email, user_id=except_for))


def update(tx: Tx, user_id: UUID, *, name: str, email: str, now: datetime) -> None:
    """Store name and address."""
    tx.defer(UPDATE_SQL, user_id=user_id, name=name, email=email, now=now)


def rehash(tx: Tx, user_id: UUID, password_hash: str) -> None:
    """Store the same password under today's parameters."""
    tx.defer(REHASH_SQL, user_id=user_id, password_hash=password_hash)


def deactivate(tx: Tx, user_id: UUID, *, now: datetime) -> None:
    """Take the user's access away."""
    tx.defer(DEACTIVATE_SQL, user_id=user_id, now=now)


def set_roles(tx: Tx, user_id: UUID, role_ids: list[UUID]) -> None:
    """Let the user have exactly these roles."""
    tx.defer(TAKE_ROLES_SQL, user_id=user_id, role_ids=role_ids)
    tx.defer(GIVE_ROLES_SQL, user_id=user_id, role_ids=role_ids)


def _found(user: User | None, user_id: UUID) -> User:
    if user is None:
        raise NotFound(f"There is no user {user_id}.")
    return user
