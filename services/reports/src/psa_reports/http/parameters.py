"""What each report can be asked for."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from psa_reports.domain.period import Days, days_between, days_of_month
from psa_reports.domain.revenue import Basis

Priority = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_./-]*$", max_length=63)]
Month = Annotated[str, Meta(pattern=r"^(19[7-9][0-9]|20[0-9][0-9])-(0[1-9]|1[0-2])$")]
Format = Literal["json", "csv"]


class Query(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every report can be asked for."""

    format: Format | None = None


class PeriodQuery(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """First day, and the day after the last one; without them there is no bound."""

    since: date | None = msgspec.field(name="from", default=None)
    until: date | None = None

    def days(self) -> Days:
        """Return the days that are asked for; raises PeriodEmpty."""
        return days_between(self.since, self.until)


class SlaQuery(PeriodQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which clocks, by the day on which they stopped."""

    priority: Priority | None = None
    metric: Literal["response", "resolution"] | None = None
    customer_id: UUID | None = None


class BacklogQuery(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose open tickets."""

    customer_id: UUID | None = None


class RevenueQuery(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which month, and whether by date of invoice or by days of service."""

    month: Month
    basis: Basis = Basis.ISSUED

    def days(self) -> Days:
        """Return the days of the month."""
        return days_of_month(self.month)


class UnbilledQuery(PeriodQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose work, by the day on which it was done."""

    customer_id: UUID | None = None
