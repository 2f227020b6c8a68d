"""The frozen inputs of a billing run: everything it may look at, and nothing else."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from psa_common.errors import Invalid

from .contract import Contract
from .contract_line import AssetFilter
from .period import within
from .vat import VatRate


class Billable(StrEnum):
    """Whether the customer pays for a time entry."""

    BILLABLE = "billable"
    NON_BILLABLE = "non_billable"
    NO_CHARGE = "no_charge"
    GOODWILL = "goodwill"


class ImpossibleMinutes(Invalid):
    """A time entry claims no time, or less."""

    code = "impossible_minutes"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetMembership:
    """What one asset was within `[valid_from, valid_to)`."""

    asset_id: UUID
    number: str
    asset_class: str
    state: str
    managed: bool
    valid_from: date
    valid_to: date | None = None

    def counts(self, wanted: AssetFilter, day: date) -> bool:
        """Return whether the asset is one of *wanted* on *day*."""
        return (
            self.asset_class == wanted.asset_class
            and self.state == wanted.state
            and self.managed == wanted.managed
            and within(day, self.valid_from, self.valid_to)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeEntry:
    """Work that somebody did for the customer."""

    id: UUID
    work_date: date
    minutes: int
    work_type: str
    billable: Billable
    approved: bool
    ticket_id: UUID | None = None
    ticket_number: str | None = None
    task_id: UUID | None = None

    def __post_init__(self) -> None:
        if self.minutes < 1:
            raise ImpossibleMinutes("A time entry has at least one minute.", field="minutes")

    @property
    def subject_id(self) -> UUID:
        """The ticket or task that was worked on, or the entry itself."""
        return self.ticket_id or self.task_id or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversedTime:
    """Time that was taken back, and the invoice that holds it; one without number is approved."""

    time_entry_id: UUID
    work_date: date
    minutes: int
    ticket_number: str | None
    invoice_id: UUID
    invoice_number: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInputs:
    """
    One customer's contracts, assets and time, as they were read for a run.

    Time that waits for its approval is among the entries; time that was taken back is not, and
    stands in *reversed_time* only where an invoice holds it.

    The run bills recurring periods in advance that start on or before *up_to*, recurring
    periods in arrears that end on or before it, and work done before it.
    """

    customer_id: UUID
    up_to: date
    contracts: tuple[Contract, ...]
    vat_rates: tuple[VatRate, ...]
    memberships: tuple[AssetMembership, ...] = ()
    time_entries: tuple[TimeEntry, ...] = ()
    billed_keys: frozenset[str] = frozenset()
    reversed_time: tuple[ReversedTime, ...] = ()
