"""The API document of a service: what Litestar sees, completed by what our edge adds to it."""

from typing import Any

from litestar import Litestar, Router
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig

from psa_common.guards import public
from psa_common.listing import LIMIT_MAX, RESERVED, Listing

ERROR_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "details", "request_id", "timestamp"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "details": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["field", "message"],
                        "properties": {
                            "field": {"type": "string"},
                            "message": {"type": "string"},
                        },
                    },
                },
                "request_id": {"type": "string"},
                "timestamp": {"type": "string", "format": "date-time"},
            },
        }
    },
}

LIST_PARAMETERS: dict[str, dict[str, Any]] = {
    "page": {"type": "integer", "minimum": 1, "default": 1},
    "limit": {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": 20},
    "cursor": {"type": "string"},
    "order": {"type": "string", "enum": ["asc", "desc"]},
    "fields": {"type": "string"},
    "include": {"type": "string"},
}


def config(title: str, version: str) -> OpenAPIConfig:
    """Return the settings of Litestar's generator; the gateway shows the completed document."""
    router = Router("/schema", route_handlers=[], guards=[public])
    return OpenAPIConfig(title=title, version=version, openapi_router=router, render_plugins=[])


class Lazily:
    """Builds the document when it is first asked for: it costs time and memory at start."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._document: dict[str, Any] | None = None

    def of(self, app: Litestar) -> dict[str, object]:
        """Return the document of *app*."""
        if self._document is None:
            self._document = document_of(app, self._service)
        return self._document


def document_of(app: Litestar, service: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of *app*, with security, errors and list parameters."""
    document: dict[str, Any] = app.openapi_schema.to_schema()
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["Error"] = ERROR_SCHEMA
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    handlers = _handlers(app)
    for path, methods in document.get("paths", {}).items():
        for method, operation in methods.items():
            handler = handlers[path, method.upper()]
            operation["tags"] = [service]
            _complete(operation, handler, method)
    return document


def _handlers(app: Litestar) -> dict[tuple[str, str], HTTPRouteHandler]:
    found: dict[tuple[str, str], HTTPRouteHandler] = {}
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            for method in handler.http_methods:
                found[route.path_format, method] = handler
    return found


def _complete(operation: dict[str, Any], handler: HTTPRouteHandler, method: str) -> None:
    permissions = [
        permission
        for guard in handler.resolve_guards()
        if (permission := getattr(guard, "permission", None))
    ]
    guards = {getattr(guard, "__name__", "") for guard in handler.resolve_guards()}
    if "public" not in guards:
        operation["security"] = [{"bearer": []}]
    if permissions:
        operation["x-permissions"] = permissions
    if method != "get":
        operation.setdefault("parameters", []).append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "schema": {"type": "string", "minLength": 8, "maxLength": 128},
            }
        )
    listing = handler.opt.get("listing")
    if isinstance(listing, Listing):
        operation.setdefault("parameters", []).extend(_list_parameters(listing))
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    operation["responses"] = {
        **{code: one for code, one in operation["responses"].items() if code < "400"},
        "default": {"description": "The standard error document.", "content": error},
    }


def _list_parameters(listing: Listing[Any]) -> list[dict[str, Any]]:
    sorts = [name for sort in sorted(listing.sorts) for name in (sort, f"-{sort}")]
    schemas: dict[str, Any] = {
        **LIST_PARAMETERS,
        "sort": {"type": "string", "enum": sorts, "default": listing.default_sort},
        **{name: {"type": "string"} for name in listing.filters},
    }
    order = [*sorted(RESERVED), *sorted(listing.filters)]
    return [
        {"name": name, "in": "query", "required": False, "schema": schemas[name]} for name in order
    ]
