"""
Lists: filters, sorting, pages for people and cursors for machines.

A service declares a `Listing` of literal SQL fragments; nothing a client sends becomes SQL.
People turn pages and see a count that stops at 10,000; machines follow a cursor, whose cost
does not grow with the table.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, LiteralString, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request

from psa_common.db import Tx
from psa_common.documents import Links, Page, PageMeta, Resource, now_meta, sparse
from psa_common.errors import Invalid

R = TypeVar("R")

LIMIT_DEFAULT = 20
LIMIT_MAX = 100
#: Deeper pages cost more than they help; a cursor reaches everything.
OFFSET_MAX = 10_000
COUNT_MAX = 10_000
VALUE_LENGTH_MAX = 500
RESERVED = frozenset({"page", "limit", "cursor", "sort", "order", "fields"})


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
    fields: frozenset[str] = field(default_factory=frozenset[str])


@dataclass(frozen=True, slots=True)
class _Asked:
    """The query string, checked."""

    values: dict[str, object]
    sort: str
    descending: bool
    limit: int
    page: int | None
    after: tuple[object, UUID] | None
    fields: frozenset[str] | None


async def fetch_page(
    tx: Tx,
    listing: Listing[R],
    request: Request[Any, Any, Any],
    resource_of: Callable[[R], Resource[Any]],
    **params: object,
) -> Page[Any]:
    """
    Return the page that the query string asks for; raises Invalid for what it cannot mean.

    *params* are values for `listing.conditions`, such as the caller's record scope.
    """
    asked = _parse(listing, request)
    where = _where(listing, asked)
    sort = listing.sorts[asked.sort]
    direction: LiteralString = "DESC" if asked.descending else "ASC"
    bound: dict[str, object] = {**params, **asked.values, "row_limit": asked.limit + 1}
    page_where = where

    if asked.after is not None:
        sign: LiteralString = "<" if asked.descending else ">"
        keyset: LiteralString = (
            "("
            + sort.column
            + ", "
            + listing.id_column
            + ") "
            + sign
            + " (%(after_value)s, %(after_id)s)"
        )
        page_where = where + (" AND " if where else " WHERE ") + keyset
        bound["after_value"], bound["after_id"] = asked.after
    bound["row_offset"] = (asked.page - 1) * asked.limit if asked.page else 0

    rows = await tx.fetch_all(
        listing.row,
        listing.select
        + page_where
        + " ORDER BY "
        + sort.column
        + " "
        + direction
        + ", "
        + listing.id_column
        + " "
        + direction
        + " LIMIT %(row_limit)s OFFSET %(row_offset)s",
        **bound,
    )
    total = None
    if asked.page is not None:
        total = await _count(tx, listing, where, {**params, **asked.values})
    resources = [sparse(resource_of(row), asked.fields) for row in rows[: asked.limit]]
    more = rows[asked.limit - 1] if len(rows) > asked.limit else None
    return _page(request, asked, resources, more, total)


async def _count(
    tx: Tx, listing: Listing[Any], where: LiteralString, params: dict[str, object]
) -> int:
    """Count matching rows, but never more than the bound: a count must not scan a table."""
    sql = "SELECT count(*) FROM (" + listing.select + where + " LIMIT %(count_max)s) AS counted"
    return int(await tx.fetch_value(sql, **params, count_max=COUNT_MAX + 1))


def _where(listing: Listing[Any], asked: _Asked) -> LiteralString:
    conditions: tuple[LiteralString, ...] = (
        *listing.conditions,
        *(listing.filters[name].condition for name in asked.values),
    )
    return " WHERE " + " AND ".join(conditions) if conditions else ""


def _parse(listing: Listing[Any], request: Request[Any, Any, Any]) -> _Asked:
    raw: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in raw:
            raise Invalid("Send each query parameter once.", field=name)
        if len(value) > VALUE_LENGTH_MAX or "\x00" in value:
            raise Invalid("The value is too long or holds a control character.", field=name)
        raw[name] = value

    unknown = [name for name in raw if name not in RESERVED and name not in listing.filters]
    if unknown:
        known = ", ".join(sorted({*RESERVED, *listing.filters}))
        raise Invalid(f"Unknown query parameter; known are {known}.", field=unknown[0])

    sort, descending = _sort(listing, raw)
    values = {
        name: _value(raw[name], filter_.type, name)
        for name, filter_ in listing.filters.items()
        if name in raw
    }
    cursor = raw.get("cursor")
    return _Asked(
        values=values,
        sort=sort,
        descending=descending,
        limit=_whole(raw, "limit", LIMIT_DEFAULT, 1, LIMIT_MAX),
        page=None if cursor is not None else _page_number(raw),
        after=_open_cursor(cursor, listing, request, sort) if cursor else None,
        fields=frozenset(raw["fields"].split(",")) if raw.get("fields") else None,
    )


def _sort(listing: Listing[Any], raw: Mapping[str, str]) -> tuple[str, bool]:
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
        fingerprint, value, id_ = parts
        if fingerprint != _fingerprint(request):
            raise Invalid("The cursor belongs to another list; start without it.", field="cursor")
        return msgspec.convert(value, listing.sorts[sort].type, strict=False), UUID(id_)
    except (ValueError, msgspec.MsgspecError):
        raise Invalid("The cursor is not one of ours; start without it.", field="cursor") from None


def _fingerprint(request: Request[Any, Any, Any]) -> str:
    """Bind a cursor to the list, its filters and its order; it grants nothing by itself."""
    kept = sorted(
        (name, value)
        for name, value in request.query_params.multi_items()
        if name not in {"cursor", "page", "limit", "fields"}
    )
    text = f"{request.scope['path']}?{urlencode(kept)}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _page(
    request: Request[Any, Any, Any],
    asked: _Asked,
    resources: list[Resource[Any]],
    more: Any | None,
    total: int | None,
) -> Page[Any]:
    def link(**changes: object) -> str:
        kept = {
            name: value
            for name, value in request.query_params.multi_items()
            if name not in {"cursor", "page"}
        }
        return f"{request.scope['path']}?{urlencode({**kept, **changes})}"

    here = f"{request.scope['path']}?{urlencode(list(request.query_params.multi_items()))}"
    cursor = None
    if more is not None:
        value = msgspec.to_builtins(getattr(more, asked.sort))
        content = msgspec.json.encode([_fingerprint(request), str(value), str(more.id)])
        cursor = link(cursor=base64.urlsafe_b64encode(content).rstrip(b"=").decode())
    timestamp = now_meta().timestamp
    if asked.page is None or total is None:
        meta = PageMeta(limit=asked.limit, timestamp=timestamp)
        return Page(resources, meta, Links(self=here, next=cursor))

    capped = total > COUNT_MAX
    total = min(total, COUNT_MAX)
    pages = max(1, -(-total // asked.limit))
    meta = PageMeta(asked.limit, asked.page, total, pages, capped, timestamp)
    links = Links(
        self=here.rstrip("?"),
        next=link(page=asked.page + 1) if asked.page < pages else (cursor if capped else None),
        prev=link(page=asked.page - 1) if asked.page > 1 else None,
        first=link(page=1),
        last=link(page=pages),
    )
    return Page(resources, meta, links)
