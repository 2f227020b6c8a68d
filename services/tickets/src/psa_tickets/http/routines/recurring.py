"""/recurring-tickets: what opens by itself, when next, and what became of each date."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from psa_common.db import Tx
from psa_common.documents import Document, Page, Resource, answer, expected_version, related, shown
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Line
from psa_common.listing import fetch_page
from psa_tickets.domain.routines.recurrence import CatchUp, Date
from psa_tickets.queries import recurring
from psa_tickets.queries.recurring import Outcome, Recurring, RunOfADate, WhileOpen
from psa_tickets.usecases.routines import recurring as keeping
from psa_tickets.usecases.routines.recurring import RecurringTerms

PREVIEW_MAX = 100


class RecurringInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What opens, for whom and when; with a calendar on its next business day."""

    name: Line
    template_id: UUID
    customer_id: UUID
    recurrence: Annotated[str, Meta(min_length=1, max_length=200)]
    starts_on: date
    local_time: Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z")] = "08:00"
    time_zone: Annotated[str, Meta(min_length=1, max_length=64)] = "Europe/Berlin"
    calendar_id: UUID | None = None
    asset_ids: Annotated[tuple[UUID, ...], Meta(max_length=100)] = ()
    while_open: WhileOpen = WhileOpen.SKIP
    catch_up: CatchUp = CatchUp.LATEST
    active: bool = True

    def terms(self) -> RecurringTerms:
        """Return what the use case keeps."""
        said: dict[str, Any] = msgspec.structs.asdict(self)
        said["local_time"] = time.fromisoformat(self.local_time)
        return RecurringTerms(**said)


class RecurringAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A recurring ticket as readers see it; `trouble` says why the last try failed."""

    name: str
    active: bool
    recurrence: str
    starts_on: date
    local_time: time
    time_zone: str
    asset_ids: tuple[UUID, ...]
    while_open: WhileOpen
    catch_up: CatchUp
    next_on: date | None
    next_at: datetime | None
    trouble: str | None
    created_at: datetime


class RecurringPreviewAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """The next dates."""

    dates: tuple[Date, ...]


class RecurringRunAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a date."""

    run_on: date
    outcome: Outcome
    created_at: datetime


def show(found: Recurring) -> Resource[RecurringAttributes]:
    """Show a recurring ticket."""
    links = related(
        template=("ticket_template", found.template_id),
        customer=("customer", found.customer_id),
        calendar=("calendar", found.calendar_id),
        last_ticket=("ticket", found.last_ticket_id),
        made_by=("user", found.made_by),
    )
    return Resource(found.id, "recurring_ticket", shown(found, RecurringAttributes), links)


def show_run(run: RunOfADate) -> Resource[RecurringRunAttributes]:
    """Show what became of a date."""
    links = related(ticket=("ticket", run.ticket_id))
    return Resource(run.id, "recurring_run", shown(run, RecurringRunAttributes), links)


@post("/", guards=[requires("desk:manage")])
async def create_recurring(
    data: JSONBody[RecurringInput],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[RecurringAttributes]:
    """Let tickets open by themselves."""
    made = await keeping.create(tx, principal, data.terms(), now=datetime.now(UTC))
    return answer(show(made), version=made.version, status=201)


@get("/", guards=[requires("ticket:assign")], opt={"listing": recurring.LISTING})
async def list_recurring(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[RecurringAttributes]:
    """List what opens by itself."""
    return await fetch_page(tx, recurring.LISTING, request, show)


@get("/{recurring_id:uuid}", guards=[requires("ticket:assign")])
async def read_recurring(
    recurring_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> Document[RecurringAttributes]:
    """Read a recurring ticket."""
    found = await recurring.get(tx, recurring_id)
    return answer(show(found), version=found.version)


@put("/{recurring_id:uuid}", guards=[requires("desk:manage")])
async def replace_recurring(
    request: Request[Any, Any, Any],
    recurring_id: FromPath[UUID],
    data: JSONBody[RecurringInput],
    tx: NamedDependency[Tx],
) -> Document[RecurringAttributes]:
    """Let other tickets open, or at other times."""
    expected, now = expected_version(request), datetime.now(UTC)
    found = await keeping.replace(
        tx, recurring_id, data.terms(), expected_version=expected, now=now
    )
    return answer(show(found), version=found.version)


@get("/{recurring_id:uuid}/preview", guards=[requires("ticket:assign")])
async def preview_recurring(
    recurring_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    count: Annotated[int, QueryParameter(ge=1, le=PREVIEW_MAX)] = 10,
) -> Document[RecurringPreviewAttributes]:
    """Show the next dates."""
    dates = await keeping.preview(tx, recurring_id, count=count, now=datetime.now(UTC))
    return answer(
        Resource(recurring_id, "recurring_preview", RecurringPreviewAttributes(dates=dates))
    )


@get(
    "/{recurring_id:uuid}/runs",
    guards=[requires("ticket:assign")],
    opt={"listing": recurring.RUNS},
)
async def list_runs(
    request: Request[Any, Any, Any], recurring_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> Page[RecurringRunAttributes]:
    """List what became of each date."""
    await recurring.get(tx, recurring_id)
    return await fetch_page(tx, recurring.RUNS, request, show_run, recurring_id=recurring_id)


ROUTER = Router(
    "/recurring-tickets",
    route_handlers=[
        create_recurring,
        list_recurring,
        read_recurring,
        replace_recurring,
        preview_recurring,
        list_runs,
    ],
)
