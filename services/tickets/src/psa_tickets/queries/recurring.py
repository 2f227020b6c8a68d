"""Recurring tickets, and what became of each of their dates."""

from collections.abc import Mapping
from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.domain.calendar import WorkingCalendar
from psa_tickets.domain.routines.recurrence import CatchUp, Date, Recurrence

SELECT_SQL = """
    SELECT r.id, r.name, r.active, r.template_id, r.customer_id, r.asset_ids, r.recurrence,
           r.starts_on, r.local_time, r.time_zone, r.calendar_id, r.while_open, r.catch_up,
           r.next_on, r.next_at, r.last_ticket_id, r.trouble, r.made_by, r.version, r.created_at,
           c.definition AS calendar
      FROM recurring_tickets AS r
      LEFT JOIN calendars AS c ON c.tenant_id = r.tenant_id AND c.id = r.calendar_id
"""

GET_SQL = SELECT_SQL + " WHERE r.id = %(recurring_id)s"

GET_FOR_UPDATE_SQL = GET_SQL + " FOR UPDATE OF r"

INSERT_SQL = """
    INSERT INTO recurring_tickets
           (id, name, active, template_id, customer_id, asset_ids, recurrence, starts_on,
            local_time, time_zone, calendar_id, while_open, catch_up, next_on, next_at, made_by,
            version, created_at)
    VALUES (%(id)s, %(name)s, %(active)s, %(template_id)s, %(customer_id)s, %(asset_ids)s,
            %(recurrence)s, %(starts_on)s, %(local_time)s, %(time_zone)s, %(calendar_id)s,
            %(while_open)s, %(catch_up)s, %(next_on)s, %(next_at)s, %(made_by)s, %(version)s,
            %(created_at)s)
"""

SAVE_SQL = """
    UPDATE recurring_tickets
       SET name = %(name)s,
           active = %(active)s,
           template_id = %(template_id)s,
           customer_id = %(customer_id)s,
           asset_ids = %(asset_ids)s,
           recurrence = %(recurrence)s,
           starts_on = %(starts_on)s,
           local_time = %(local_time)s,
           time_zone = %(time_zone)s,
           calendar_id = %(calendar_id)s,
           while_open = %(while_open)s,
           catch_up = %(catch_up)s,
           next_on = %(next_on)s,
           next_at = %(next_at)s,
           last_ticket_id = %(last_ticket_id)s,
           trouble = %(trouble)s,
           version = %(version)s
     WHERE id = %(id)s
"""

DUE_SQL = """
    SELECT id
      FROM recurring_tickets
     WHERE active
       AND next_at <= %(now)s
     ORDER BY next_at
     LIMIT %(batch)s
"""

# What another worker holds, or has done meanwhile, is not ours.
TAKE_SQL = (
    SELECT_SQL
    + """
     WHERE r.id = %(recurring_id)s
       AND r.active
       AND r.next_at <= %(now)s
       FOR UPDATE OF r SKIP LOCKED
"""
)

ADVANCE_SQL = """
    UPDATE recurring_tickets
       SET next_on = %(next_on)s,
           next_at = %(next_at)s,
           last_ticket_id = coalesce(%(ticket_id)s::uuid, last_ticket_id),
           trouble = NULL
     WHERE id = %(recurring_id)s
"""

POSTPONE_SQL = """
    UPDATE recurring_tickets
       SET next_at = %(until)s,
           trouble = %(trouble)s
     WHERE id = %(recurring_id)s
       AND next_at < %(until)s
"""

IS_UNFINISHED_SQL = """
    SELECT EXISTS (SELECT
                     FROM tickets
                    WHERE id = %(ticket_id)s
                      AND resolved_at IS NULL
                      AND closed_at IS NULL)
"""

RUNS_SQL = """
    SELECT x.id, x.recurring_id, x.run_on, x.outcome, x.ticket_id, x.created_at
      FROM recurring_runs AS x
"""

CLAIM_SQL = """
    INSERT INTO recurring_runs (id, recurring_id, run_on, outcome, created_at)
    VALUES (%(id)s, %(recurring_id)s, %(run_on)s, %(outcome)s, %(now)s)
        ON CONFLICT (tenant_id, recurring_id, run_on) DO NOTHING
"""

NAME_TICKET_SQL = """
    UPDATE recurring_runs
       SET ticket_id = %(ticket_id)s
     WHERE id = %(id)s
"""


class WhileOpen(StrEnum):
    """What a date does while the ticket of the date before is unfinished."""

    SKIP = "skip"
    OPEN = "open"


class Outcome(StrEnum):
    """What became of a date."""

    OPENED = "opened"
    PREVIOUS_OPEN = "previous_open"
    MISSED = "missed"


class Recurring(msgspec.Struct, frozen=True, kw_only=True):
    """Tickets that open by themselves."""

    id: UUID
    name: str
    active: bool
    template_id: UUID
    customer_id: UUID
    asset_ids: tuple[UUID, ...]
    recurrence: str
    starts_on: date
    local_time: time
    time_zone: str
    calendar_id: UUID | None
    while_open: WhileOpen
    catch_up: CatchUp
    next_on: date | None
    next_at: datetime | None
    last_ticket_id: UUID | None
    trouble: str | None
    made_by: UUID
    version: int
    created_at: datetime
    calendar: WorkingCalendar | None = None

    @property
    def rule(self) -> Recurrence:
        """Return when they open, as the domain says it."""
        return Recurrence(
            text=self.recurrence,
            starts_on=self.starts_on,
            local_time=self.local_time,
            time_zone=self.time_zone,
            calendar=self.calendar,
        )


class RunOfADate(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one date."""

    id: UUID
    recurring_id: UUID
    run_on: date
    outcome: Outcome
    ticket_id: UUID | None
    created_at: datetime


LISTING = Listing(
    row=Recurring,
    select=SELECT_SQL,
    id_column="r.id",
    filters={
        "active": Filter("r.active = %(active)s", bool),
        "customer_id": Filter("r.customer_id = %(customer_id)s", UUID),
    },
    sorts={"name": Sort("r.name", str), "created_at": Sort("r.created_at", datetime)},
    default_sort="name",
)

RUNS = Listing(
    row=RunOfADate,
    select=RUNS_SQL,
    id_column="x.id",
    conditions=("x.recurring_id = %(recurring_id)s",),
    filters={"outcome": Filter("x.outcome = %(outcome)s", Outcome)},
    sorts={"run_on": Sort("x.run_on", date)},
    default_sort="-run_on",
)


async def get(tx: Tx, recurring_id: UUID) -> Recurring:
    """Return the recurring ticket; raises NotFound."""
    found = await tx.fetch_optional(Recurring, GET_SQL, recurring_id=recurring_id)
    return _known(found, recurring_id)


async def get_for_update(tx: Tx, recurring_id: UUID) -> Recurring:
    """Lock and return the recurring ticket; raises NotFound."""
    found = await tx.fetch_optional(Recurring, GET_FOR_UPDATE_SQL, recurring_id=recurring_id)
    return _known(found, recurring_id)


def insert(tx: Tx, recurring: Recurring) -> None:
    """Store a new recurring ticket."""
    tx.defer(INSERT_SQL, **_columns(recurring))


def save(tx: Tx, recurring: Recurring) -> None:
    """Store what changed."""
    tx.defer(SAVE_SQL, **_columns(recurring))


async def list_due(tx: Tx, *, now: datetime, batch: int) -> list[UUID]:
    """Return those whose time has come, the longest due first."""
    rows = await tx.fetch_all(_Due, DUE_SQL, now=now, batch=batch)
    return [row.id for row in rows]


async def find_due_for_update(tx: Tx, recurring_id: UUID, *, now: datetime) -> Recurring | None:
    """Lock and return it if it is still due and nobody else's."""
    return await tx.fetch_optional(Recurring, TAKE_SQL, recurring_id=recurring_id, now=now)


def advance(tx: Tx, recurring_id: UUID, coming: Date | None, *, ticket_id: UUID | None) -> None:
    """Remember the next date, and the ticket that this one opened."""
    tx.defer(
        ADVANCE_SQL,
        recurring_id=recurring_id,
        next_on=coming.on if coming else None,
        next_at=coming.at if coming else None,
        ticket_id=ticket_id,
    )


def postpone(tx: Tx, recurring_id: UUID, *, until: datetime, trouble: str) -> None:
    """Try the same date again later, and say what went wrong."""
    tx.defer(POSTPONE_SQL, recurring_id=recurring_id, until=until, trouble=trouble)


async def is_unfinished(tx: Tx, ticket_id: UUID) -> bool:
    """Say whether somebody still has to work on the ticket."""
    return bool(await tx.fetch_value(IS_UNFINISHED_SQL, ticket_id=ticket_id))


async def claim(
    tx: Tx, run_id: UUID, recurring_id: UUID, run_on: date, outcome: Outcome, *, now: datetime
) -> bool:
    """Note what becomes of a date; False when something became of it before."""
    return bool(
        await tx.execute(
            CLAIM_SQL,
            id=run_id,
            recurring_id=recurring_id,
            run_on=run_on,
            outcome=outcome,
            now=now,
        )
    )


def name_ticket(tx: Tx, run_id: UUID, ticket_id: UUID) -> None:
    """Note which ticket a date has opened."""
    tx.defer(NAME_TICKET_SQL, id=run_id, ticket_id=ticket_id)


class _Due(msgspec.Struct, frozen=True):
    id: UUID


def _known(found: Recurring | None, recurring_id: UUID) -> Recurring:
    if found is None:
        raise NotFound(f"There is no recurring ticket {recurring_id}.")
    return found


def _columns(recurring: Recurring) -> Mapping[str, object]:
    columns = msgspec.structs.asdict(recurring)
    del columns["calendar"]
    return {**columns, "asset_ids": list(recurring.asset_ids)}
