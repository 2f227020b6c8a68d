"""
What a list is asked for: the query string, checked against what the list offers.

A cursor is bound to its list, its filters and its order. It grants nothing: what it points at
is read under the caller's own tenant and scope.
"""

import base64
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, LiteralString, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request

from psa_common.db import Tx
from psa_common.documents import Resource
from psa_common.errors import Invalid

R = TypeVar("R")

Include = Callable[[Tx, Sequence[UUID]], Awaitable[list[Resource[Any]]]]

LIMIT_DEFAULT = 20
LIMIT_MAX = 100
#: Deeper pages cost more than they help; a cursor reaches everything.
OFFSET_MAX = 10_000
VALUE_LENGTH_MAX = 500
RESERVED = frozenset({"page", "limit", "cursor", "sort", "order", "fields", "include"})


@dataclass(frozen=True, slots=True)
class Filter:
    """One query parameter: its type, and the condition that uses it as `%(name)s`."""

    condition: LiteralString
    type: Any = str


@dataclass(frozen=True, slots=True)
class Sort:
    """One sortable column: its SQL expression and type."""

    column: LiteralString
    type: Any


@dataclass(frozen=True, slots=True)
class Listing(Generic[R]):
    """
    What a list may be asked for.

    `select` ends before WHERE; every row type has an `id` and an attribute for each sort.
    """

    row: type[R]
    select: LiteralString
    id_column: LiteralString
    filters: Mapping[str, Filter]
    sorts: Mapping[str, Sort]
    default_sort: str
    conditions: tuple[LiteralString, ...] = ()
    #: By the name of a relationship: how its resources are read, all in one statement.
    includes: Mapping[str, Include] = field(default_factory=dict[str, Include])


@dataclass(frozen=True, slots=True)
class Asked:
    """The query string, checked."""

    values: dict[str, object]
    sort: str
    descending: bool
    limit: int
    page: int | None
    after: tuple[object, UUID] | None
    fields: frozenset[str] | None
    includes: tuple[str, ...]


def parse(listing: Listing[Any], request: Request[Any, Any, Any]) -> Asked:
    """Return what the query string asks for; raises Invalid for what it cannot mean."""
    raw: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in raw:
            raise Invalid("Send each query parameter once.", field=name)
        if len(value) > VALUE_LENGTH_MAX or "\x00" in value:
            raise Invalid("The value is too long or holds a control character.", field=name)
        raw[name] = value

    values = parse_filters(listing, raw)
    sort, descending = parse_sort(listing, raw)
    cursor = raw.get("cursor")
    return Asked(
        values=values,
        sort=sort,
        descending=descending,
        limit=_whole(raw, "limit", LIMIT_DEFAULT, 1, LIMIT_MAX),
        page=None if cursor is not None else _page_number(raw),
        after=_open_cursor(cursor, listing, request, sort) if cursor else None,
        fields=frozenset(raw["fields"].split(",")) if raw.get("fields") else None,
        includes=parse_includes(listing, raw.get("include")),
    )


def parse_filters(listing: Listing[Any], raw: Mapping[str, str]) -> dict[str, object]:
    """Return the values to filter by; raises Invalid for what the list cannot be asked."""
    unknown = [name for name in raw if name not in RESERVED and name not in listing.filters]
    if unknown:
        known = ", ".join(sorted({*RESERVED, *listing.filters}))
        raise Invalid(f"Unknown query parameter; known are {known}.", field=unknown[0])
    return {
        name: _value(raw[name], filter_.type, name)
        for name, filter_ in listing.filters.items()
        if name in raw
    }


def parse_includes(listing: Listing[Any], text: str | None) -> tuple[str, ...]:
    """Return which relationships to include; raises Invalid for one that cannot be."""
    names = tuple(dict.fromkeys(text.split(","))) if text else ()
    if any(name not in listing.includes for name in names):
        known = ", ".join(sorted(listing.includes)) or "nothing"
        raise Invalid(f"What can be included here: {known}.", field="include")
    return names


def parse_sort(listing: Listing[Any], raw: Mapping[str, str]) -> tuple[str, bool]:
    """Return the name of the sort and whether it descends; raises Invalid for an unknown one."""
    name = raw.get("sort", listing.default_sort)
    descending = name.startswith("-")
    name = name.removeprefix("-")
    order = raw.get("order")
    if name not in listing.sorts:
        raise Invalid(f"Sort by one of {', '.join(sorted(listing.sorts))}.", field="sort")
    if order not in {None, "asc", "desc"}:
        raise Invalid("Order is asc or desc.", field="order")
    return name, order == "desc" if order else descending


def _page_number(raw: Mapping[str, str]) -> int:
    page = _whole(raw, "page", 1, 1, OFFSET_MAX)
    if (page - 1) * _whole(raw, "limit", LIMIT_DEFAULT, 1, LIMIT_MAX) > OFFSET_MAX:
        raise Invalid("Pages end here; follow links.next by cursor, or filter.", field="page")
    return page


def _whole(raw: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = raw.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and low <= int(text) <= high):
        raise Invalid(f"{name} is a whole number from {low} to {high}.", field=name)
    return int(text)


def _value(text: str, type_: Any, name: str) -> object:
    try:
        value = msgspec.convert(text, type_, strict=False)
    except (msgspec.ValidationError, OverflowError) as error:
        raise Invalid(f"{error}.", field=name) from None
    if isinstance(value, datetime) and value.tzinfo is None:
        raise Invalid("The instant needs a zone, such as Z or +02:00.", field=name)
    if isinstance(value, (date, datetime)) and not 1970 <= value.year <= 2100:
        raise Invalid("The year must be 1970 to 2100.", field=name)
    return value


def _open_cursor(
    cursor: str, listing: Listing[Any], request: Request[Any, Any, Any], sort: str
) -> tuple[object, UUID]:
    """Return where the last page ended; a cursor of another list or filter is refused."""
    try:
        parts = msgspec.json.decode(
            base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=list[str]
        )
        bound_to, value, id_ = parts
        if bound_to != fingerprint(request):
            raise Invalid("The cursor belongs to another list; start without it.", field="cursor")
        return msgspec.convert(value, listing.sorts[sort].type, strict=False), UUID(id_)
    except (ValueError, msgspec.MsgspecError):
        raise Invalid("The cursor is not one of ours; start without it.", field="cursor") from None


def fingerprint(request: Request[Any, Any, Any]) -> str:
    """Bind a cursor to the list, its filters and its order; it grants nothing by itself."""
    kept = sorted(
        (name, value)
        for name, value in request.query_params.multi_items()
        if name not in {"cursor", "page", "limit", "fields"}
    )
    text = f"{request.scope['path']}?{urlencode(kept)}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
