"""What a tenant has decided about time: its rules, its kinds of work, its surcharges."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import LiteralString
from uuid import UUID, uuid5

import msgspec

from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.domain.calendar import WorkingCalendar
from psa_tickets.domain.time.entry import Billable
from psa_tickets.domain.time.rules import DEFAULT_WORK_KINDS, TimeRules, WorkKind
from psa_tickets.domain.time.surcharges import AppliesTo, SurchargeRule

# A row to lock, whether or not the tenant has decided anything yet.
ENSURE_RULES_SQL = "INSERT INTO time_rules DEFAULT VALUES ON CONFLICT DO NOTHING"

RULES_SQL: LiteralString = """
    SELECT coalesce(t.time_zone, 'Europe/Berlin') AS time_zone, r.overlap, r.approval_tiers,
           r.own_approval, r.locked_until, r.version
      FROM time_rules AS r
      LEFT JOIN tenants AS t ON t.tenant_id = r.tenant_id
"""

# Shared: many book time at once, but the period is not locked while one of them does.
HOLD_RULES_SQL = RULES_SQL + " FOR SHARE OF r"

RULES_FOR_UPDATE_SQL = RULES_SQL + " FOR UPDATE OF r"

SAVE_RULES_SQL = """
    UPDATE time_rules
       SET overlap = %(overlap)s,
           approval_tiers = %(approval_tiers)s,
           own_approval = %(own_approval)s,
           locked_until = %(locked_until)s,
           version = version + 1
"""

TIME_ZONE_SQL = "SELECT time_zone FROM tenants"

WORK_TYPES_SQL: LiteralString = """
    SELECT w.id, w.key, w.label, w.billable, w.surcharges, w.active, w.version, w.created_at
      FROM work_types AS w
"""

WORK_TYPE_FOR_UPDATE_SQL = WORK_TYPES_SQL + " WHERE w.id = %(work_type_id)s FOR UPDATE"

INSERT_WORK_TYPE_SQL = """
    INSERT INTO work_types (id, key, label, billable, surcharges, active, created_at)
    VALUES (%(id)s, %(key)s, %(label)s, %(billable)s, %(surcharges)s, %(active)s, %(created_at)s)
"""

SAVE_WORK_TYPE_SQL = """
    UPDATE work_types
       SET label = %(label)s,
           billable = %(billable)s,
           surcharges = %(surcharges)s,
           active = %(active)s,
           version = %(version)s
     WHERE id = %(id)s
"""

SURCHARGE_RULES_SQL: LiteralString = """
    SELECT s.id, s.name, s.weekdays, s.starts, s.ends, s.calendar_id, s.factor, s.applies_to,
           s.valid_from, s.valid_until, s.active, s.version, s.created_at, c.definition
      FROM surcharge_rules AS s
      LEFT JOIN calendars AS c ON c.tenant_id = s.tenant_id AND c.id = s.calendar_id
"""

ACTIVE_SURCHARGE_RULES_SQL = SURCHARGE_RULES_SQL + " WHERE s.active ORDER BY s.name"

SURCHARGE_RULE_FOR_UPDATE_SQL = (
    SURCHARGE_RULES_SQL + " WHERE s.id = %(surcharge_rule_id)s FOR UPDATE OF s"
)

INSERT_SURCHARGE_RULE_SQL = """
    INSERT INTO surcharge_rules
           (id, name, weekdays, starts, ends, calendar_id, factor, applies_to, valid_from,
            valid_until, active, created_at)
    VALUES (%(id)s, %(name)s, %(weekdays)s, %(starts)s, %(ends)s, %(calendar_id)s, %(factor)s,
            %(applies_to)s, %(valid_from)s, %(valid_until)s, %(active)s, %(created_at)s)
"""

END_SURCHARGE_RULE_SQL = """
    UPDATE surcharge_rules
       SET active = false,
           version = version + 1
     WHERE id = %(id)s
"""


DEFAULT_IDS = UUID("6f1c2d7e-5a0b-5c3d-9e4f-0a1b2c3d4e5f")


class RulesRow(msgspec.Struct, frozen=True, kw_only=True):
    """The tenant's rules, and their version."""

    rules: TimeRules
    version: int


class WorkType(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of work as the tenant defines it."""

    id: UUID
    key: str
    label: str
    billable: Billable
    surcharges: bool
    active: bool
    version: int
    created_at: datetime


class SurchargeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A surcharge rule as it is stored, with its calendar's definition."""

    id: UUID
    name: str
    weekdays: tuple[int, ...]
    starts: time | None
    ends: time | None
    calendar_id: UUID | None
    factor: Decimal
    applies_to: AppliesTo
    valid_from: date | None
    valid_until: date | None
    active: bool
    version: int
    created_at: datetime
    definition: WorkingCalendar | None = None

    def rule(self) -> SurchargeRule:
        """Return the domain's view of the row."""
        return SurchargeRule(
            name=self.name,
            factor=self.factor,
            weekdays=self.weekdays,
            starts=self.starts,
            ends=self.ends,
            calendar=self.definition,
            applies_to=self.applies_to,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )


class _Rules(msgspec.Struct, frozen=True):
    time_zone: str
    overlap: str
    approval_tiers: int
    own_approval: bool
    locked_until: date | None
    version: int


SURCHARGE_RULES = Listing(
    row=SurchargeRow,
    select=SURCHARGE_RULES_SQL,
    id_column="s.id",
    filters={"active": Filter("s.active = %(active)s", bool)},
    sorts={"name": Sort("s.name", str), "created_at": Sort("s.created_at", datetime)},
    default_sort="name",
)


async def read_rules(tx: Tx) -> RulesRow:
    """Return the tenant's rules as they stand, or the defaults."""
    row = await tx.fetch_optional(_Rules, RULES_SQL)
    if row is None:
        zone = await tx.fetch_value(TIME_ZONE_SQL)
        return RulesRow(rules=TimeRules(time_zone=zone or "Europe/Berlin"), version=1)
    return _rules_of(row)


async def hold_rules(tx: Tx) -> TimeRules:
    """Return the tenant's rules, which nobody changes before this transaction ends."""
    tx.defer(ENSURE_RULES_SQL)
    return _rules_of(await tx.fetch_one(_Rules, HOLD_RULES_SQL)).rules


async def rules_for_update(tx: Tx) -> RulesRow:
    """Lock and return the tenant's rules."""
    tx.defer(ENSURE_RULES_SQL)
    return _rules_of(await tx.fetch_one(_Rules, RULES_FOR_UPDATE_SQL))


def save_rules(tx: Tx, rules: TimeRules) -> None:
    """Store the tenant's rules, and a new version."""
    tx.defer(
        SAVE_RULES_SQL,
        overlap=rules.overlap,
        approval_tiers=rules.approval_tiers,
        own_approval=rules.own_approval,
        locked_until=rules.locked_until,
    )


async def list_kinds(tx: Tx) -> dict[str, WorkKind]:
    """Return the tenant's active kinds of work by key; the defaults if it has never named one."""
    own = await list_own_work_types(tx)
    if not own:
        return {kind.key: kind for kind in DEFAULT_WORK_KINDS}
    return {
        one.key: WorkKind(
            key=one.key, label=one.label, billable=one.billable, surcharges=one.surcharges
        )
        for one in own
        if one.active
    }


async def list_own_work_types(tx: Tx) -> list[WorkType]:
    """Return the kinds of work that the tenant has stored."""
    return await tx.fetch_all(WorkType, WORK_TYPES_SQL + " ORDER BY w.label")


def default_work_types(now: datetime) -> list[WorkType]:
    """Return the kinds of work of a tenant that has stored none; their ids stay when it does."""
    return [
        WorkType(
            id=uuid5(DEFAULT_IDS, kind.key),
            key=kind.key,
            label=kind.label,
            billable=Billable(kind.billable),
            surcharges=kind.surcharges,
            active=True,
            version=1,
            created_at=now,
        )
        for kind in DEFAULT_WORK_KINDS
    ]


async def work_type_for_update(tx: Tx, work_type_id: UUID) -> WorkType:
    """Lock and return a kind of work; raises NotFound."""
    row = await tx.fetch_optional(WorkType, WORK_TYPE_FOR_UPDATE_SQL, work_type_id=work_type_id)
    if row is None:
        raise NotFound(f"There is no work type {work_type_id}.")
    return row


def insert_work_type(tx: Tx, row: WorkType) -> None:
    """Store a new kind of work."""
    tx.defer(INSERT_WORK_TYPE_SQL, **msgspec.structs.asdict(row))


def save_work_type(tx: Tx, row: WorkType) -> None:
    """Store what changed; the key stays, for entries and contracts name it."""
    tx.defer(SAVE_WORK_TYPE_SQL, **msgspec.structs.asdict(row))


async def list_active_surcharges(tx: Tx) -> list[SurchargeRule]:
    """Return the rules in force."""
    rows = await tx.fetch_all(SurchargeRow, ACTIVE_SURCHARGE_RULES_SQL)
    return [row.rule() for row in rows]


async def surcharge_rule_for_update(tx: Tx, surcharge_rule_id: UUID) -> SurchargeRow:
    """Lock and return a rule; raises NotFound."""
    row = await tx.fetch_optional(
        SurchargeRow, SURCHARGE_RULE_FOR_UPDATE_SQL, surcharge_rule_id=surcharge_rule_id
    )
    if row is None:
        raise NotFound(f"There is no surcharge rule {surcharge_rule_id}.")
    return row


def insert_surcharge_rule(tx: Tx, row: SurchargeRow) -> None:
    """Store a new rule."""
    values = msgspec.structs.asdict(row)
    tx.defer(INSERT_SURCHARGE_RULE_SQL, **values | {"weekdays": list(row.weekdays)})


def end_surcharge_rule(tx: Tx, row: SurchargeRow) -> None:
    """Take a rule out of force; entries approved by it keep what it gave them."""
    tx.defer(END_SURCHARGE_RULE_SQL, id=row.id)


def _rules_of(row: _Rules) -> RulesRow:
    values = msgspec.structs.asdict(row)
    version = values.pop("version")
    return RulesRow(rules=msgspec.convert(values, TimeRules), version=version)
