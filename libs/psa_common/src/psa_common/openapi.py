"""
The API document of a service, OpenAPI 3.1, from its routes and their msgspec types.

Written by ourselves because the types are strict: every bound and `additionalProperties`
that msgspec enforces stands in the document too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from psa_common.asking import LIMIT_DEFAULT, LIMIT_MAX, Listing
from psa_common.guards import PERMISSION, guards_of, public

REFERENCE = "#/components/schemas/{name}"
JSON = "application/json"

ERROR: dict[str, Any] = {
    "type": "object",
    "title": "Error",
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
                        "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                    },
                },
                "request_id": {"type": "string"},
                "timestamp": {"type": "string", "format": "date-time"},
            },
        }
    },
}

IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Makes a repeated request have one effect and one answer.",
    "schema": {"type": "string", "minLength": 8, "maxLength": 128},
}


@dataclass(frozen=True, slots=True)
class _Operation:
    """One route of one method."""

    path: str
    method: str
    route: HTTPRoute
    handler: HTTPRouteHandler

    @property
    def body(self) -> Any | None:
        """The type of the body, if it has one."""
        field = self.handler.parsed_data_field
        if field is None or not field.is_optional:
            return None if field is None else field.annotation
        return field.inner_types[0].annotation

    @property
    def answer(self) -> Any:
        """The type of a good answer; None for an empty one."""
        return self.handler.parsed_return_field.annotation


def document_of(app: Litestar, *, service: str, title: str, version: str) -> dict[str, Any]:
    """Return the document of every route that is part of the API."""
    operations = sorted(_operations(app), key=lambda one: (one.path, one.method))
    types = [
        type_ for one in operations for type_ in (one.body, one.answer) if _is_described(type_)
    ]
    schemas, components = msgspec.json.schema_components(types, ref_template=REFERENCE)
    schema_of = {id(type_): schema for type_, schema in zip(types, schemas, strict=True)}

    paths: dict[str, Any] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _describe(one, service, schema_of)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": _with_standard_patterns(paths),
        "components": {
            "schemas": {
                **dict(sorted(_with_standard_patterns(components).items())),
                "Error": ERROR,
            },
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
    }


def _operations(app: Litestar) -> Iterator[_Operation]:
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for handler in route.route_handlers:
            for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                if handler.resolve_include_in_schema():
                    yield _Operation(route.path_format, method, route, handler)


def _is_described(type_: Any) -> bool:
    return isinstance(getattr(type_, "__origin__", type_), type) and issubclass(
        getattr(type_, "__origin__", type_), msgspec.Struct
    )


def _with_standard_patterns(part: Any) -> Any:
    r"""Return *part* with patterns as JSON Schema writes them: its `$` is what `\Z` is to us."""
    if isinstance(part, dict):
        members = cast("dict[str, Any]", part)
        return {
            name: value.replace(r"\Z", "$")
            if name == "pattern" and isinstance(value, str)
            else _with_standard_patterns(value)
            for name, value in members.items()
        }
    if isinstance(part, list):
        items = cast("list[Any]", part)
        return [_with_standard_patterns(one) for one in items]
    return part


def _describe(one: _Operation, service: str, schema_of: dict[int, Any]) -> dict[str, Any]:
    guards = guards_of(one.handler)
    permissions = [name for guard in guards if (name := getattr(guard, PERMISSION, None))]
    operation: dict[str, Any] = {
        "operationId": f"{service}_{one.handler.handler_name}",
        "summary": (one.handler.fn.__doc__ or "").strip().partition("\n")[0],
        "tags": [service],
        "parameters": list(_parameters(one)),
        "responses": _responses(one, schema_of),
    }
    if public not in guards:
        operation["security"] = [{"bearer": []}]
    if permissions:
        operation["x-permissions"] = permissions
    if one.body is not None:
        schema = schema_of.get(id(one.body), {})
        field = one.handler.parsed_data_field
        needed = field is None or not field.is_optional
        operation["requestBody"] = {"required": needed, "content": {JSON: {"schema": schema}}}
    if media_type := one.handler.opt.get("takes"):
        stream = {"schema": {"type": "string", "format": "binary"}}
        operation["requestBody"] = {"required": True, "content": {media_type: stream}}
    return operation


def _parameters(one: _Operation) -> Iterator[dict[str, Any]]:
    for name, parameter in one.route.path_parameters.items():
        schema = msgspec.json.schema(parameter.type)
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    listing: object = one.handler.opt.get("listing")
    includes = one.handler.opt.get("includes", ())
    if isinstance(listing, Listing):
        includes = cast("Listing[Any]", listing).includes
        yield from _list_parameters(cast("Listing[Any]", listing))
    if includes:
        text = f"Resources to add, by comma: {', '.join(sorted(includes))}."
        schema = {"type": "string", "description": text}
        yield {"name": "include", "in": "query", "required": False, "schema": schema}
    question: type[msgspec.Struct] | None = one.handler.opt.get("question")
    for field in msgspec.structs.fields(question) if question else ():
        schema = _plain_schema(field.type)
        yield {
            "name": field.encode_name,
            "in": "query",
            "required": field.required,
            "schema": schema,
        }
    if one.method != "GET":
        yield IDEMPOTENCY_KEY


def _list_parameters(listing: Listing[Any]) -> Iterator[dict[str, Any]]:
    sorts = [name for sort in sorted(listing.sorts) for name in (sort, f"-{sort}")]
    schemas: dict[str, Any] = {
        "page": {"type": "integer", "minimum": 1, "default": 1},
        "limit": {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT},
        "cursor": {"type": "string"},
        "sort": {"type": "string", "enum": sorts, "default": listing.default_sort},
        "order": {"type": "string", "enum": ["asc", "desc"]},
        "fields": {"type": "string", "description": "Attributes to return, by comma."},
        **{name: _plain_schema(one.type) for name, one in sorted(listing.filters.items())},
    }
    for name, schema in schemas.items():
        yield {"name": name, "in": "query", "required": False, "schema": schema}


def _plain_schema(type_: Any) -> dict[str, Any]:
    """Return the schema of a scalar type in one piece, without references."""
    schema = msgspec.json.schema(type_)
    definitions: dict[str, Any] = schema.pop("$defs", {})

    def resolve(part: dict[str, Any]) -> dict[str, Any]:
        name = str(part.get("$ref", "")).rpartition("/")[2]
        return definitions[name] if name else part

    if "anyOf" in schema:
        schema["anyOf"] = [resolve(part) for part in schema["anyOf"]]
    return resolve(schema)


def _responses(one: _Operation, schema_of: dict[int, Any]) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "Done."}
    schema = schema_of.get(id(one.answer))
    content: dict[str, Any] = {} if schema is None else {JSON: {"schema": schema}}
    for media_type in one.handler.opt.get("sends", ()):
        content[media_type] = {"schema": {"type": "string"}}
    if content:
        good["content"] = content
    error = {JSON: {"schema": {"$ref": REFERENCE.format(name="Error")}}}
    return {
        str(one.handler.status_code): good,
        "default": {"description": "Refused: the standard error document.", "content": error},
    }
