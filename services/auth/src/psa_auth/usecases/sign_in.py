"""
Sign in with tenant, address and password.

A refusal is a fact too: the try that it was, the event and the audit record stay although the
caller gets an error. Signing in therefore has transactions of its own, none of which is open
while the password is checked.
"""

import ipaddress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from psa_auth.domain import person, session, throttle
from psa_auth.domain.tenant import NOBODY_ID
from psa_auth.domain.throttle import Counter, Kind
from psa_auth.events import LoginFailed
from psa_auth.queries import attempts, registry, sessions, users
from psa_auth.queries.users import Candidate, User
from psa_auth.usecases.hashing import Hasher
from psa_auth.usecases.tokens import Holder, RefreshToken, TokenDesk, Tokens
from psa_common import audit
from psa_common.context import Actor, RequestContext
from psa_common.db import Pool, ReadTx, Tx, tenant_transaction
from psa_common.errors import TooMany, Unauthenticated
from psa_common.ids import uuid7
from psa_events import outbox


class InvalidCredentials(Unauthenticated):
    """One answer for a wrong tenant, address or password: it helps nobody to guess."""

    code = "invalid_credentials"

    def __init__(self) -> None:
        super().__init__("Tenant, address and password do not belong together.")


class SlowedDown(TooMany):
    """Too many tries; the same for an account that does not exist."""

    code = "too_many_attempts"

    def __init__(self, wait: timedelta) -> None:
        self.retry_after_seconds = max(1, int(wait.total_seconds() + 0.999))
        super().__init__(f"Too many tries to sign in; wait {self.retry_after_seconds} seconds.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What somebody typed."""

    tenant: str
    email: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What signing in needs besides the request."""

    pool: Pool
    desk: TokenDesk
    hasher: Hasher


@dataclass(frozen=True, slots=True, kw_only=True)
class _Try:
    """A try that was counted before anybody looked at the password."""

    tenant_id: UUID
    network: str
    candidate: Candidate | None
    before: list[Counter]
    counted: list[Counter]


async def login(
    door: Door, context: RequestContext, credentials: Credentials, *, now: datetime
) -> Tokens:
    """
    Open a session and return its first tokens.

    Raises InvalidCredentials and SlowedDown, and TooBusy when too many want in at once.
    """
    one = await _count(door, context, credentials, now=now)
    stored = one.candidate.password_hash if one.candidate else None
    good = await door.hasher.matches(stored, credentials.password)

    if one.candidate is None or not good:
        await _refuse(door, context, one, "wrong_password" if stored else "unknown_user", now=now)
        raise InvalidCredentials
    tokens = await _open(door, context, one, one.candidate, credentials.password, now=now)
    if tokens is None:
        await _refuse(door, context, one, "user_inactive", now=now)
        raise InvalidCredentials
    return tokens


async def _count(
    door: Door, context: RequestContext, credentials: Credentials, *, now: datetime
) -> _Try:
    """Count the try against its account and network; raises SlowedDown when it is too early."""
    email = person.normal_email(credentials.email)
    network = throttle.network_of(context.ip)
    tenant = await registry.find(ReadTx(door.pool, NOBODY_ID, context), credentials.tenant)
    # Where there is no tenant everything goes the same way, under the id of nobody.
    tenant_id = tenant.tenant_id if tenant and tenant.is_open else NOBODY_ID

    async with tenant_transaction(door.pool, tenant_id, context) as tx:
        candidate = await users.find_candidate(tx, email, network)
        known = candidate is not None and candidate.known
        subjects = throttle.subjects_of(credentials.tenant, email, network, known=known)
        before = await attempts.lock(tx, subjects, now=now)
        wait = throttle.wait_of(before, now=now)
        if wait is not None:
            raise SlowedDown(wait)
        counted = [throttle.counted(counter, now=now) for counter in before]
        for counter in counted:
            attempts.store(tx, counter)
    return _Try(
        tenant_id=tenant_id, network=network, candidate=candidate, before=before, counted=counted
    )


async def _open(
    door: Door,
    context: RequestContext,
    one: _Try,
    candidate: Candidate,
    password: str,
    *,
    now: datetime,
) -> Tokens | None:
    """Open the session, unless the account changed while its password was checked."""
    outdated = door.hasher.is_outdated(candidate.password_hash)
    fresh_hash = await door.hasher.hash(password) if outdated else None
    actor = Actor("user", candidate.id, "")
    async with tenant_transaction(door.pool, one.tenant_id, replace(context, actor=actor)) as tx:
        user = await users.admit(tx, candidate.id, candidate.password_hash)
        if user is None:
            return None
        tx.context = replace(context, actor=Actor("user", user.id, user.name))
        if fresh_hash is not None:
            users.rehash(tx, user.id, fresh_hash)
        _take_back(tx, one)
        return _begin(tx, door.desk, user, one.network, now=now)


def _begin(tx: Tx, desk: TokenDesk, user: User, network: str, *, now: datetime) -> Tokens:
    """Store the session and its first refresh token."""
    session_id = uuid7()
    ends = now + desk.lifetimes.session
    refresh = RefreshToken.new(tx.tenant_id)
    sessions.insert(
        tx,
        id=session_id,
        user_id=user.id,
        network=network,
        ip=tx.context.ip,
        expires_at=ends,
        now=now,
    )
    sessions.insert_token(
        tx,
        token_hash=refresh.hash,
        session_id=session_id,
        parent=None,
        expires_at=session.refresh_expiry(desk.lifetimes, now=now, session_ends=ends),
        now=now,
    )
    audit.record(tx, "login.succeeded", "user", user.id, after={"session_id": session_id})
    holder = Holder(
        tenant_id=tx.tenant_id,
        session_id=session_id,
        user_id=user.id,
        name=user.name,
        email=user.email,
        customer_id=user.customer_id,
        permissions=user.permissions,
    )
    return desk.issue(holder, refresh, now=now)


def _take_back(tx: Tx, one: _Try) -> None:
    for before, counted in sorted(
        zip(one.before, one.counted, strict=True), key=lambda pair: pair[0].subject
    ):
        if before.kind is Kind.PAIR:
            attempts.reset(tx, before.subject)
        else:
            attempts.take_back(tx, before, counted)


async def _refuse(
    door: Door, context: RequestContext, one: _Try, reason: str, *, now: datetime
) -> None:
    """Write down and announce that somebody was not let in, and nothing of what they typed."""
    if one.tenant_id == NOBODY_ID:
        return
    user_id = one.candidate.id if one.candidate else None
    async with tenant_transaction(door.pool, one.tenant_id, context) as tx:
        audit.record(
            tx,
            "login.failed",
            "user" if user_id else "tenant",
            user_id or one.tenant_id,
            after={"reason": reason},
        )
        outbox.publish(
            tx,
            LoginFailed(user_id=user_id, reason=reason, ip=_address(context.ip), occurred_at=now),
        )


def _address(ip: str | None) -> str | None:
    """Return what the contract calls an address; a socket may have none."""
    try:
        return str(ipaddress.ip_address(ip or ""))
    except ValueError:
        return None
