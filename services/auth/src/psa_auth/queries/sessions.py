"""The sessions and refresh_tokens tables: a sign-in, and the chain of tokens that keeps it."""

from datetime import datetime
from uuid import UUID

import msgspec

from psa_auth.queries.users import Grant
from psa_common.db import Tx
from psa_common.listing import Filter, Listing, Sort

SELECT_SQL = """
    SELECT s.id, s.user_id, s.ip, s.created_at, s.refreshed_at, s.expires_at, s.revoked_at,
           s.revoked_for
      FROM sessions AS s
"""

INSERT_SQL = """
    INSERT INTO sessions (id, user_id, network, ip, created_at, refreshed_at, expires_at)
    VALUES (%(id)s, %(user_id)s, %(network)s, %(ip)s, %(now)s, %(now)s, %(expires_at)s)
"""

INSERT_TOKEN_SQL = """
    INSERT INTO refresh_tokens (hash, session_id, parent, issued_at, expires_at)
    VALUES (%(hash)s, %(session_id)s, %(parent)s, %(now)s, %(expires_at)s)
"""

# The one place where a refresh token is used: of many at once, one finds it unused.
USE_TOKEN_SQL = """
    UPDATE refresh_tokens AS t
       SET used_at = %(now)s
      FROM sessions AS s
      JOIN users AS u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
      JOIN tenant_registry AS r ON r.tenant_id = s.tenant_id
     WHERE t.hash = %(hash)s
       AND t.used_at IS NULL
       AND t.expires_at > %(now)s
       AND s.tenant_id = t.tenant_id
       AND s.id = t.session_id
       AND s.revoked_at IS NULL
       AND s.expires_at > %(now)s
       AND u.active
       AND r.status = 'active'
 RETURNING s.id AS session_id, s.expires_at AS session_ends, u.id AS user_id, u.name, u.email,
           u.customer_id,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('name', o.name,
                                                         'permissions', o.permissions)),
                            '[]'::jsonb)
              FROM user_roles AS ur
              JOIN roles AS o ON o.tenant_id = ur.tenant_id AND o.id = ur.role_id
             WHERE ur.tenant_id = u.tenant_id
               AND ur.user_id = u.id) AS grants
"""

TOUCH_SQL = """
    UPDATE sessions
       SET refreshed_at = %(now)s
     WHERE id = %(session_id)s
"""

# Why a token could not be used: it is locked, so that two who ask agree on the answer.
FIND_TOKEN_SQL = """
    SELECT t.session_id, t.used_at,
           EXISTS (SELECT FROM refresh_tokens AS c
                    WHERE c.tenant_id = t.tenant_id
                      AND c.parent = t.hash
                      AND c.used_at IS NOT NULL) AS child_used
      FROM refresh_tokens AS t
     WHERE t.hash = %(hash)s
       FOR UPDATE OF t
"""

REVOKE_SQL = """
    UPDATE sessions
       SET revoked_at = %(now)s,
           revoked_for = %(reason)s
     WHERE id = %(session_id)s
       AND revoked_at IS NULL
       AND expires_at > %(now)s
 RETURNING id, user_id
"""

REVOKE_ALL_SQL = """
    UPDATE sessions
       SET revoked_at = %(now)s,
           revoked_for = %(reason)s
     WHERE user_id = %(user_id)s
       AND revoked_at IS NULL
       AND expires_at > %(now)s
 RETURNING id, user_id
"""

FORGET_TOKENS_SQL = "DELETE FROM refresh_tokens WHERE expires_at < %(before)s"

FORGET_SESSIONS_SQL = """
    DELETE FROM sessions AS s
     WHERE s.expires_at < %(before)s
       AND NOT EXISTS (SELECT FROM refresh_tokens AS t
                        WHERE t.tenant_id = s.tenant_id
                          AND t.session_id = s.id)
"""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in as its owner sees it."""

    id: UUID
    user_id: UUID
    ip: str | None
    created_at: datetime
    refreshed_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    revoked_for: str | None


class Continued(msgspec.Struct, frozen=True, kw_only=True):
    """Whose session goes on, with what they may do now."""

    session_id: UUID
    session_ends: datetime
    user_id: UUID
    name: str
    email: str
    customer_id: UUID | None
    grants: list[Grant]

    @property
    def permissions(self) -> frozenset[str]:
        """What all roles together permit."""
        return frozenset[str]().union(*(grant.permits for grant in self.grants))


class FoundToken(msgspec.Struct, frozen=True, kw_only=True):
    """A refresh token that could not be used."""

    session_id: UUID
    used_at: datetime | None
    child_used: bool


class Revoked(msgspec.Struct, frozen=True):
    """A session that has just ended."""

    id: UUID
    user_id: UUID


LISTING = Listing(
    row=Session,
    select=SELECT_SQL,
    id_column="s.id",
    conditions=("(%(everybody)s OR s.user_id = %(caller)s)",),
    filters={
        "user_id": Filter("s.user_id = %(user_id)s", UUID),
        "active": Filter("(s.revoked_at IS NULL AND s.expires_at > now()) = %(active)s", bool),
    },
    sorts={
        "created_at": Sort("s.created_at", datetime),
        "refreshed_at": Sort("s.refreshed_at", datetime),
    },
    default_sort="-created_at",
)


def insert(
    tx: Tx,
    *,
    id: UUID,
    user_id: UUID,
    network: str,
    ip: str | None,
    expires_at: datetime,
    now: datetime,
) -> None:
    """Store a new sign-in."""
    tx.defer(
        INSERT_SQL, id=id, user_id=user_id, network=network, ip=ip, expires_at=expires_at, now=now
    )


def insert_token(
    tx: Tx,
    *,
    token_hash: bytes,
    session_id: UUID,
    parent: bytes | None,
    expires_at: datetime,
    now: datetime,
) -> None:
    """Store the hash of a refresh token."""
    tx.defer(
        INSERT_TOKEN_SQL,
        hash=token_hash,
        session_id=session_id,
        parent=parent,
        expires_at=expires_at,
        now=now,
    )


async def use_token(tx: Tx, token_hash: bytes, *, now: datetime) -> Continued | None:
    """Use a refresh token up; returns None unless it, its session and its user are good."""
    return await tx.fetch_optional(Continued, USE_TOKEN_SQL, hash=token_hash, now=now)


async def find_token(tx: Tx, token_hash: bytes) -> FoundToken | None:
    """Return what is known of a refresh token that could not be used."""
    return await tx.fetch_optional(FoundToken, FIND_TOKEN_SQL, hash=token_hash)


def touch(tx: Tx, session_id: UUID, *, now: datetime) -> None:
    """Remember that the session went on."""
    tx.defer(TOUCH_SQL, session_id=session_id, now=now)


async def revoke(tx: Tx, session_id: UUID, *, reason: str, now: datetime) -> list[Revoked]:
    """End one session; returns nothing when it had ended before."""
    return await tx.fetch_all(Revoked, REVOKE_SQL, session_id=session_id, reason=reason, now=now)


async def revoke_all(tx: Tx, user_id: UUID, *, reason: str, now: datetime) -> list[Revoked]:
    """End every running session of a user."""
    return await tx.fetch_all(Revoked, REVOKE_ALL_SQL, user_id=user_id, reason=reason, now=now)


async def owner_of(tx: Tx, session_id: UUID) -> UUID | None:
    """Return whose session it is."""
    return await tx.fetch_value(
        "SELECT user_id FROM sessions WHERE id = %(session_id)s", session_id=session_id
    )


def forget_tokens(tx: Tx, *, before: datetime) -> None:
    """Delete refresh tokens that expired before *before*."""
    tx.defer(FORGET_TOKENS_SQL, before=before)


def forget_sessions(tx: Tx, *, before: datetime) -> None:
    """Delete sessions that ended before *before*."""
    tx.defer(FORGET_SESSIONS_SQL, before=before)
