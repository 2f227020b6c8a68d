"""/users: add, read, list, change, deactivate."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from psa_auth.http import views
from psa_auth.http.inputs import LoginEmail, NewPassword, RoleNames
from psa_auth.http.views import UserAttributes
from psa_auth.queries import users
from psa_auth.usecases import accounts
from psa_auth.usecases.accounts import NewUser, UserEdit
from psa_auth.usecases.sign_in import Door
from psa_common.db import Tx
from psa_common.documents import Document, Page, answer, expected_version
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Line
from psa_common.listing import fetch_page


class UserInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new user; `customer_id` says whose portal it is for, and only portal roles go with it."""

    name: Line
    email: LoginEmail
    password: NewPassword
    roles: RoleNames
    customer_id: UUID | None = None


class UserChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields to change; the others stay."""

    name: Line | None = None
    email: LoginEmail | None = None
    roles: RoleNames | None = None


@post("/", guards=[requires("user:create")])
async def create_user(
    data: JSONBody[UserInput],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
    door: NamedDependency[Door],
) -> Document[UserAttributes]:
    """Add a user."""
    new = NewUser(**msgspec.structs.asdict(data))
    user = await accounts.create(tx, principal, new, door.hasher, now=datetime.now(UTC))
    return answer(views.user(user), version=user.version, status=201)


@get("/", guards=[requires("user:view")], opt={"listing": users.LISTING})
async def list_users(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[UserAttributes]:
    """List the users."""
    return await fetch_page(tx, users.LISTING, request, views.user)


@get("/{user_id:uuid}", guards=[requires("user:view")])
async def read_user(user_id: FromPath[UUID], tx: NamedDependency[Tx]) -> Document[UserAttributes]:
    """Read a user."""
    user = await users.get(tx, user_id)
    return answer(views.user(user), version=user.version)


@patch("/{user_id:uuid}", guards=[requires("user:update")])
async def change_user(
    request: Request[Any, Any, Any],
    user_id: FromPath[UUID],
    data: JSONBody[UserChange],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
    door: NamedDependency[Door],
) -> Document[UserAttributes]:
    """Change a user's name, address or roles; other roles end their sessions."""
    user = await accounts.edit(
        tx,
        principal,
        user_id,
        UserEdit(**msgspec.structs.asdict(data)),
        expected_version=expected_version(request),
        access=door.desk.lifetimes.access,
        now=datetime.now(UTC),
    )
    return answer(views.user(user), version=user.version)


@post("/{user_id:uuid}/deactivate", guards=[requires("user:deactivate")], status_code=200)
async def deactivate_user(
    request: Request[Any, Any, Any],
    user_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
    door: NamedDependency[Door],
) -> Document[UserAttributes]:
    """Take a user's access away; their sessions end."""
    user = await accounts.deactivate(
        tx,
        principal,
        user_id,
        expected_version=expected_version(request),
        access=door.desk.lifetimes.access,
        now=datetime.now(UTC),
    )
    return answer(views.user(user), version=user.version)


ROUTER = Router(
    "/users", route_handlers=[create_user, list_users, read_user, change_user, deactivate_user]
)
