"""Keep the rules by which tickets open by themselves, and look ahead."""

from dataclasses import dataclass, fields
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import msgspec

from psa_common import audit
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_tickets.domain.calendar import WorkingCalendar
from psa_tickets.domain.local_time import DAY, zone_of
from psa_tickets.domain.routines.recurrence import CatchUp, Date, first_dates, first_to_come
from psa_tickets.queries import calendars, definitions, recurring
from psa_tickets.queries.definitions import TEMPLATES
from psa_tickets.queries.recurring import Recurring, WhileOpen


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurringTerms:
    """What opens, for whom, and when."""

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


async def create(
    tx: Tx, principal: Principal, terms: RecurringTerms, *, now: datetime
) -> Recurring:
    """
    Let tickets open by themselves from now on.

    Raises BadRecurrence, UnknownTimeZone, NeverRecurs, NoBusinessDay, and NotFound for a
    template or calendar that is not there.
    """
    new = Recurring(
        id=uuid7(),
        next_on=None,
        next_at=None,
        last_ticket_id=None,
        trouble=None,
        made_by=principal.user_id,
        version=1,
        created_at=now,
        **_columns(terms),
    )
    new = await _scheduled(tx, new, since=None, now=now)
    recurring.insert(tx, new)
    audit.record(tx, "recurring_ticket.created", "recurring_ticket", new.id, after=new)
    return new


async def replace(
    tx: Tx,
    recurring_id: UUID,
    terms: RecurringTerms,
    *,
    expected_version: int | None,
    now: datetime,
) -> Recurring:
    """
    Let other tickets open, or at other times.

    Dates that are over stay as they were; one that is due but not yet done is not lost.
    """
    before = await recurring.get_for_update(tx, recurring_id)
    check_version(before.version, expected_version)
    after = msgspec.structs.replace(
        before, version=before.version + 1, trouble=None, **_columns(terms)
    )
    after = await _scheduled(tx, after, since=before.next_on if before.active else None, now=now)
    recurring.save(tx, after)
    audit.record(
        tx, "recurring_ticket.changed", "recurring_ticket", after.id, before=before, after=after
    )
    return after


async def preview(tx: Tx, recurring_id: UUID, *, count: int, now: datetime) -> tuple[Date, ...]:
    """Return up to *count* dates that are to come."""
    found = await recurring.get(tx, recurring_id)
    yesterday = now.astimezone(zone_of(found.time_zone)).date() - DAY
    coming = first_dates(found.rule, yesterday, count=count + 1)
    return tuple(one for one in coming if one.at > now)[:count]


async def _scheduled(tx: Tx, wanted: Recurring, *, since: date | None, now: datetime) -> Recurring:
    """Return it with its next date, which may be due *since* a while, judged by the domain."""
    await definitions.get_active(tx, TEMPLATES, wanted.template_id)
    calendar: WorkingCalendar | None = None
    if wanted.calendar_id is not None:
        calendar = (await calendars.get_calendar(tx, wanted.calendar_id)).definition
    wanted = msgspec.structs.replace(wanted, calendar=calendar)
    waiting = first_dates(wanted.rule, since - DAY, count=1) if since else ()
    coming = min((first_to_come(wanted.rule, now=now), *waiting))
    return msgspec.structs.replace(wanted, next_on=coming.on, next_at=coming.at)


def _columns(terms: RecurringTerms) -> dict[str, Any]:
    return {one.name: getattr(terms, one.name) for one in fields(terms)}
