"""The signing_keys table: the platform's keys, whatever tenant the transaction is for."""

from datetime import datetime

import msgspec

from psa_auth.domain.signing import KeyLife, KeyState
from psa_common.db import Tx

# One process changes keys at a time; the lock ends with the transaction.
LOCK_SQL = "SELECT pg_advisory_xact_lock(hashtextextended('signing keys' || current_schema(), 0))"

ALL_SQL = """
    SELECT kid, state, public_key, private_key, not_before, retired_at
      FROM signing_keys
     ORDER BY created_at, kid
"""

INSERT_SQL = """
    INSERT INTO signing_keys (kid, state, public_key, private_key, created_at, not_before)
    VALUES (%(kid)s, %(state)s, %(public_key)s, %(private_key)s, %(now)s, %(not_before)s)
"""

RETIRE_SQL = """
    UPDATE signing_keys
       SET state = 'previous',
           private_key = NULL,
           retired_at = %(now)s
     WHERE state = 'current'
"""

PROMOTE_SQL = """
    UPDATE signing_keys
       SET state = 'current'
     WHERE kid = %(kid)s
"""

FORGET_SQL = "DELETE FROM signing_keys WHERE kid = ANY(%(kids)s)"


class StoredKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key; the private part is sealed, and gone once it stops signing."""

    kid: str
    state: KeyState
    public_key: str
    private_key: str | None
    not_before: datetime
    retired_at: datetime | None

    @property
    def life(self) -> KeyLife:
        """Where the key stands."""
        return KeyLife(
            kid=self.kid,
            state=self.state,
            not_before=self.not_before,
            retired_at=self.retired_at,
        )


async def lock(tx: Tx) -> None:
    """Wait until nobody else changes keys."""
    await tx.execute(LOCK_SQL)


async def every(tx: Tx) -> list[StoredKey]:
    """Return all keys, oldest first."""
    return await tx.fetch_all(StoredKey, ALL_SQL)


def insert(
    tx: Tx,
    *,
    kid: str,
    state: KeyState,
    public_key: str,
    private_key: str,
    not_before: datetime,
    now: datetime,
) -> None:
    """Store a new key."""
    tx.defer(
        INSERT_SQL,
        kid=kid,
        state=state,
        public_key=public_key,
        private_key=private_key,
        not_before=not_before,
        now=now,
    )


def promote(tx: Tx, kid: str, *, now: datetime) -> None:
    """Let *kid* sign from now on; the one before only verifies, and cannot sign any more."""
    tx.defer(RETIRE_SQL, now=now)
    tx.defer(PROMOTE_SQL, kid=kid)


def forget(tx: Tx, kids: tuple[str, ...]) -> None:
    """Delete keys whose last token has expired."""
    if kids:
        tx.defer(FORGET_SQL, kids=list(kids))
