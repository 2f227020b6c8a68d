"""/roles and /permissions: what people may do, and how a tenant puts it together."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from psa_auth.domain.permission import PLATFORM_ONLY, REGISTRY, ROLE_PERMISSIONS_MAX, Scope
from psa_auth.http import views
from psa_auth.http.inputs import PermissionText, RoleName
from psa_auth.http.views import RoleAttributes
from psa_auth.queries import roles
from psa_auth.usecases import role_keeping
from psa_auth.usecases.role_keeping import NewRole
from psa_common.db import Tx
from psa_common.documents import Document, Page, answer
from psa_common.guards import requires, signed_in
from psa_common.identity import Principal
from psa_common.inputs import Line
from psa_common.listing import fetch_page


class RoleInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A role of permissions that the caller holds; there are no wildcards."""

    name: RoleName
    title: Line
    permissions: Annotated[
        list[PermissionText], Meta(min_length=1, max_length=ROLE_PERMISSIONS_MAX)
    ]


class PermissionEntry(msgspec.Struct, frozen=True):
    """A permission `resource:action`, and the scopes that complete it."""

    name: str
    scopes: tuple[Scope, ...]


class PermissionList(msgspec.Struct, frozen=True):
    """Every permission that a tenant's role can hold."""

    data: list[PermissionEntry]


PERMISSIONS = PermissionList(
    [PermissionEntry(name, REGISTRY[name]) for name in sorted(REGISTRY.keys() - PLATFORM_ONLY)]
)


@get("/", guards=[requires("role:view")], opt={"listing": roles.LISTING})
async def list_roles(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[RoleAttributes]:
    """List the roles."""
    return await fetch_page(tx, roles.LISTING, request, views.role)


@post("/", guards=[requires("role:manage")])
async def create_role(
    data: JSONBody[RoleInput], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[RoleAttributes]:
    """Define a role."""
    new = NewRole(**msgspec.structs.asdict(data))
    role = await role_keeping.create(tx, principal, new, now=datetime.now(UTC))
    return answer(views.role(role), version=role.version, status=201)


@get("/permissions", guards=[signed_in])
async def list_permissions() -> PermissionList:
    """List every permission."""
    return PERMISSIONS


ROUTERS = (
    Router("/roles", route_handlers=[list_roles, create_role]),
    Router("/", route_handlers=[list_permissions]),
)
