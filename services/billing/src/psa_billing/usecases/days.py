"""Which day it is."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from psa_billing.queries.copies import TenantCopy

DEFAULT_ZONE = "Europe/Berlin"


def today_of(tenant: TenantCopy | None, *, now: datetime) -> date:
    """Return the day that it is at the tenant's."""
    return now.astimezone(ZoneInfo(tenant.time_zone if tenant else DEFAULT_ZONE)).date()
