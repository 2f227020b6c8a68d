"""Charge the way to a ticket and what was used there, and vouch for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from psa_common import audit
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_tickets.domain.local_time import zone_of
from psa_tickets.domain.time.charges import Way
from psa_tickets.domain.time.entry import (
    STEPS,
    Approval,
    Billable,
    EntryLocked,
    IllegalApproval,
    refuse_own_work,
)
from psa_tickets.domain.time.rules import TimeRules
from psa_tickets.domain.time.work import WorkInFuture
from psa_tickets.queries import charges, tickets, time_entries, time_rules
from psa_tickets.queries.charges import Charge, Material, Travel
from psa_tickets.usecases.time import announcements
from psa_tickets.usecases.time.periods import open_days
from psa_tickets.usecases.time.refusals import CostForbidden, VisitCharged

ChargeT = TypeVar("ChargeT", bound=Charge)

WRITE = "time_entry:create"
APPROVE = "time_entry:approve"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTravel:
    """A way that somebody had."""

    visit_date: date
    way: Way
    billable: Billable
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMaterial:
    """Something that somebody used or paid."""

    used_on: date
    description: str
    product_ref: str | None
    serial: str | None
    quantity: Decimal
    unit_price_cents: int
    unit_cost_cents: int | None
    currency: str
    tax_class: str
    billable: Billable


async def add_travel(
    tx: Tx, principal: Principal, ticket_id: UUID, new: NewTravel, *, now: datetime
) -> Travel:
    """Charge the caller's way to a ticket, once a visit; raises VisitCharged."""
    ticket = await tickets.get(tx, ticket_id, principal)
    rules = await time_rules.hold_rules(tx)
    _check_day(tx, principal, new.visit_date, rules, now=now)
    row = Travel(
        id=uuid7(),
        ticket_id=ticket.id,
        customer_id=ticket.customer_id,
        user_id=principal.user_id,
        visit_date=new.visit_date,
        zone=new.way.zone,
        km=new.way.km,
        minutes=new.way.minutes,
        billable=new.billable,
        note=new.note,
        state=Approval.SUBMITTED,
        created_at=now,
    )
    await _refuse_second_visit(tx, row)

    charges.insert_travel(tx, row)
    audit.record(tx, "travel.added", "travel", row.id, after=row)
    return row


async def edit_travel(
    tx: Tx,
    principal: Principal,
    travel_id: UUID,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None,
    now: datetime,
) -> Travel:
    """Change travel before it is approved; a new measure of the way takes the place of the old."""
    rules = await time_rules.hold_rules(tx)
    before = await charges.travel_for_update(tx, travel_id, principal, WRITE)
    after = _edited(before, changes, expected_version)
    Way(zone=after.zone, km=after.km, minutes=after.minutes)
    for day in {before.visit_date, after.visit_date}:
        _check_day(tx, principal, day, rules, now=now)
    await _refuse_second_visit(tx, after)

    charges.save_travel(tx, after)
    audit.record(tx, "travel.edited", "travel", after.id, before=before, after=after)
    return after


async def delete_travel(
    tx: Tx, principal: Principal, travel_id: UUID, *, expected_version: int | None, now: datetime
) -> None:
    """Remove travel before it is approved."""
    rules = await time_rules.hold_rules(tx)
    row = await charges.travel_for_update(tx, travel_id, principal, WRITE)
    _refuse_settled(row, expected_version)
    _check_day(tx, principal, row.visit_date, rules, now=now)
    charges.delete_travel(tx, row)
    audit.record(tx, "travel.deleted", "travel", row.id, before=row)


async def approve_travel(tx: Tx, principal: Principal, travel_id: UUID, *, now: datetime) -> Travel:
    """Vouch for travel: from here on it may be billed."""
    rules = (await time_rules.read_rules(tx)).rules
    before = await charges.travel_for_update(tx, travel_id, principal, APPROVE)
    after = _decided(before, Approval.APPROVED, principal, "", now=now)
    refuse_own_work(before.user_id, principal.user_id, rules)
    number = (await time_entries.ticket_numbers(tx, [before.ticket_id]))[before.ticket_id]

    charges.save_travel(tx, after)
    audit.record(tx, "travel.approved", "travel", after.id, before=before, after=after)
    announcements.travel_approved(tx, after, principal.user_id, number, now)
    return after


async def reject_travel(
    tx: Tx, principal: Principal, travel_id: UUID, reason: str, *, now: datetime
) -> Travel:
    """Give travel back to the person who had it."""
    before = await charges.travel_for_update(tx, travel_id, principal, APPROVE)
    after = _decided(before, Approval.REJECTED, principal, reason, now=now)
    charges.save_travel(tx, after)
    audit.record(tx, "travel.rejected", "travel", after.id, before=before, after=after)
    return after


async def add_material(
    tx: Tx, principal: Principal, ticket_id: UUID, new: NewMaterial, *, now: datetime
) -> Material:
    """Charge something used on a ticket; its cost only by somebody who may see costs."""
    _refuse_cost(principal, new.unit_cost_cents)
    ticket = await tickets.get(tx, ticket_id, principal)
    rules = await time_rules.hold_rules(tx)
    _check_day(tx, principal, new.used_on, rules, now=now)
    row = Material(
        id=uuid7(),
        ticket_id=ticket.id,
        customer_id=ticket.customer_id,
        user_id=principal.user_id,
        used_on=new.used_on,
        description=new.description,
        product_ref=new.product_ref,
        serial=new.serial,
        quantity=new.quantity,
        unit_price_cents=new.unit_price_cents,
        unit_cost_cents=new.unit_cost_cents,
        currency=new.currency,
        tax_class=new.tax_class,
        billable=new.billable,
        state=Approval.SUBMITTED,
        created_at=now,
    )
    charges.insert_material(tx, row)
    audit.record(tx, "material.added", "material", row.id, after=row)
    return row


async def edit_material(
    tx: Tx,
    principal: Principal,
    material_id: UUID,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None,
    now: datetime,
) -> Material:
    """Change material before it is approved."""
    _refuse_cost(principal, changes.get("unit_cost_cents"))
    rules = await time_rules.hold_rules(tx)
    before = await charges.material_for_update(tx, material_id, principal, WRITE)
    after = _edited(before, changes, expected_version)
    for day in {before.used_on, after.used_on}:
        _check_day(tx, principal, day, rules, now=now)

    charges.save_material(tx, after)
    audit.record(tx, "material.edited", "material", after.id, before=before, after=after)
    return after


async def delete_material(
    tx: Tx, principal: Principal, material_id: UUID, *, expected_version: int | None, now: datetime
) -> None:
    """Remove material before it is approved."""
    rules = await time_rules.hold_rules(tx)
    row = await charges.material_for_update(tx, material_id, principal, WRITE)
    _refuse_settled(row, expected_version)
    _check_day(tx, principal, row.used_on, rules, now=now)
    charges.delete_material(tx, row)
    audit.record(tx, "material.deleted", "material", row.id, before=row)


async def approve_material(
    tx: Tx, principal: Principal, material_id: UUID, *, now: datetime
) -> Material:
    """Vouch for material: from here on it may be billed."""
    rules = (await time_rules.read_rules(tx)).rules
    before = await charges.material_for_update(tx, material_id, principal, APPROVE)
    after = _decided(before, Approval.APPROVED, principal, "", now=now)
    refuse_own_work(before.user_id, principal.user_id, rules)
    number = (await time_entries.ticket_numbers(tx, [before.ticket_id]))[before.ticket_id]

    charges.save_material(tx, after)
    audit.record(tx, "material.approved", "material", after.id, before=before, after=after)
    announcements.material_approved(tx, after, principal.user_id, number, now)
    return after


async def reject_material(
    tx: Tx, principal: Principal, material_id: UUID, reason: str, *, now: datetime
) -> Material:
    """Give material back to the person who used it."""
    before = await charges.material_for_update(tx, material_id, principal, APPROVE)
    after = _decided(before, Approval.REJECTED, principal, reason, now=now)
    charges.save_material(tx, after)
    audit.record(tx, "material.rejected", "material", after.id, before=before, after=after)
    return after


def _edited(before: ChargeT, changes: Mapping[str, Any], expected_version: int | None) -> ChargeT:
    """Return the charge with *changes*, to be looked at again if it was rejected."""
    _refuse_settled(before, expected_version)
    return msgspec.structs.replace(
        before, **changes, state=Approval.SUBMITTED, reason="", version=before.version + 1
    )


def _decided(
    before: ChargeT, wanted: Approval, principal: Principal, reason: str, *, now: datetime
) -> ChargeT:
    if wanted not in STEPS[before.state]:
        raise IllegalApproval(before.state, wanted)
    return msgspec.structs.replace(
        before,
        state=wanted,
        reason=reason,
        decided_at=now,
        decided_by=principal.user_id,
        version=before.version + 1,
    )


def _refuse_settled(row: Charge, expected_version: int | None) -> None:
    check_version(row.version, expected_version)
    if row.state not in {Approval.SUBMITTED, Approval.REJECTED}:
        raise EntryLocked(row.state)


def _check_day(tx: Tx, principal: Principal, day: date, rules: TimeRules, *, now: datetime) -> None:
    if day > now.astimezone(zone_of(rules.time_zone)).date():
        raise WorkInFuture(day, now)
    open_days(tx, principal, [day], None, rules)


async def _refuse_second_visit(tx: Tx, row: Travel) -> None:
    if await charges.is_visited(tx, row):
        raise VisitCharged(row.visit_date)


def _refuse_cost(principal: Principal, unit_cost_cents: int | None) -> None:
    if unit_cost_cents is not None and principal.scope("finance:view_cost") is None:
        raise CostForbidden
