"""/categories: what tickets are about, as a tree of up to three levels."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from psa_common.db import Tx
from psa_common.documents import (
    Document,
    Page,
    Resource,
    answer,
    changes_of,
    expected_version,
    related,
    shown,
)
from psa_common.guards import requires
from psa_common.inputs import Line
from psa_common.listing import fetch_page
from psa_tickets.queries import categories
from psa_tickets.queries.categories import Category
from psa_tickets.usecases import desk_setup


class NewCategory(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A category; names are unique below one parent."""

    name: Line
    parent_id: UUID | None = None


class CategoryEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields to change; a category that is not active takes no new tickets."""

    name: Line | UnsetType = UNSET
    parent_id: UUID | UnsetType | None = UNSET
    active: bool | UnsetType = UNSET


class CategoryAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A category as readers see it."""

    name: str
    active: bool
    created_at: datetime


def show(category: Category) -> Resource[CategoryAttributes]:
    """Show a category."""
    links = related(parent=("category", category.parent_id))
    return Resource(category.id, "category", shown(category, CategoryAttributes), links)


@post("/", guards=[requires("desk:manage")])
async def create_category(
    data: JSONBody[NewCategory], tx: NamedDependency[Tx]
) -> Document[CategoryAttributes]:
    """Create a category."""
    category = await desk_setup.create_category(
        tx, data.name, parent_id=data.parent_id, now=datetime.now(UTC)
    )
    return answer(show(category), version=category.version, status=201)


@get("/", guards=[requires("ticket:view")], opt={"listing": categories.LISTING})
async def list_categories(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[CategoryAttributes]:
    """List the categories."""
    return await fetch_page(tx, categories.LISTING, request, show)


@patch("/{category_id:uuid}", guards=[requires("desk:manage")])
async def edit_category(
    request: Request[Any, Any, Any],
    category_id: FromPath[UUID],
    data: JSONBody[CategoryEdit],
    tx: NamedDependency[Tx],
) -> Document[CategoryAttributes]:
    """Rename a category, hang it elsewhere, or take it out of use."""
    category = await desk_setup.edit_category(
        tx, category_id, changes_of(data), expected_version=expected_version(request)
    )
    return answer(show(category), version=category.version)


ROUTER = Router("/categories", route_handlers=[create_category, list_categories, edit_category])
