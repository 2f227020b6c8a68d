"""Add, change and deactivate users."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from psa_auth.domain import password, permission, person
from psa_auth.events import UserCreated, UserDeactivated, UserUpdated
from psa_auth.queries import roles, users
from psa_auth.queries.roles import Role
from psa_auth.queries.users import Grant, User
from psa_auth.usecases import callers, sessions
from psa_auth.usecases.hashing import Hasher
from psa_common import audit
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_events import outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """Whom to add."""

    name: str
    email: str
    password: str
    roles: list[str]
    customer_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserEdit:
    """What to change; None leaves it."""

    name: str | None
    email: str | None
    roles: list[str] | None


async def create(
    tx: Tx, principal: Principal, new: NewUser, hasher: Hasher, *, now: datetime
) -> User:
    """Add a user with roles that the caller holds themselves."""
    email = person.normal_email(new.email)
    chosen = password.check(new.password, name=new.name, email=email)
    # Before the first statement, so that no connection waits for it.
    password_hash = await hasher.hash(chosen)

    caller = await callers.current(tx, principal)
    given = await _grantable(tx, caller, new.roles, new.customer_id)
    user = User(
        id=uuid7(),
        name=new.name,
        email=email,
        customer_id=new.customer_id,
        active=True,
        deactivated_at=None,
        created_at=now,
        updated_at=now,
        version=1,
        grants=_grants(given),
    )
    added = await users.insert(
        tx,
        id=user.id,
        name=user.name,
        email=email,
        password_hash=password_hash,
        customer_id=user.customer_id,
        now=now,
    )
    if not added:
        raise person.EmailTaken
    users.set_roles(tx, user.id, [role.id for role in given])
    audit.record(tx, "user.created", "user", user.id, after=_audited(user))
    outbox.publish(tx, UserCreated(**_announced(user)))
    return user


async def edit(
    tx: Tx,
    principal: Principal,
    user_id: UUID,
    wanted: UserEdit,
    *,
    expected_version: int | None,
    access: timedelta,
    now: datetime,
) -> User:
    """
    Change a user whose rights the caller holds, too.

    Other roles end the user's sessions: what a token says stays true.
    """
    caller = await callers.current(tx, principal)
    before = await users.get_for_update(tx, user_id)
    check_version(before.version, expected_version)
    permission.check_held(before.permissions, caller.permissions)

    after = await _edited(tx, caller, before, wanted, now=now)
    if after is before:
        return before
    users.update(tx, user_id, name=after.name, email=after.email, now=now)
    audit.record(
        tx, "user.updated", "user", user_id, before=_audited(before), after=_audited(after)
    )
    outbox.publish(tx, UserUpdated(**_announced(after)))
    if after.roles != before.roles:
        await sessions.end_all(tx, user_id, reason="roles_changed", access=access, now=now)
    return after


async def deactivate(
    tx: Tx,
    principal: Principal,
    user_id: UUID,
    *,
    expected_version: int | None,
    access: timedelta,
    now: datetime,
) -> User:
    """Take a user's access away, at once and everywhere."""
    caller = await callers.current(tx, principal)
    before = await users.get_for_update(tx, user_id)
    check_version(before.version, expected_version)
    if user_id == caller.id:
        raise person.OwnAccount("deactivate your account")
    permission.check_held(before.permissions, caller.permissions)
    if not before.active:
        raise person.AlreadyInactive

    after = msgspec.structs.replace(
        before, active=False, deactivated_at=now, updated_at=now, version=before.version + 1
    )
    users.deactivate(tx, user_id, now=now)
    audit.record(
        tx, "user.deactivated", "user", user_id, before=_audited(before), after=_audited(after)
    )
    outbox.publish(tx, UserDeactivated(user_id=user_id, deactivated_at=now))
    await sessions.end_all(tx, user_id, reason="user_deactivated", access=access, now=now)
    return after


async def _edited(tx: Tx, caller: User, before: User, wanted: UserEdit, *, now: datetime) -> User:
    """Return the user as wanted, the same object when nothing is different."""
    email = before.email if wanted.email is None else person.normal_email(wanted.email)
    name = wanted.name or before.name
    grants = before.grants
    own = before.id == caller.id
    if email != before.email:
        if own:
            raise person.OwnAccount("change the address you sign in with")
        if await users.email_is_taken(tx, email, except_for=before.id):
            raise person.EmailTaken
    if wanted.roles is not None and sorted(set(wanted.roles)) != sorted(before.roles):
        if own:
            raise person.OwnAccount("change your roles")
        given = await _grantable(tx, caller, wanted.roles, before.customer_id)
        users.set_roles(tx, before.id, [role.id for role in given])
        grants = _grants(given)
    if (name, email, grants) == (before.name, before.email, before.grants):
        return before
    return msgspec.structs.replace(
        before,
        name=name,
        email=email,
        grants=grants,
        updated_at=now,
        version=before.version + 1,
    )


async def _grantable(
    tx: Tx, caller: User, names: list[str], customer_id: UUID | None
) -> list[Role]:
    """Return the roles that *caller* may give to somebody of *customer_id*."""
    found = await roles.find(tx, names)
    if missing := set(names) - {role.name for role in found}:
        raise person.UnknownRole(missing)
    # A portal role reaches less than any scope of those who give it, whatever it is called.
    for role in found:
        permission.check_held(role.permissions, caller.permissions)
    person.check_roles([role.permissions for role in found], customer_id)
    return found


def _grants(given: list[Role]) -> list[Grant]:
    return [Grant(role.name, role.own) for role in given]


def _audited(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "email": user.email,
        "roles": user.roles,
        "customer_id": user.customer_id,
        "active": user.active,
    }


def _announced(user: User) -> dict[str, Any]:
    return {"user_id": user.id, **_audited(user)}
