"""End sessions: by their owner, by an administrator, or because a token was used twice."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from psa_auth.domain.session import SIGNING_MARGIN
from psa_auth.events import SessionRevoked
from psa_auth.queries import sessions
from psa_auth.queries.sessions import Revoked
from psa_common import audit
from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.identity import Principal
from psa_events import outbox


async def logout(tx: Tx, principal: Principal, *, access: timedelta, now: datetime) -> None:
    """End the caller's own session; again is no error."""
    ended = await sessions.revoke(tx, principal.session_id, reason="logout", now=now)
    announce(tx, ended, reason="logout", access=access, now=now)


async def end(
    tx: Tx, principal: Principal, session_id: UUID, *, access: timedelta, now: datetime
) -> None:
    """
    End a session of the caller, or with the permission to revoke anybody's.

    Raises NotFound for every other one, whether it exists or not.
    """
    owner = await sessions.owner_of(tx, session_id)
    own = owner == principal.user_id
    if owner is None or not (own or principal.scope("session:revoke") == "all"):
        raise NotFound(f"There is no session {session_id}.")
    reason = "ended_by_owner" if own else "ended_by_administrator"
    ended = await sessions.revoke(tx, session_id, reason=reason, now=now)
    announce(tx, ended, reason=reason, access=access, now=now)


async def end_all(tx: Tx, user_id: UUID, *, reason: str, access: timedelta, now: datetime) -> None:
    """End every session of a user, because what they stood for is no longer true."""
    ended = await sessions.revoke_all(tx, user_id, reason=reason, now=now)
    announce(tx, ended, reason=reason, access=access, now=now)


def announce(
    tx: Tx, ended: Sequence[Revoked], *, reason: str, access: timedelta, now: datetime
) -> None:
    """Let everybody refuse the tokens of these sessions, until the last one has expired."""
    for session in ended:
        outbox.publish(
            tx,
            SessionRevoked(
                session_id=session.id,
                user_id=session.user_id,
                revoked_at=now,
                expires_at=now + access + SIGNING_MARGIN,
            ),
        )
        audit.record(
            tx,
            "session.revoked",
            "session",
            session.id,
            after={"user_id": session.user_id, "reason": reason},
        )
