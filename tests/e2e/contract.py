"""The merged OpenAPI document as the stories use it: routes, and bodies that fit a schema."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from psa_local.demo.client import Api
from psa_local.demo.eventually import eventually

Schema = dict[str, Any]
PARAMETER = re.compile(r"\{(\w+)\}")
METHODS = ("get", "post", "put", "patch", "delete")
JSON = "application/json"
#: What a schema's pattern asks for, by the first sample that fits.
SAMPLES = (
    "x" * 12,
    "10",
    "145.00",
    "DE",
    "DEU",
    "de-DE",
    "EUR",
    "08:00-17:00",
    "DE123456788",
    "DE89370400440532013000",
    "COBADEFFXXX",
    "DE98ZZZ09999999999",
    "somebody@company.example",
    "+49 221 5550100",
    "acme-e2e",
    "tickets:view:all",
)


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the API; *body* is the schema of JSON, None where it takes none."""

    method: str
    path: str
    service: str
    is_open: bool
    is_list: bool
    body: Schema | None
    #: What it takes, such as a file; empty where it takes nothing.
    media_type: str
    #: Whether it must be told something in its query.
    asks: bool

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def parameters(self) -> list[str]:
        """The names in the path."""
        return PARAMETER.findall(self.path)

    def at(self, **ids: object) -> str:
        """Return the path below /api/v1 with *ids* in it; what is not given is made up."""
        path = PARAMETER.sub(lambda match: str(ids.get(match[1], uuid4())), self.path)
        return path.removeprefix("/api/v1")


class Contract:
    """Every route of the platform, with the schemas of what they take."""

    def __init__(self, document: Schema) -> None:
        self._schemas: Schema = document["components"]["schemas"]
        self.routes = tuple(_routes(document))

    @property
    def writes(self) -> tuple[Route, ...]:
        """The routes that take JSON."""
        return tuple(route for route in self.routes if route.body is not None)

    def sample(self, schema: Schema) -> Any:
        """Return a value that fits *schema*, with every property that it may have."""
        schema = self.resolved(schema)
        if "enum" in schema:
            return schema["enum"][0]
        match schema.get("type"):
            case "object":
                properties: Schema = schema.get("properties", {})
                return {name: self.sample(part) for name, part in properties.items()}
            case "array":
                return [self.sample(schema["items"])] if schema.get("items") else []
            case "string":
                return _text(schema)
            case "integer" | "number":
                return schema.get("minimum", 1)
            case _:
                return False

    def resolved(self, schema: Schema) -> Schema:
        """Follow references, and of alternatives take the first that is not null."""
        reference: str | None = schema.get("$ref")
        if reference:
            return self.resolved(self._schemas[reference.rpartition("/")[2]])
        alternatives: list[Schema] = schema.get("anyOf") or schema.get("oneOf") or []
        if alternatives:
            return self.resolved(next(one for one in alternatives if one.get("type") != "null"))
        return schema

    def properties(self, route: Route) -> dict[str, Schema]:
        """Return the fields of a route's body, resolved."""
        fields: dict[str, Schema] = self.resolved(route.body or {}).get("properties", {})
        return {name: self.resolved(schema) for name, schema in fields.items()}


def read_contract(api: Api) -> Contract:
    """Return the merged document, once the gateway has heard of every service."""
    document = eventually(
        lambda: api.must("GET", "//openapi.json").document,
        awaited="the document describes every service",
        holds=lambda document: not document["x-unavailable-services"],
    )
    return Contract(document)


def _routes(document: Schema) -> Iterator[Route]:
    for path, item in document["paths"].items():
        for method in filter(item.__contains__, METHODS):
            operation: Schema = item[method]
            parameters: list[Schema] = operation.get("parameters", [])
            content: Schema = operation.get("requestBody", {}).get("content", {})
            yield Route(
                method=method,
                path=path,
                service=operation["x-service"],
                is_open=not operation["security"],
                is_list=any(one["name"] == "cursor" for one in parameters),
                body=content[JSON]["schema"] if JSON in content else None,
                media_type=next(iter(content), ""),
                asks=any(one["in"] == "query" and one["required"] for one in parameters),
            )


def _text(schema: Schema) -> str:
    match schema.get("format"):
        case "uuid":
            return str(uuid4())
        case "date":
            return "2026-06-03"
        case "date-time":
            return "2026-06-03T16:30:00+02:00"
        case _:
            pattern = re.compile(schema.get("pattern", ""))
            low, high = schema.get("minLength", 0), schema.get("maxLength", 1000)
            fitting = (one for one in SAMPLES if low <= len(one) <= high and pattern.search(one))
            return next(fitting, "x")
