"""
Exchange a refresh token for a new pair.

A token is used up by one atomic UPDATE. When somebody presents it again, two parties hold it
and nobody can tell which one is the owner: the whole session ends, and that stays although
the caller gets an error.
"""

from dataclasses import replace
from datetime import datetime

from psa_auth.domain import session
from psa_auth.domain.session import UsedToken
from psa_auth.queries import sessions
from psa_auth.queries.sessions import Continued
from psa_auth.usecases.sessions import announce
from psa_auth.usecases.sign_in import Door
from psa_auth.usecases.tokens import Holder, InvalidRefreshToken, RefreshToken, Tokens
from psa_common import audit
from psa_common.context import Actor, RequestContext
from psa_common.db import Tx, tenant_transaction


async def refresh(door: Door, context: RequestContext, text: str, *, now: datetime) -> Tokens:
    """Return new tokens with today's permissions; raises InvalidRefreshToken."""
    presented = RefreshToken.read(text)
    async with tenant_transaction(door.pool, presented.tenant_id, context) as tx:
        continued = await sessions.use_token(tx, presented.hash, now=now)
        if continued is None:
            await _end_if_stolen(tx, door, presented, now=now)
            tokens = None
        else:
            tokens = _continue(tx, door, presented, continued, now=now)
    if tokens is None:
        raise InvalidRefreshToken
    return tokens


def _continue(
    tx: Tx, door: Door, presented: RefreshToken, continued: Continued, *, now: datetime
) -> Tokens:
    desk = door.desk
    child = RefreshToken.new(presented.tenant_id)
    ends = continued.session_ends
    sessions.insert_token(
        tx,
        token_hash=child.hash,
        session_id=continued.session_id,
        parent=presented.hash,
        expires_at=session.refresh_expiry(desk.lifetimes, now=now, session_ends=ends),
        now=now,
    )
    sessions.touch(tx, continued.session_id, now=now)
    holder = Holder(
        tenant_id=presented.tenant_id,
        session_id=continued.session_id,
        user_id=continued.user_id,
        name=continued.name,
        email=continued.email,
        customer_id=continued.customer_id,
        permissions=continued.permissions,
    )
    return desk.issue(holder, child, now=now)


async def _end_if_stolen(tx: Tx, door: Door, presented: RefreshToken, *, now: datetime) -> None:
    found = await sessions.find_token(tx, presented.hash)
    if found is None:
        return
    used = UsedToken(used_at=found.used_at, child_used=found.child_used)
    if not session.is_theft(used, now=now):
        return
    ended = await sessions.revoke(tx, found.session_id, reason="refresh_token_reused", now=now)
    for one in ended:
        tx.context = replace(tx.context, actor=Actor("user", one.user_id, "unknown holder"))
        audit.record(tx, "refresh_token.reused", "session", one.id)
    announce(tx, ended, reason="refresh_token_reused", access=door.desk.lifetimes.access, now=now)
