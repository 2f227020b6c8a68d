"""/counts: how many assets of a customer were active and managed on a day, and which."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get
from litestar.di import NamedDependency

from psa_assets.domain.asset_class import AssetClass
from psa_assets.http import views
from psa_assets.http.views import CountsAttributes
from psa_assets.usecases import counting
from psa_common.db import Tx
from psa_common.documents import Document, answer
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Day
from psa_common.questions import read_question


class CountQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose assets, which ones, and on which day; without `on` it is today."""

    customer_id: UUID
    asset_class: AssetClass | None = None
    on: Day | None = None


@get("/", guards=[requires("asset:view")], opt={"question": CountQuestion})
async def count_assets(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[CountsAttributes]:
    """Count a customer's active and managed assets by class."""
    question = msgspec.structs.asdict(read_question(request, CountQuestion))
    counted = await counting.count(tx, principal, **question, now=datetime.now(UTC))
    return answer(views.counts(counted))


ROUTER = Router("/counts", route_handlers=[count_assets])
