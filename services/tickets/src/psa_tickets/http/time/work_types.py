"""/work-types: the kinds of work that a tenant knows."""

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
    Links,
    Page,
    PageMeta,
    answer,
    changes_of,
    expected_version,
)
from psa_common.guards import requires
from psa_common.inputs import Line, Slug
from psa_tickets.domain.time.entry import Billable
from psa_tickets.http.time import views
from psa_tickets.http.time.views import WorkTypeAttributes
from psa_tickets.queries import time_rules
from psa_tickets.usecases.time import deciding


class WorkTypeInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of work; contracts and entries name it by its key."""

    key: Slug
    label: Line
    billable: Billable = Billable.BILLABLE
    surcharges: bool = True


class WorkTypeEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields to change; the others stay."""

    label: Line | UnsetType = UNSET
    billable: Billable | UnsetType = UNSET
    surcharges: bool | UnsetType = UNSET
    active: bool | UnsetType = UNSET


@get("/", guards=[requires("time_entry:view")])
async def list_work_types(tx: NamedDependency[Tx]) -> Page[WorkTypeAttributes]:
    """List the kinds of work, the defaults as long as the tenant has changed none; one page."""
    now = datetime.now(UTC)
    rows = await time_rules.list_own_work_types(tx) or time_rules.default_work_types(now)
    meta = PageMeta(
        limit=deciding.WORK_TYPES_MAX, page=1, total=len(rows), total_pages=1, timestamp=now
    )
    return Page([views.work_type(row) for row in rows], meta, Links(self="/api/v1/work-types"))


@post("/", guards=[requires("desk:manage")])
async def add_work_type(
    data: JSONBody[WorkTypeInput], tx: NamedDependency[Tx]
) -> Document[WorkTypeAttributes]:
    """Name a kind of work."""
    values = msgspec.structs.asdict(data)
    row = await deciding.add_work_type(tx, **values, now=datetime.now(UTC))
    return answer(views.work_type(row), version=row.version, status=201)


@patch("/{work_type_id:uuid}", guards=[requires("desk:manage")])
async def edit_work_type(
    request: Request[Any, Any, Any],
    work_type_id: FromPath[UUID],
    data: JSONBody[WorkTypeEdit],
    tx: NamedDependency[Tx],
) -> Document[WorkTypeAttributes]:
    """Change what is said of a kind of work, or take it out of use."""
    changes, version = changes_of(data), expected_version(request)
    row = await deciding.edit_work_type(
        tx, work_type_id, changes, expected_version=version, now=datetime.now(UTC)
    )
    return answer(views.work_type(row), version=row.version)


ROUTER = Router("/work-types", route_handlers=[list_work_types, add_work_type, edit_work_type])
