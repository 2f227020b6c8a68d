"""The ledger added up: sums of a period, one person's day, one ticket's minutes as billed."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from psa_common.db import Tx
from psa_common.documents import Document, Resource, answer
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.questions import read_question
from psa_tickets.domain.time.entry import Billable
from psa_tickets.domain.time.rounding import Mode, Rounding, Scope, rounded_total
from psa_tickets.domain.time.work import gaps
from psa_tickets.http.time import views
from psa_tickets.queries import tickets, time_ledger
from psa_tickets.queries.time_entries import EntryRow
from psa_tickets.queries.time_ledger import GROUPS_MAX, Gap, Span, Sums

Group = Literal["day", "user", "ticket"]


class SummaryQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which days (`until` itself not), of whom, for whom, and added up by what."""

    group: Group
    since: date = msgspec.field(name="from")
    until: date
    worker_id: UUID | None = None
    customer_id: UUID | None = None


class SummaryAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """The sums; `complete` is false where there are more than one answer holds."""

    group: Group
    complete: bool
    minutes: int
    rows: list[Sums]


class DayQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose day; without a worker the caller's own."""

    day: date
    worker_id: UUID | None = None


class DayAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A day's minutes, and the stretches between its first start and last end without any."""

    day: date
    minutes: int
    gaps: list[Gap]


Minutes = Annotated[int, Meta(ge=0, le=480)]


class RoundingQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the contract would round."""

    increment: Annotated[int, Meta(ge=1, le=60)] = 15
    mode: Mode = Mode.UP
    minimum: Minutes = 0
    grace: Minutes = 0
    scope: Scope = Scope.TICKET_PERIOD


class TicketTimeAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket's minutes as worked, and how the billable ones would be rounded."""

    minutes: int
    billable_minutes: int
    rounded_minutes: int
    entries: int


@get(
    "/time-entries/summary",
    guards=[requires("time_entry:view")],
    opt={"question": SummaryQuery},
)
async def read_summary(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[SummaryAttributes]:
    """Add up the work that the caller may see."""
    asked = read_question(request, SummaryQuery)
    rows = await time_ledger.list_sums(tx, asked.group, _span(asked), principal)
    return answer(Resource(principal.user_id, "time_summary", _summary(asked, rows)))


@get("/time-entries/day-sheet", guards=[requires("time_entry:view")], opt={"question": DayQuery})
async def read_day_sheet(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[DayAttributes]:
    """Show a person's day: its entries in order, and where nothing is written down."""
    asked = read_question(request, DayQuery)
    worker_id = asked.worker_id or principal.user_id
    rows = await time_ledger.list_day(tx, worker_id, asked.day, principal)
    sheet = Resource(worker_id, "day_sheet", _day(asked.day, rows))
    return answer(sheet, *map(views.time_entry, rows))


@get(
    "/tickets/{ticket_id:uuid}/time-summary",
    guards=[requires("time_entry:view")],
    opt={"question": RoundingQuery},
)
async def read_ticket_time(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TicketTimeAttributes]:
    """Add up a ticket's work, and round it as a contract would."""
    rounding = Rounding(**msgspec.structs.asdict(read_question(request, RoundingQuery)))
    ticket = await tickets.get(tx, ticket_id, principal)
    worked = await time_ledger.list_worked(tx, ticket.id, principal)
    return answer(Resource(ticket.id, "ticket_time", _ticket_time(worked, rounding)))


def _span(asked: SummaryQuery) -> Span:
    return Span(
        since=asked.since,
        until=asked.until,
        worker_id=asked.worker_id,
        customer_id=asked.customer_id,
    )


def _summary(asked: SummaryQuery, rows: list[Sums]) -> SummaryAttributes:
    return SummaryAttributes(
        group=asked.group,
        complete=len(rows) < GROUPS_MAX,
        minutes=sum(row.minutes for row in rows),
        rows=rows,
    )


def _day(day: date, rows: list[EntryRow]) -> DayAttributes:
    works = [row.entry().work for row in rows]
    return DayAttributes(
        day=day,
        minutes=sum(work.minutes for work in works),
        gaps=[Gap(since, until) for since, until in gaps(works)],
    )


def _ticket_time(worked: list[time_ledger.Worked], rounding: Rounding) -> TicketTimeAttributes:
    billable = [(one.day, one.minutes) for one in worked if one.billable == Billable.BILLABLE]
    return TicketTimeAttributes(
        minutes=sum(one.minutes for one in worked),
        billable_minutes=sum(minutes for _, minutes in billable),
        rounded_minutes=rounded_total(billable, rounding),
        entries=len(worked),
    )


ROUTER = Router("/", route_handlers=[read_summary, read_day_sheet, read_ticket_time])
