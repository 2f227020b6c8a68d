"""One OpenAPI document of all services; pure: documents in, document out."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, cast

Document = dict[str, Any]

METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})
BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "The access token of POST /api/v1/auth/login.",
}


def merge(
    documents: Mapping[str, Document],
    *,
    version: str,
    unavailable: Collection[str],
    owner: Callable[[str], str | None],
    is_open: Callable[[str, str], bool],
) -> Document:
    """
    Merge the services' documents into one.

    A path is taken from the service that requests for it go to, by *owner*. Components of
    different content under one name get the name of their service in front.
    """
    paths: Document = {}
    components: dict[str, Document] = {"securitySchemes": {"bearer": BEARER}}
    clashes = _clashes(documents)
    operation_ids = Counter(
        operation.get("operationId")
        for document in documents.values()
        for _, _, operation in _operations(document)
    )

    for service, document in documents.items():
        renamed = _renamed(document, service, clashes)
        for path, method, operation in _operations(renamed):
            if owner(path) != service:
                continue
            made = {**operation, "tags": operation.get("tags") or [service], "x-service": service}
            if operation_ids[made.get("operationId")] > 1:
                made["operationId"] = f"{service}_{made['operationId']}"
            made["security"] = [] if is_open(method.upper(), path) else [{"bearer": []}]
            shared = {k: v for k, v in renamed["paths"][path].items() if k not in METHODS}
            paths.setdefault(path, {}).update({**shared, method: made})
        for kind, named in _components(renamed):
            components.setdefault(kind, {}).update(named)

    return _assembled(paths, components, version, unavailable)


def _assembled(
    paths: Document, components: Document, version: str, unavailable: Collection[str]
) -> Document:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "PSA Platform",
            "version": version,
            "description": "All services of the platform, as the gateway offers them.",
        },
        "servers": [{"url": "/"}],
        "x-unavailable-services": sorted(unavailable),
        "paths": dict(sorted(paths.items())),
        "components": components,
    }


def _operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, item in document.get("paths", {}).items():
        for method, operation in item.items():
            if method in METHODS and isinstance(operation, dict):
                yield path, method, operation


def _components(document: Document) -> Iterator[tuple[str, Document]]:
    for kind, named in document.get("components", {}).items():
        if kind != "securitySchemes":  # there is one, and it is ours
            yield kind, named


def _clashes(documents: Mapping[str, Document]) -> set[tuple[str, str]]:
    """Return the (kind, name) that mean different things in different services."""
    seen: dict[tuple[str, str], str] = {}
    clashes: set[tuple[str, str]] = set()
    for document in documents.values():
        for kind, named in _components(document):
            for name, content in named.items():
                text = json.dumps(content, sort_keys=True)
                if seen.setdefault((kind, name), text) != text:
                    clashes.add((kind, name))
    return clashes | _users_of(clashes, documents)


def _users_of(
    clashes: set[tuple[str, str]], documents: Mapping[str, Document]
) -> set[tuple[str, str]]:
    """Return what refers to a clash: its text is the same, its meaning is not."""
    found = set(clashes)
    while True:
        references = {f'"#/components/{kind}/{name}"' for kind, name in found}
        more = {
            (kind, name)
            for document in documents.values()
            for kind, named in _components(document)
            for name, content in named.items()
            if (kind, name) not in found
            and any(reference in json.dumps(content) for reference in references)
        }
        if not more:
            return found
        found |= more


def _renamed(document: Document, service: str, clashes: set[tuple[str, str]]) -> Document:
    """Return the document with its clashing components named after the service."""
    new = {
        f"#/components/{kind}/{name}": f"#/components/{kind}/{service}_{name}"
        for kind, name in clashes
    }

    def visit(value: Any) -> Any:
        match value:
            case dict():
                named = cast("Document", value)
                return {key: _target(key, item, new, visit) for key, item in named.items()}
            case list():
                return [visit(item) for item in cast("list[Any]", value)]
            case _:
                return value

    made: Document = visit(document)
    made["components"] = {
        kind: {
            (f"{service}_{name}" if (kind, name) in clashes else name): content
            for name, content in named.items()
        }
        for kind, named in _components(made)
    }
    return made


def _target(key: str, item: Any, new: Mapping[str, str], visit: Callable[[Any], Any]) -> Any:
    if key == "$ref" and isinstance(item, str):
        return new.get(item, item)
    if key == "mapping" and isinstance(item, dict):  # of a discriminator
        targets = cast("Document", item)
        return {name: new.get(str(target), target) for name, target in targets.items()}
    return visit(item)
