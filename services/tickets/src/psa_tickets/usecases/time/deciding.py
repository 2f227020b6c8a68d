"""Decide how time is kept: rules, the locked period, kinds of work, surcharges."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec

from psa_common import audit
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_tickets.domain.local_time import zone_of
from psa_tickets.domain.time.entry import Billable
from psa_tickets.domain.time.rules import Overlap, TimeRules
from psa_tickets.domain.time.surcharges import AppliesTo
from psa_tickets.queries import calendars, time_rules
from psa_tickets.queries.time_rules import RulesRow, SurchargeRow, WorkType
from psa_tickets.usecases.time.refusals import LockInFuture, TooManyWorkTypes, WorkTypeExists

WORK_TYPES_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSurcharge:
    """When work shall count more, and by which factor."""

    name: str
    factor: Decimal
    weekdays: tuple[int, ...]
    starts: time | None
    ends: time | None
    calendar_id: UUID | None
    applies_to: AppliesTo
    valid_from: date | None
    valid_until: date | None


async def set_rules(
    tx: Tx,
    principal: Principal,
    *,
    overlap: Overlap,
    approval_tiers: Literal[1, 2],
    own_approval: bool,
    expected_version: int | None,
) -> RulesRow:
    """Decide about overlaps and approvals; entries that are under way follow from here on."""
    before = await time_rules.rules_for_update(tx)
    check_version(before.version, expected_version)
    rules = replace(
        before.rules, overlap=overlap, approval_tiers=approval_tiers, own_approval=own_approval
    )
    return _save_rules(tx, principal, before, rules, "time_rules.changed", reason=None)


async def set_lock(
    tx: Tx,
    principal: Principal,
    locked_until: date | None,
    *,
    reason: str,
    expected_version: int | None,
    now: datetime,
) -> RulesRow:
    """Close all days up to *locked_until*, or open them again; raises LockInFuture."""
    before = await time_rules.rules_for_update(tx)
    check_version(before.version, expected_version)
    today = now.astimezone(zone_of(before.rules.time_zone)).date()
    if locked_until is not None and locked_until >= today:
        raise LockInFuture(locked_until)
    rules = replace(before.rules, locked_until=locked_until)
    return _save_rules(tx, principal, before, rules, "time_lock.set", reason=reason)


async def add_work_type(
    tx: Tx, *, key: str, label: str, billable: Billable, surcharges: bool, now: datetime
) -> WorkType:
    """Name a kind of work; the first one makes the defaults the tenant's own."""
    known = await _own_work_types(tx, now=now)
    if any(one.key == key for one in known):
        raise WorkTypeExists(key)
    if len(known) >= WORK_TYPES_MAX:
        raise TooManyWorkTypes(WORK_TYPES_MAX)
    row = WorkType(
        id=uuid7(),
        key=key,
        label=label,
        billable=billable,
        surcharges=surcharges,
        active=True,
        version=1,
        created_at=now,
    )
    time_rules.insert_work_type(tx, row)
    audit.record(tx, "work_type.added", "work_type", row.id, after=row)
    return row


async def edit_work_type(
    tx: Tx,
    work_type_id: UUID,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None,
    now: datetime,
) -> WorkType:
    """Change what is said of a kind of work; work that names it stays as it is."""
    await _own_work_types(tx, now=now)
    before = await time_rules.work_type_for_update(tx, work_type_id)
    check_version(before.version, expected_version)
    after = msgspec.structs.replace(before, **changes, version=before.version + 1)
    time_rules.save_work_type(tx, after)
    audit.record(tx, "work_type.edited", "work_type", after.id, before=before, after=after)
    return after


async def add_surcharge(tx: Tx, new: NewSurcharge, *, now: datetime) -> SurchargeRow:
    """Let work count more from the next approval on; raises what the domain refuses."""
    calendar = await calendars.get_calendar(tx, new.calendar_id) if new.calendar_id else None
    row = SurchargeRow(
        id=uuid7(),
        name=new.name,
        weekdays=tuple(sorted(set(new.weekdays))),
        starts=new.starts,
        ends=new.ends,
        calendar_id=new.calendar_id,
        factor=new.factor,
        applies_to=new.applies_to,
        valid_from=new.valid_from,
        valid_until=new.valid_until,
        active=True,
        version=1,
        created_at=now,
        definition=calendar.definition if calendar else None,
    )
    row.rule()
    time_rules.insert_surcharge_rule(tx, row)
    audit.record(tx, "surcharge_rule.added", "surcharge_rule", row.id, after=row)
    return row


async def end_surcharge(
    tx: Tx, surcharge_rule_id: UUID, *, expected_version: int | None
) -> SurchargeRow:
    """Take a rule out of force; what was approved by it keeps what it gave."""
    before = await time_rules.surcharge_rule_for_update(tx, surcharge_rule_id)
    check_version(before.version, expected_version)
    if not before.active:
        return before
    after = msgspec.structs.replace(before, active=False, version=before.version + 1)
    time_rules.end_surcharge_rule(tx, after)
    audit.record(tx, "surcharge_rule.ended", "surcharge_rule", after.id, before=before, after=after)
    return after


def _save_rules(
    tx: Tx,
    principal: Principal,
    before: RulesRow,
    rules: TimeRules,
    action: str,
    *,
    reason: str | None,
) -> RulesRow:
    after = RulesRow(rules=rules, version=before.version + 1)
    time_rules.save_rules(tx, rules)
    audit.record(
        tx,
        action,
        "time_rules",
        principal.tenant_id,
        before=before,
        after={"rules": rules, "version": after.version, "reason": reason},
    )
    return after


async def _own_work_types(tx: Tx, *, now: datetime) -> list[WorkType]:
    """Return the tenant's kinds of work, made its own if they are still the defaults."""
    # Whoever is first holds the rules; a second one then finds what the first has stored.
    await time_rules.rules_for_update(tx)
    own = await time_rules.list_own_work_types(tx)
    if own:
        return own
    defaults = time_rules.default_work_types(now)
    for row in defaults:
        time_rules.insert_work_type(tx, row)
    return defaults
