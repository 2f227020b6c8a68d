"""What day it is where the tenant works."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from psa_assets.queries import copies
from psa_common.db import Tx


async def today(tx: Tx, *, now: datetime) -> date:
    """Return the date at *now* in the tenant's time zone."""
    return now.astimezone(ZoneInfo(await copies.time_zone(tx))).date()
