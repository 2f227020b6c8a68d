"""What became of the time worked; minutes are those worked, never rounded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from psa_common.errors import Refused
from psa_reports.domain.figures import percent_of

ROWS_MAX = 10_000


class TooManyRows(Refused):
    """Nobody reads that many rows, and nobody should wait for them."""

    code = "too_many_rows"

    def __init__(self) -> None:
        super().__init__(
            f"The report has more than {ROWS_MAX} rows; narrow the period or name a customer.",
            field="until",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UnbilledRow:
    """
    Approved billable work on one ticket or task that stands on no issued invoice.

    In a total, customer, kind, number and title are null.
    """

    customer_id: UUID | None
    customer_number: str | None
    customer_name: str | None
    kind: str | None
    number: str | None
    title: str | None
    entries: int
    minutes: int
    first_work_date: date | None
    last_work_date: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """One person's minutes, as the ledger tells them."""

    user_id: UUID | None
    user_name: str | None
    entries: int
    minutes: int
    billable_minutes: int
    goodwill_minutes: int
    no_charge_minutes: int
    non_billable_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UtilisationRow(Worked):
    """
    One person's minutes and what became of them; in a total, the person is null.

    `billable_percent` is the billable share of the minutes worked, rounded half up, once.
    """

    billable_percent: Decimal | None


def check_rows(rows: Sequence[UnbilledRow]) -> None:
    """Raise TooManyRows beyond what a reader can use."""
    if len(rows) > ROWS_MAX:
        raise TooManyRows


def unbilled_total(rows: Sequence[UnbilledRow]) -> UnbilledRow:
    """Return everything unbilled as one row; nothing is 0 entries."""
    firsts = [row.first_work_date for row in rows if row.first_work_date]
    lasts = [row.last_work_date for row in rows if row.last_work_date]
    return UnbilledRow(
        customer_id=None,
        customer_number=None,
        customer_name=None,
        kind=None,
        number=None,
        title=None,
        entries=sum(row.entries for row in rows),
        minutes=sum(row.minutes for row in rows),
        first_work_date=min(firsts, default=None),
        last_work_date=max(lasts, default=None),
    )


def utilisation_of(worked: Worked) -> UtilisationRow:
    """Return a person's minutes with the share that is billable."""
    return UtilisationRow(
        user_id=worked.user_id,
        user_name=worked.user_name,
        entries=worked.entries,
        minutes=worked.minutes,
        billable_minutes=worked.billable_minutes,
        goodwill_minutes=worked.goodwill_minutes,
        no_charge_minutes=worked.no_charge_minutes,
        non_billable_minutes=worked.non_billable_minutes,
        billable_percent=percent_of(worked.billable_minutes, worked.minutes),
    )


def utilisation_total(everybody: Sequence[Worked]) -> UtilisationRow:
    """Return everybody as one row."""
    return utilisation_of(
        Worked(
            user_id=None,
            user_name=None,
            entries=sum(row.entries for row in everybody),
            minutes=sum(row.minutes for row in everybody),
            billable_minutes=sum(row.billable_minutes for row in everybody),
            goodwill_minutes=sum(row.goodwill_minutes for row in everybody),
            no_charge_minutes=sum(row.no_charge_minutes for row in everybody),
            non_billable_minutes=sum(row.non_billable_minutes for row in everybody),
        )
    )
