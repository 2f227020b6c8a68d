"""Define a tenant's own roles."""

from dataclasses import dataclass
from datetime import datetime

from psa_auth.domain import permission
from psa_auth.queries import roles
from psa_auth.queries.roles import Role
from psa_auth.usecases import callers
from psa_common import audit
from psa_common.db import Tx
from psa_common.identity import Principal
from psa_common.ids import uuid7


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRole:
    """A set of permissions under a name."""

    name: str
    title: str
    permissions: list[str]


async def create(tx: Tx, principal: Principal, new: NewRole, *, now: datetime) -> Role:
    """Define a role of permissions that the caller holds themselves."""
    wanted = permission.check_role(new.name, new.permissions)
    caller = await callers.current(tx, principal)
    permission.check_held(wanted, caller.permissions)

    role = Role(id=uuid7(), name=new.name, title=new.title, own=sorted(wanted), created_at=now)
    if not await roles.insert(tx, role):
        raise permission.RoleNameTaken(new.name)
    audit.record(
        tx, "role.created", "role", role.id, after={"name": role.name, "permissions": role.own}
    )
    return role
