"""Who may call a route: every route says so, or the process does not start."""

from typing import Any

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers import HTTPRouteHandler
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Guard

from psa_common.edge import principal_of
from psa_common.errors import Forbidden

Connection = ASGIConnection[Any, Any, Any, Any]


def requires(permission: str) -> Guard:
    """
    Let a caller pass who holds `resource:action` in any scope.

    The scope itself is enforced in SQL, by `principal.scope(permission)`.
    """

    def check(connection: Connection, _handler: BaseRouteHandler) -> None:
        if principal_of(connection.scope).scope(permission) is None:
            raise Forbidden(f"This needs the permission {permission}; ask your administrator.")

    check.permission = permission  # type: ignore[attr-defined]  # read by the OpenAPI writer
    return check


def signed_in(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Let every verified caller pass."""
    principal_of(connection.scope)


def public(_connection: Connection, _handler: BaseRouteHandler) -> None:
    """Let everybody pass; only for what must work before signing in."""


def refuse_unguarded_routes(app: Litestar) -> None:
    """Raise at start-up when a route has no guard: a forgotten one would be an open door."""
    for route in app.routes:
        for handler in route.route_handlers if hasattr(route, "route_handlers") else ():
            automatic = isinstance(handler, HTTPRouteHandler) and handler.http_methods == {"OPTIONS"}
            if not automatic and not handler.resolve_guards():
                raise RuntimeError(f"{route.path} has no guard; use requires, signed_in or public")
