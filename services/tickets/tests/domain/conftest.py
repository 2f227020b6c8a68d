"""The calendars and the story that several tests share."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from psa_tickets.domain.calendar import CLOSED, HolidayRegion, Window, WorkingCalendar
from psa_tickets.domain.sla_log import Event, Paused, Resolved, Responded, Resumed, Started
from psa_tickets.domain.sla_terms import Terms


@pytest.fixture(scope="session")
def nrw() -> WorkingCalendar:
    """Monday to Friday 08:00 to 17:00 without lunch, holidays of North Rhine-Westphalia."""
    office = (Window.parse("08:00-17:00"),)
    return WorkingCalendar(
        name="NRW Büro",
        time_zone="Europe/Berlin",
        week=(office,) * 5 + (CLOSED, CLOSED),
        holidays=HolidayRegion(country="DE", subdivision="NW"),
    )


@pytest.fixture(scope="session")
def nrw_with_lunch(nrw: WorkingCalendar) -> WorkingCalendar:
    office = (Window.parse("08:00-12:00"), Window.parse("13:00-17:00"))
    return replace(nrw, week=(office,) * 5 + (CLOSED, CLOSED))


@pytest.fixture(scope="session")
def nights() -> WorkingCalendar:
    """Every night 01:00 to 04:00, across the hour that clocks change in Berlin."""
    return WorkingCalendar(
        name="Nachtwartung", time_zone="Europe/Berlin", week=((Window.parse("01:00-04:00"),),) * 7
    )


@pytest.fixture(scope="session")
def always() -> WorkingCalendar:
    return WorkingCalendar(name="24x7", time_zone="Europe/Berlin", always_open=True)


@pytest.fixture(scope="session")
def p2(nrw: WorkingCalendar) -> Terms:
    return Terms(calendar=nrw, response_minutes=60, resolution_minutes=480)


@pytest.fixture(scope="session")
def t1001(p2: Terms) -> tuple[Event, ...]:
    """Tell the story of T-1001 in June 2026, from the first mail to the solution."""

    def june(day: int, hour: int, minute: int) -> datetime:
        return datetime(2026, 6, day, hour, minute, tzinfo=ZoneInfo("Europe/Berlin"))

    return (
        Started(at=june(3, 16, 30), terms=p2),
        Responded(at=june(3, 16, 40)),
        Paused(at=june(5, 9, 30), reason="waiting_customer"),
        Resumed(at=june(8, 10, 0)),
        Resolved(at=june(8, 14, 20)),
    )
