"""Days that people enter: bounded, and today's in the tenant's zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from psa_billing.queries.copies import TenantCopy
from psa_billing.usecases.refusals import ImpossibleDay
from psa_common.inputs import EARLIEST_YEAR, LATEST_YEAR

DEFAULT_ZONE = "Europe/Berlin"


def checked_days(**days: date | None) -> None:
    """Raise ImpossibleDay, with the name of the field, for a day nobody can mean."""
    for field, day in days.items():
        if day is not None and not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
            raise ImpossibleDay(day, field)


def today_of(tenant: TenantCopy | None, *, now: datetime) -> date:
    """Return the day that it is at the tenant's."""
    return now.astimezone(ZoneInfo(tenant.time_zone if tenant else DEFAULT_ZONE)).date()
