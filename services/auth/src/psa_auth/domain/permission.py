"""Every permission of the platform, and the roles that a tenant starts with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from psa_common.errors import Conflict, Forbidden, Invalid, Refused

ROLE_PERMISSIONS_MAX = 300


class Scope(StrEnum):
    """Which records a permission reaches, from wide to narrow."""

    ALL = "all"
    TEAM = "team"
    ASSIGNED = "assigned"
    OWN = "own"
    OWN_CUSTOMER = "own_customer"


#: What each scope includes besides itself.
INCLUDED: Mapping[Scope, frozenset[Scope]] = {
    Scope.ALL: frozenset(Scope),
    Scope.TEAM: frozenset({Scope.TEAM, Scope.ASSIGNED, Scope.OWN}),
    Scope.ASSIGNED: frozenset({Scope.ASSIGNED}),
    Scope.OWN: frozenset({Scope.OWN}),
    Scope.OWN_CUSTOMER: frozenset({Scope.OWN_CUSTOMER}),
}

_ALL = (Scope.ALL,)
_WORK = (Scope.ALL, Scope.TEAM, Scope.ASSIGNED, Scope.OWN_CUSTOMER)
_OWN = (Scope.ALL, Scope.TEAM, Scope.OWN)
_SHARED = (Scope.ALL, Scope.OWN_CUSTOMER)

#: `resource:action` and the scopes that it can be given in.
REGISTRY: Mapping[str, tuple[Scope, ...]] = {
    "tenant:create": _ALL,
    "user:view": _ALL,
    "user:create": _ALL,
    "user:update": _ALL,
    "user:deactivate": _ALL,
    "role:view": _ALL,
    "role:manage": _ALL,
    "session:view": _ALL,
    "session:revoke": _ALL,
    "audit:view": _ALL,
    "customer:view": _SHARED,
    "customer:create": _ALL,
    "customer:update": _ALL,
    "contact:view": _SHARED,
    "contact:create": _SHARED,
    "contact:update": _SHARED,
    "location:view": _SHARED,
    "location:create": _ALL,
    "location:update": _ALL,
    "billing_account:view": _SHARED,
    "billing_account:create": _ALL,
    "billing_account:update": _ALL,
    "ticket:view": _WORK,
    "ticket:create": _WORK,
    "ticket:update": _WORK,
    "ticket:assign": (Scope.ALL, Scope.TEAM, Scope.ASSIGNED),
    "ticket:comment": _WORK,
    "ticket:close": _WORK,
    "ticket:merge": (Scope.ALL, Scope.TEAM, Scope.ASSIGNED),
    "ticket:override": _ALL,
    "ticket:backdate": _ALL,
    "desk:manage": _ALL,
    "sla:view": _WORK,
    "sla:manage": _ALL,
    "sla:override": _ALL,
    "calendar:manage": _ALL,
    "queue:manage": _ALL,
    "time_entry:view": _OWN,
    "time_entry:create": _OWN,
    "time_entry:approve": (Scope.ALL, Scope.TEAM),
    "time_entry:lock": _ALL,
    "article:view": _SHARED,
    "article:write": _ALL,
    "article:publish": _ALL,
    "mailbox:manage": _ALL,
    "mail:view": _ALL,
    "contract:view": _SHARED,
    "contract:manage": _ALL,
    "billing_run:view": _ALL,
    "billing_run:propose": _ALL,
    "billing_run:approve": _ALL,
    "invoice:view": _SHARED,
    "invoice:issue": _ALL,
    "project:view": _WORK,
    "project:create": _ALL,
    "project:update": (Scope.ALL, Scope.TEAM, Scope.ASSIGNED),
    "task:view": _WORK,
    "task:create": (Scope.ALL, Scope.TEAM, Scope.ASSIGNED),
    "task:update": (Scope.ALL, Scope.TEAM, Scope.ASSIGNED),
    "asset:view": _SHARED,
    "asset:create": _ALL,
    "asset:update": _ALL,
    "report:view": _SHARED,
    "finance:view_cost": _ALL,
}

#: What only the platform's own operators may do; no role of an ordinary tenant holds it.
PLATFORM_ONLY = frozenset({"tenant:create"})

KNOWN = frozenset(f"{name}:{scope}" for name, scopes in REGISTRY.items() for scope in scopes)

TENANT_ADMIN = "tenant_admin"
PLATFORM_OPERATOR = "platform_operator"
CUSTOMER_USER = "customer_user"


class UnknownPermission(Invalid):
    """The text is not a permission of the registry; there are no wildcards."""

    code = "unknown_permission"

    def __init__(self, unknown: Iterable[str]) -> None:
        first = min(unknown)
        super().__init__(
            f"{first[:100]!r} is no permission; GET /permissions lists them.", field="permissions"
        )


class BeyondOwnRights(Forbidden):
    """Nobody gives, or changes in others, what they do not hold themselves."""

    code = "beyond_own_rights"

    def __init__(self, missing: Iterable[str]) -> None:
        super().__init__(f"You do not hold {min(missing)} yourself; ask somebody who does.")


class MixedRole(Refused):
    """A portal role shows one customer's records; with more it would show the others' too."""

    code = "mixed_role"

    def __init__(self) -> None:
        super().__init__(
            "Give a role either permissions of scope own_customer or others, not both.",
            field="permissions",
        )


class RoleNameTaken(Conflict):
    """A role of this name exists, or every tenant has one."""

    code = "role_name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a role {name!r} already; choose another name.", field="name")


@dataclass(frozen=True, slots=True)
class SeededRole:
    """A role that every tenant has; its permissions are what this release says."""

    name: str
    title: str
    permissions: frozenset[str]


def covered(permission: str, held: frozenset[str]) -> bool:
    """Say whether *held* includes *permission*, in the same scope or a wider one."""
    name, _, scope = permission.rpartition(":")
    return any(
        f"{name}:{wider}" in held for wider, included in INCLUDED.items() if scope in included
    )


def check_known(permissions: Iterable[str]) -> frozenset[str]:
    """Return *permissions* without doubles; raises UnknownPermission."""
    wanted = frozenset(permissions)
    if unknown := wanted - KNOWN:
        raise UnknownPermission(unknown)
    return wanted


def check_role(name: str, permissions: Iterable[str]) -> frozenset[str]:
    """
    Return what a tenant's own role permits.

    Raises UnknownPermission, MixedRole, and RoleNameTaken for the name of a seeded role.
    """
    if name in SEEDED:
        raise RoleNameTaken(name)
    wanted = check_known(permissions)
    if is_for_customers(wanted) and any(
        not permission.endswith(f":{Scope.OWN_CUSTOMER}") for permission in wanted
    ):
        raise MixedRole
    return wanted


def check_held(wanted: frozenset[str], held: frozenset[str]) -> None:
    """Raise BeyondOwnRights when *wanted* holds more than *held* includes."""
    missing = [permission for permission in wanted if not covered(permission, held)]
    if missing:
        raise BeyondOwnRights(missing)


def permissions_of(name: str, own: Iterable[str] | None) -> frozenset[str]:
    """Return what a role permits: a seeded one says None and follows this release."""
    if own is not None:
        return frozenset(own)
    return SEEDED[name].permissions if name in SEEDED else frozenset()


def is_for_customers(permissions: frozenset[str]) -> bool:
    """Say whether a role is made for a customer's own people."""
    return any(permission.endswith(f":{Scope.OWN_CUSTOMER}") for permission in permissions)


def _every(*resources: str, scope: Scope = Scope.ALL) -> frozenset[str]:
    return frozenset(f"{name}:{scope}" for name in REGISTRY if name.partition(":")[0] in resources)


def _each(text: str, scope: Scope = Scope.ALL) -> frozenset[str]:
    """Read `resource:action+action …` in one scope."""
    found: set[str] = set()
    for word in text.split():
        resource, _, actions = word.partition(":")
        found |= {f"{resource}:{action}:{scope}" for action in actions.split("+")}
    return frozenset(found)


_TENANT_ADMIN = frozenset(f"{name}:all" for name in REGISTRY if name not in PLATFORM_ONLY)

_SERVICE_MANAGER = _every(
    "customer", "contact", "location", "billing_account", "ticket", "desk", "sla", "calendar",
    "queue", "time_entry", "article", "mailbox", "mail", "project", "task", "asset", "report",
    "finance",
) | _each("user:view role:view contract:view billing_run:view invoice:view")  # fmt: skip

_TECHNICIAN = (
    _every("contact", "location", "asset", "task")
    | _each(
        "customer:view ticket:view+create+update+assign+comment+close+merge sla:view"
        " article:view+write project:view user:view contract:view"
    )
    | _each("time_entry:view+create", Scope.OWN)
)

_ACCOUNTANT = _every(
    "billing_account", "contract", "billing_run", "invoice", "report", "finance"
) | _each(
    "customer:view+create+update contact:view+create+update location:view+create+update"
    " ticket:view sla:view time_entry:view project:view task:view asset:view user:view"
)

_CUSTOMER_USER = _each(
    "customer:view contact:view location:view ticket:view+create+comment+close sla:view"
    " article:view contract:view invoice:view asset:view project:view report:view",
    Scope.OWN_CUSTOMER,
)

_READ_ONLY_AUDITOR = frozenset(
    f"{name}:all" for name in REGISTRY if name.endswith(":view")
) | _each("finance:view_cost")

_PLATFORM_OPERATOR = _every("tenant", "user", "role", "session", "audit")

SEEDED: Mapping[str, SeededRole] = {
    role.name: role
    for role in (
        SeededRole(TENANT_ADMIN, "Administration", _TENANT_ADMIN),
        SeededRole("service_manager", "Service management", _SERVICE_MANAGER),
        SeededRole("technician", "Technical service", _TECHNICIAN),
        SeededRole("accountant", "Accounting", _ACCOUNTANT),
        SeededRole(CUSTOMER_USER, "Customer portal", _CUSTOMER_USER),
        SeededRole("read_only_auditor", "Audit, reading only", _READ_ONLY_AUDITOR),
        SeededRole(PLATFORM_OPERATOR, "Platform operation", _PLATFORM_OPERATOR),
    )
}


def seeded_for(slug: str, platform_slug: str) -> tuple[SeededRole, ...]:
    """Return the roles that a new tenant starts with."""
    if slug == platform_slug:
        return (SEEDED[PLATFORM_OPERATOR],)
    return tuple(role for name, role in SEEDED.items() if name != PLATFORM_OPERATOR)
