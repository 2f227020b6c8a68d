"""The calendars that the stories are told in."""

from dataclasses import replace

import pytest

from psa_tickets.domain.calendar import CLOSED, HolidayRegion, Window, WorkingCalendar


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
