"""/time-rules and /time-lock: how a tenant keeps time, and until when it is closed."""

from datetime import UTC, date, datetime
from typing import Any, Literal

import msgspec
from litestar import Request, Router, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from psa_common.db import Tx
from psa_common.documents import Document, answer, expected_version
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Line
from psa_tickets.domain.time.rules import Overlap
from psa_tickets.http.time import views
from psa_tickets.http.time.views import TimeRulesAttributes
from psa_tickets.queries import time_rules
from psa_tickets.usecases.time import deciding


class RulesInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens to overlaps, how many approve, and whether they approve their own work."""

    overlap: Overlap
    approval_tiers: Literal[1, 2]
    own_approval: bool


class LockInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last closed day, or null to open all; and why."""

    locked_until: date | None
    reason: Line


@get("/time-rules", guards=[requires("time_entry:view")])
async def read_rules(
    tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[TimeRulesAttributes]:
    """Read how the tenant keeps time."""
    row = await time_rules.read_rules(tx)
    return answer(views.time_rules(row, principal.tenant_id), version=row.version)


@put("/time-rules", guards=[requires("desk:manage")])
async def set_rules(
    request: Request[Any, Any, Any],
    data: JSONBody[RulesInput],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TimeRulesAttributes]:
    """Decide about overlaps and approvals."""
    values, version = msgspec.structs.asdict(data), expected_version(request)
    row = await deciding.set_rules(tx, principal, **values, expected_version=version)
    return answer(views.time_rules(row, principal.tenant_id), version=row.version)


@put("/time-lock", guards=[requires("time_entry:lock")])
async def set_lock(
    request: Request[Any, Any, Any],
    data: JSONBody[LockInput],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TimeRulesAttributes]:
    """Close all days up to a date, or open them again."""
    row = await deciding.set_lock(
        tx,
        principal,
        data.locked_until,
        reason=data.reason,
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.time_rules(row, principal.tenant_id), version=row.version)


ROUTER = Router("/", route_handlers=[read_rules, set_rules, set_lock])
