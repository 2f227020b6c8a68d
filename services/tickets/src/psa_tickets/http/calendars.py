"""/calendars: when the service desk is open."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from psa_common.db import Tx
from psa_common.documents import (
    Document,
    Page,
    Resource,
    answer,
    changes_of,
    expected_version,
    shown,
)
from psa_common.guards import requires
from psa_common.inputs import Line
from psa_common.listing import fetch_page
from psa_tickets.domain.calendar import HolidayRegion, SpecialDay, Window, WorkingCalendar
from psa_tickets.http.staff import colleagues
from psa_tickets.queries import calendars
from psa_tickets.queries.calendars import Calendar, CalendarVersion
from psa_tickets.usecases import service_levels

#: Hours of one day, such as "08:00-12:00"; "24:00" is the end of the day.
Hours = Annotated[str, Meta(pattern=r"^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]\Z")]
DayHours = Annotated[list[Hours], Meta(max_length=12)]


class Week(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The hours of each weekday; a day without any is closed."""

    monday: DayHours = []
    tuesday: DayHours = []
    wednesday: DayHours = []
    thursday: DayHours = []
    friday: DayHours = []
    saturday: DayHours = []
    sunday: DayHours = []


class Holidays(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose public holidays are kept: country, and Bundesland as in DE, NW."""

    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")] = "DE"
    subdivision: Annotated[str, Meta(pattern=r"^[A-Z0-9]{1,12}\Z")] | None = None
    categories: tuple[Annotated[str, Meta(max_length=30)], ...] = ("public",)


class SpecialDayInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One date with hours of its own, such as a half Christmas Eve."""

    day: date
    hours: DayHours = []
    name: Annotated[str, Meta(max_length=100)] = ""


class CalendarInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the desk is open, in local time of the zone."""

    name: Line
    time_zone: Annotated[str, Meta(max_length=64)] = "Europe/Berlin"
    week: Week = Week()
    holidays: Holidays | None = None
    extra_holidays: Annotated[list[date], Meta(max_length=366)] = []
    removed_holidays: Annotated[list[date], Meta(max_length=366)] = []
    special_days: Annotated[list[SpecialDayInput], Meta(max_length=366)] = []
    always_open: bool = False


class CalendarAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A calendar as readers see it."""

    name: str
    time_zone: str
    week: Week
    holidays: Holidays | None
    extra_holidays: list[date]
    removed_holidays: list[date]
    special_days: list[SpecialDayInput]
    always_open: bool
    active: bool
    version: int


class CalendarVersionAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """What a calendar said from `since` on."""

    version: int
    active: bool
    since: datetime
    definition: CalendarInput


class CalendarEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change, as a new version; the others stay. Lists are replaced as a whole."""

    name: Line | UnsetType = UNSET
    time_zone: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET
    week: Week | UnsetType = UNSET
    holidays: Holidays | UnsetType | None = UNSET
    extra_holidays: Annotated[list[date], Meta(max_length=366)] | UnsetType = UNSET
    removed_holidays: Annotated[list[date], Meta(max_length=366)] | UnsetType = UNSET
    special_days: Annotated[list[SpecialDayInput], Meta(max_length=366)] | UnsetType = UNSET
    always_open: bool | UnsetType = UNSET
    active: bool | UnsetType = UNSET


def written(definition: WorkingCalendar) -> CalendarInput:
    """Return *definition* as somebody would write it down."""
    week = [[str(window) for window in day] for day in definition.week]
    region = definition.holidays
    return CalendarInput(
        name=definition.name,
        time_zone=definition.time_zone,
        week=Week(**dict(zip(Week.__struct_fields__, week, strict=True))),
        holidays=Holidays(
            country=region.country, subdivision=region.subdivision, categories=region.categories
        )
        if region
        else None,
        extra_holidays=list(definition.extra_holidays),
        removed_holidays=list(definition.removed_holidays),
        special_days=[
            SpecialDayInput(
                day=special.day,
                hours=[str(window) for window in special.windows],
                name=special.name,
            )
            for special in definition.special_days
        ],
        always_open=definition.always_open,
    )


def redrawn(definition: WorkingCalendar, changes: Mapping[str, Any]) -> WorkingCalendar:
    """Return *definition* with *changes* as the API writes them; raises what the domain refuses."""
    fields = {name: value for name, value in changes.items() if name != "active"}
    return definition_of(msgspec.structs.replace(written(definition), **fields))


def show(calendar: Calendar) -> Resource[CalendarAttributes]:
    """Show a calendar."""
    attributes = shown(
        written(calendar.definition),
        CalendarAttributes,
        active=calendar.active,
        version=calendar.version,
    )
    return Resource(calendar.id, "calendar", attributes)


def show_version(version: CalendarVersion) -> Resource[CalendarVersionAttributes]:
    """Show what a calendar once said."""
    attributes = shown(version, CalendarVersionAttributes, definition=written(version.definition))
    return Resource(version.id, "calendar_version", attributes)


def definition_of(data: CalendarInput) -> WorkingCalendar:
    """Return the calendar that the input describes; raises what the domain refuses."""
    region = data.holidays
    return WorkingCalendar(
        name=data.name,
        time_zone=data.time_zone,
        week=tuple(_windows(getattr(data.week, day)) for day in Week.__struct_fields__),
        holidays=HolidayRegion(
            country=region.country,
            subdivision=region.subdivision,
            categories=region.categories,
        )
        if region
        else None,
        extra_holidays=tuple(data.extra_holidays),
        removed_holidays=tuple(data.removed_holidays),
        special_days=tuple(
            SpecialDay(special.day, _windows(special.hours), special.name)
            for special in data.special_days
        ),
        always_open=data.always_open,
    )


def _windows(hours: list[str]) -> tuple[Window, ...]:
    return tuple(Window.parse(text) for text in hours)


@post("/", guards=[requires("calendar:manage")])
async def create_calendar(
    data: JSONBody[CalendarInput], tx: NamedDependency[Tx]
) -> Document[CalendarAttributes]:
    """Create a calendar."""
    definition = definition_of(data)
    calendar = await service_levels.create_calendar(tx, definition, now=datetime.now(UTC))
    return answer(show(calendar), version=calendar.version, status=201)


@get("/", guards=[requires("sla:view")], opt={"listing": calendars.CALENDARS})
async def list_calendars(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[CalendarAttributes]:
    """List the calendars."""
    return await fetch_page(tx, calendars.CALENDARS, request, show)


@get("/{calendar_id:uuid}", guards=[requires("sla:view")])
async def read_calendar(
    calendar_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> Document[CalendarAttributes]:
    """Read a calendar as it is for clocks that start now."""
    calendar = await calendars.get_calendar(tx, calendar_id)
    return answer(show(calendar), version=calendar.version)


@patch("/{calendar_id:uuid}", guards=[requires("calendar:manage")])
async def edit_calendar(
    request: Request[Any, Any, Any],
    calendar_id: FromPath[UUID],
    data: JSONBody[CalendarEdit],
    tx: NamedDependency[Tx],
) -> Document[CalendarAttributes]:
    """Make a new version; clocks that run keep theirs."""
    changes = changes_of(data)
    calendar = await service_levels.change_calendar(
        tx,
        calendar_id,
        lambda definition: redrawn(definition, changes),
        active=None if data.active is UNSET else data.active,
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(show(calendar), version=calendar.version)


@get(
    "/{calendar_id:uuid}/versions",
    guards=[requires("sla:view")],
    opt={"listing": calendars.VERSIONS},
)
async def list_calendar_versions(
    request: Request[Any, Any, Any], calendar_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> Page[CalendarVersionAttributes]:
    """List every version that there ever was; a ticket's SLA names the one that it follows."""
    await calendars.get_calendar(tx, calendar_id)
    return await fetch_page(tx, calendars.VERSIONS, request, show_version, calendar_id=calendar_id)


ROUTER = Router(
    "/calendars",
    guards=[colleagues],
    route_handlers=[
        create_calendar,
        list_calendars,
        read_calendar,
        edit_calendar,
        list_calendar_versions,
    ],
)
