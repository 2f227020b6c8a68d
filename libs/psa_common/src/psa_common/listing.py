"""
Lists: filters, sorting, pages for people and cursors for machines.

A service declares a `Listing` of literal SQL fragments; nothing a client sends becomes SQL.
People turn pages and see a count that stops at 10,000; machines follow a cursor, whose cost
does not grow with the table.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any, LiteralString, TypeVar
from urllib.parse import urlencode

import msgspec
from litestar import Request

from psa_common.asking import Asked, Filter, Listing, Sort, fingerprint, parse, parse_includes
from psa_common.db import Tx
from psa_common.documents import Links, Page, PageMeta, Reference, Resource, now_meta, sparse

__all__ = ["Filter", "Listing", "Sort", "fetch_included", "fetch_page"]

R = TypeVar("R")

COUNT_MAX = 10_000


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
    asked = parse(listing, request)
    rows = await tx.fetch_all(listing.row, _rows_sql(listing, asked), **params, **_bound(asked))
    total = None
    if asked.page is not None:
        total = await _count(tx, listing, asked, params)
    whole = [resource_of(row) for row in rows[: asked.limit]]
    included = await _included(tx, listing, asked.includes, whole)
    resources = [sparse(resource, asked.fields) for resource in whole]
    more = rows[asked.limit - 1] if len(rows) > asked.limit else None
    page = _page(request, asked, resources, more, total)
    return msgspec.structs.replace(page, included=included)


async def fetch_included(
    tx: Tx, listing: Listing[Any], request: Request[Any, Any, Any], resource: Resource[Any]
) -> list[Resource[Any]]:
    """Return what `include` asks for beside a single resource; raises Invalid."""
    names = parse_includes(listing, request.query_params.get("include"))
    return await _included(tx, listing, names, [resource])


async def _included(
    tx: Tx, listing: Listing[Any], names: Sequence[str], resources: Sequence[Resource[Any]]
) -> list[Resource[Any]]:
    """Read each kind of related resource once, however many of the resources name it."""
    found: list[Resource[Any]] = []
    for name in names:
        links = (resource.relationships[name].data for resource in resources)
        ids = {link.id for link in links if isinstance(link, Reference)}
        if ids:
            found += await listing.includes[name](tx, sorted(ids))
    return found


def _rows_sql(listing: Listing[Any], asked: Asked) -> LiteralString:
    where = _where(listing, asked)
    sort = listing.sorts[asked.sort].column
    direction: LiteralString = "DESC" if asked.descending else "ASC"
    if asked.after is not None:
        sign: LiteralString = "<" if asked.descending else ">"
        behind: LiteralString = (
            f"({sort}, {listing.id_column}) {sign} (%(after_value)s, %(after_id)s)"
        )
        where = f"{where} AND {behind}" if where else f" WHERE {behind}"
    order: LiteralString = f"ORDER BY {sort} {direction}, {listing.id_column} {direction}"
    return f"{listing.select} {where} {order} LIMIT %(row_limit)s OFFSET %(row_offset)s"


def _bound(asked: Asked) -> dict[str, object]:
    bound: dict[str, object] = {
        **asked.values,
        # One more than the page holds tells whether there is a next one.
        "row_limit": asked.limit + 1,
        "row_offset": (asked.page - 1) * asked.limit if asked.page else 0,
    }
    if asked.after is not None:
        bound["after_value"], bound["after_id"] = asked.after
    return bound


async def _count(tx: Tx, listing: Listing[Any], asked: Asked, params: Mapping[str, object]) -> int:
    """Count matching rows, but never more than the bound: a count must not scan a table."""
    where = _where(listing, asked)
    sql: LiteralString = (
        f"SELECT count(*) FROM ({listing.select} {where} LIMIT %(count_max)s) AS counted"
    )
    return int(await tx.fetch_value(sql, **params, **asked.values, count_max=COUNT_MAX + 1))


def _where(listing: Listing[Any], asked: Asked) -> LiteralString:
    conditions: tuple[LiteralString, ...] = (
        *listing.conditions,
        *(listing.filters[name].condition for name in asked.values),
    )
    return " WHERE " + " AND ".join(conditions) if conditions else ""


def _page(
    request: Request[Any, Any, Any],
    asked: Asked,
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
        content = msgspec.json.encode([fingerprint(request), str(value), str(more.id)])
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
