"""The standard document of the API: `data` with id, type, attributes, relationships; `meta`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

import msgspec
from litestar import Request, Response

from psa_common.errors import Invalid, StaleVersion

A = TypeVar("A")


class Reference(msgspec.Struct, frozen=True):
    """The address of another resource."""

    type: str
    id: UUID


class Relationship(msgspec.Struct, frozen=True):
    """One named link; None when it is not set."""

    data: Reference | list[Reference] | None


class Resource(msgspec.Struct, Generic[A], frozen=True, omit_defaults=True):
    """One thing of the API."""

    id: UUID
    type: str
    attributes: A
    relationships: dict[str, Relationship] = {}


class Meta(msgspec.Struct, frozen=True):
    """When the answer was made."""

    timestamp: datetime


class Document(msgspec.Struct, Generic[A], frozen=True, omit_defaults=True):
    """The answer that holds one resource."""

    data: Resource[A]
    meta: Meta
    included: list[Resource[Any]] = []


class PageMeta(msgspec.Struct, frozen=True):
    """
    Where in the list this page stands.

    `total` is exact up to 10,000; beyond that `total_is_at_least` is true and it is a bound.
    A page that was asked for by cursor counts nothing: its numbers are null.
    """

    limit: int
    page: int | None = None
    total: int | None = None
    total_pages: int | None = None
    total_is_at_least: bool = False
    timestamp: datetime | None = None


class Links(msgspec.Struct, frozen=True):
    """The neighbours of a page; `next` follows the cursor when the list was asked for by cursor."""

    self: str
    next: str | None = None
    prev: str | None = None
    first: str | None = None
    last: str | None = None


class Page(msgspec.Struct, Generic[A], frozen=True, omit_defaults=True):
    """The answer that holds a part of a list, and what `include` asked for beside it."""

    data: list[Resource[A]]
    meta: PageMeta
    links: Links
    included: list[Resource[Any]] = []


def now_meta() -> Meta:
    """Return the `meta` of an answer that is made now."""
    return Meta(datetime.now(UTC))


def related(**links: tuple[str, UUID | None]) -> dict[str, Relationship]:
    """Return relationships by name: `related(customer=("customer", customer_id))`."""
    return {
        name: Relationship(Reference(type_, id_) if id_ is not None else None)
        for name, (type_, id_) in links.items()
    }


def answer(
    resource: Resource[A],
    *included: Resource[Any],
    version: int | None = None,
    status: int = 200,
) -> Any:
    """
    Return the document of *resource*, with its version as `ETag` when it has one.

    The declared return type of a handler is `Document[...]`; the framework sends what this
    gives as it is.
    """
    headers = {"cache-control": "private, no-cache"}
    if version is not None:
        headers["etag"] = f'"{version}"'
    document = Document(resource, now_meta(), list(included))
    return Response(document, status_code=status, headers=headers)


def shown(source: object, attributes: type[A], **extra: Any) -> A:
    """Fill *attributes* from the fields of *source* with the same name, and from *extra*."""
    names = cast("type[msgspec.Struct]", attributes).__struct_fields__
    same: dict[str, Any] = {name: getattr(source, name) for name in names if name not in extra}
    return attributes(**same, **extra)


def sparse(resource: Resource[Any], fields: frozenset[str] | None) -> Resource[Any]:
    """Return *resource* with only the attributes that the caller asked for."""
    if fields is None:
        return resource
    kept: Mapping[str, Any] = {
        name: value
        for name, value in msgspec.structs.asdict(resource.attributes).items()
        if name in fields
    }
    return Resource(resource.id, resource.type, kept, resource.relationships)


def expected_version(request: Request[Any, Any, Any]) -> int | None:
    """Return the version in `If-Match`, or None when the caller sent none; raises Invalid."""
    raw = request.headers.get("if-match")
    if raw is None or raw == "*":
        return None
    text = raw.removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Invalid('If-Match must be the ETag of the resource, such as "3".')
    return int(text)


def changes_of(edit: msgspec.Struct) -> dict[str, Any]:
    """Return the fields that a PATCH sent: absent (UNSET) ones stay, null empties a field."""
    return {
        name: value
        for name, value in msgspec.structs.asdict(edit).items()
        if value is not msgspec.UNSET
    }


def check_version(actual: int, expected: int | None) -> None:
    """Raise StaleVersion when the caller has read another version than the one that stands."""
    if expected is not None and expected != actual:
        raise StaleVersion("Somebody changed this meanwhile; read it again and repeat your change.")
