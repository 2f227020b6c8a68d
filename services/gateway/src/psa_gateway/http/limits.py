"""What the caller may still ask for."""

from typing import Any, cast

import msgspec
from litestar import Request, Response, get

from psa_common.guards import public
from psa_gateway.domain.rates import Tier, Tiers
from psa_gateway.http.callers import Caller
from psa_gateway.queries.admission import Decision

#: Where a handler finds the verified caller and what Redis said about them.
CALLER = "psa.gateway.caller"
Asked = tuple[Caller, Decision | None]


def describe(caller: Caller, decision: Decision | None, tier: Tier) -> dict[str, Any]:
    """Return the limits of one caller as the standard document."""
    rates = {
        name: {"requests": rate.requests, "seconds": rate.seconds}
        for name, rate in (("user", tier.user), ("tenant", tier.tenant))
    }
    now = (
        {"limit": decision.limit, "remaining": decision.remaining, "reset": decision.full_at}
        if decision
        else None
    )
    attributes = {"tier": tier.name, "rates": rates, "nearest": now}
    return {
        "data": {
            "id": str(caller.principal.user_id),
            "type": "rate_limit",
            "attributes": attributes,
        }
    }


def handler(tiers: Tiers) -> Any:
    """Return the route of the caller's limits."""

    # The gateway has verified the token before it let the request come here.
    @get(
        "/api/v1/limits",
        guards=[public],
        operation_id="read_limits",
        summary="Read how many requests are left",
        tags=["gateway"],
    )
    async def limits(request: Request[Any, Any, Any]) -> Response[bytes]:
        """Tell the caller their tier and what is left; asking costs nothing."""
        found: Asked = cast("Any", request.scope)[CALLER]
        caller, decision = found
        document = describe(caller, decision, tiers.of(caller.principal.tenant_id))
        return Response(msgspec.json.encode(document), media_type="application/json")

    return limits
