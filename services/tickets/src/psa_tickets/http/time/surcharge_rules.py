"""/surcharge-rules: when work counts more than it lasts."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from psa_common.db import Tx
from psa_common.documents import Document, Page, answer, expected_version
from psa_common.guards import requires
from psa_common.inputs import Line
from psa_common.listing import fetch_page
from psa_tickets.domain.time.surcharges import AppliesTo, factor_of
from psa_tickets.http.time import views
from psa_tickets.http.time.views import SurchargeRuleAttributes
from psa_tickets.queries import time_rules
from psa_tickets.usecases.time import deciding
from psa_tickets.usecases.time.deciding import NewSurcharge

#: Such as "1.5".
Factor = Annotated[str, Meta(pattern=r"^[0-9]{1,2}(\.[0-9]{1,4})?\Z")]
#: Such as "50" for half as much again.
Percent = Annotated[str, Meta(pattern=r"^[0-9]{1,3}(\.[0-9]{1,2})?\Z")]
LocalTime = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z")]
Weekdays = Annotated[list[Annotated[int, Meta(ge=1, le=7)]], Meta(max_length=7)]


class SurchargeInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days (1 Monday to 7 Sunday, or a calendar's holidays), local times, factor or percent."""

    name: Line
    factor: Factor | None = None
    percent: Percent | None = None
    weekdays: Weekdays = []
    starts: LocalTime | None = None
    ends: LocalTime | None = None
    calendar_id: UUID | None = None
    applies_to: AppliesTo = AppliesTo.MINUTES
    valid_from: date | None = None
    valid_until: date | None = None


@get("/", guards=[requires("time_entry:view")], opt={"listing": time_rules.SURCHARGE_RULES})
async def list_surcharge_rules(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[SurchargeRuleAttributes]:
    """List the surcharges."""
    return await fetch_page(tx, time_rules.SURCHARGE_RULES, request, views.surcharge_rule)


@post("/", guards=[requires("desk:manage")])
async def add_surcharge_rule(
    data: JSONBody[SurchargeInput], tx: NamedDependency[Tx]
) -> Document[SurchargeRuleAttributes]:
    """Let work count more from the next approval on."""
    row = await deciding.add_surcharge(tx, _new(data), now=datetime.now(UTC))
    return answer(views.surcharge_rule(row), version=row.version, status=201)


@post("/{surcharge_rule_id:uuid}/end", guards=[requires("desk:manage")], status_code=200)
async def end_surcharge_rule(
    request: Request[Any, Any, Any], surcharge_rule_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> Document[SurchargeRuleAttributes]:
    """Take a surcharge out of force; a changed one is a new one."""
    version = expected_version(request)
    row = await deciding.end_surcharge(tx, surcharge_rule_id, expected_version=version)
    return answer(views.surcharge_rule(row), version=row.version)


def _new(data: SurchargeInput) -> NewSurcharge:
    return NewSurcharge(
        name=data.name,
        factor=factor_of(factor=_decimal(data.factor), percent=_decimal(data.percent)),
        weekdays=tuple(data.weekdays),
        starts=_time(data.starts),
        ends=_time(data.ends),
        calendar_id=data.calendar_id,
        applies_to=data.applies_to,
        valid_from=data.valid_from,
        valid_until=data.valid_until,
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _time(text: str | None) -> time | None:
    return None if text is None else time.fromisoformat(text)


ROUTER = Router(
    "/surcharge-rules",
    route_handlers=[list_surcharge_rules, add_surcharge_rule, end_surcharge_rule],
)
