"""What the API shows of time worked, and the functions that fill it."""

from datetime import date, datetime, time
from uuid import UUID

import msgspec

from psa_common.documents import Resource, related, shown
from psa_common.identity import Principal
from psa_tickets.domain.time.entry import Approval, Billable, Place
from psa_tickets.domain.time.surcharges import AppliesTo
from psa_tickets.domain.time.timer import Run
from psa_tickets.queries.charges import Material, Travel
from psa_tickets.queries.time_entries import EntryRow, Surcharge
from psa_tickets.queries.time_rules import RulesRow, SurchargeRow, WorkType
from psa_tickets.queries.timers import TimerRow
from psa_tickets.usecases.time.announcements import plain


class TimeEntryAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """Work as it was written down; `minutes` are never rounded here, bills round."""

    work_date: date
    started_at: datetime | None
    ended_at: datetime | None
    minutes: int
    break_minutes: int
    work_type: str
    billable: Billable
    place: Place
    note: str
    internal_note: str
    state: Approval
    reason: str
    checked_at: datetime | None
    decided_at: datetime | None
    created_at: datetime
    surcharges: tuple[Surcharge, ...]
    warnings: list[str] = []


class TimerAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A stopwatch: what has run, and since when it runs now; add both for what it shows."""

    work_type: str
    note: str
    running_since: datetime | None
    elapsed_seconds: int
    runs: tuple[Run, ...]
    created_at: datetime


class TravelAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """The way to a ticket, in one of three measures."""

    visit_date: date
    zone: str | None
    km: str | None
    minutes: int | None
    billable: Billable
    note: str
    state: Approval
    reason: str
    decided_at: datetime | None
    created_at: datetime


class MaterialAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """Something used on a ticket; its cost is null for who may not see costs."""

    used_on: date
    description: str
    product_ref: str | None
    serial: str | None
    quantity: str
    unit_price_cents: int
    unit_cost_cents: int | None
    net_cents: int
    currency: str
    tax_class: str
    billable: Billable
    state: Approval
    reason: str
    decided_at: datetime | None
    created_at: datetime


class TimeRulesAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """How the tenant keeps time."""

    overlap: str
    approval_tiers: int
    own_approval: bool
    locked_until: date | None


class WorkTypeAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of work, and what it is unless an entry says otherwise."""

    key: str
    label: str
    billable: Billable
    surcharges: bool
    active: bool


class SurchargeRuleAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """When work counts by which factor."""

    name: str
    factor: str
    weekdays: tuple[int, ...]
    starts: time | None
    ends: time | None
    applies_to: AppliesTo
    valid_from: date | None
    valid_until: date | None
    active: bool


def time_entry(row: EntryRow) -> Resource[TimeEntryAttributes]:
    """Show work."""
    return time_entry_with(row, [])


def time_entry_with(row: EntryRow, warnings: list[str]) -> Resource[TimeEntryAttributes]:
    """Show work, and what somebody should look at."""
    links = related(
        ticket=("ticket", row.ticket_id),
        task=("task", row.task_id),
        customer=("customer", row.customer_id),
        user=("user", row.user_id),
        entered_by=("user", row.entered_by),
        checked_by=("user", row.checked_by),
        decided_by=("user", row.decided_by),
        invoice=("invoice", row.invoice_id),
        reverses=("time_entry", row.reverses_id),
    )
    return Resource(row.id, "time_entry", shown(row, TimeEntryAttributes, warnings=warnings), links)


def timer(row: TimerRow, now: datetime) -> Resource[TimerAttributes]:
    """Show a stopwatch as it stands."""
    links = related(ticket=("ticket", row.ticket_id), task=("task", row.task_id))
    elapsed = int(row.timer().elapsed(now).total_seconds())
    return Resource(row.id, "timer", shown(row, TimerAttributes, elapsed_seconds=elapsed), links)


def travel(row: Travel) -> Resource[TravelAttributes]:
    """Show the way to a ticket."""
    km = None if row.km is None else plain(row.km)
    links = related(ticket=("ticket", row.ticket_id), user=("user", row.user_id))
    return Resource(row.id, "travel", shown(row, TravelAttributes, km=km), links)


def material(row: Material, principal: Principal) -> Resource[MaterialAttributes]:
    """Show material, its cost only to who may see costs."""
    sees_cost = principal.scope("finance:view_cost") is not None
    attributes = shown(
        row,
        MaterialAttributes,
        quantity=plain(row.quantity),
        unit_cost_cents=row.unit_cost_cents if sees_cost else None,
        net_cents=row.net_cents(),
    )
    links = related(ticket=("ticket", row.ticket_id), user=("user", row.user_id))
    return Resource(row.id, "material", attributes, links)


def time_rules(row: RulesRow, tenant_id: UUID) -> Resource[TimeRulesAttributes]:
    """Show how the tenant keeps time."""
    return Resource(tenant_id, "time_rules", shown(row.rules, TimeRulesAttributes))


def work_type(row: WorkType) -> Resource[WorkTypeAttributes]:
    """Show a kind of work."""
    return Resource(row.id, "work_type", shown(row, WorkTypeAttributes))


def surcharge_rule(row: SurchargeRow) -> Resource[SurchargeRuleAttributes]:
    """Show a surcharge."""
    links = related(calendar=("calendar", row.calendar_id))
    attributes = shown(row, SurchargeRuleAttributes, factor=plain(row.factor))
    return Resource(row.id, "surcharge_rule", attributes, links)
