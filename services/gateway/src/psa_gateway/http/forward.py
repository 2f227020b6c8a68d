"""
The way of one request through the gateway: judge it, then let the courier carry it.

This is raw ASGI in front of the gateway's own routes, as every microsecond here is paid
by every request to every service.
"""

import structlog

from psa_common.asgi import Application, Receive, Scope, Send
from psa_common.context import CURRENT
from psa_common.errors import DomainError
from psa_common.problems import problem_of
from psa_gateway.domain.rates import rate
from psa_gateway.http import headers, journal
from psa_gateway.http.body import Body
from psa_gateway.http.callers import Callers, stranger
from psa_gateway.http.courier import Courier, Parcel
from psa_gateway.http.exchange import METHODS, ClientLeft, Exchange
from psa_gateway.http.headers import Arrival, Refusal
from psa_gateway.http.journal import Journal
from psa_gateway.http.limits import CALLER
from psa_gateway.queries.admission import Admission, Decision
from psa_gateway.queries.redis_line import RedisAway
from psa_gateway.settings import GatewaySettings
from psa_gateway.upstreams import Access, Route, Routes

log = structlog.get_logger()


LIMITS = b"/api/v1/limits"
#: For Prometheus, which does not come through HAProxy.
METRICS = b"/metrics"


class Gateway:
    """The ASGI application: forwards what belongs to a service, serves the rest itself."""

    def __init__(
        self,
        own: Application,
        settings: GatewaySettings,
        routes: Routes,
        callers: Callers,
        admission: Admission,
        courier: Courier,
        records: Journal,
    ) -> None:
        self._own = own
        self._routes = routes
        self._callers = callers
        self._admission = admission
        self._courier = courier
        self._journal = records
        self._settings = settings
        self._stall_seconds = settings.client_stall_seconds
        self._trusted = _names(settings.trusted_proxies)
        self._hosts = frozenset(name.encode() for name in _names(settings.allowed_hosts))
        self._stranger_rates = {
            Access.LOGIN: ("login", rate(settings.rate_login)),
            Access.OPEN: ("open", rate(settings.rate_open)),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4401, "reason": ""})
            return
        if scope["type"] != "http":
            await self._own(scope, receive, send)
            return

        exchange = Exchange(scope, receive, send)
        try:
            await self._serve(exchange)
        except ClientLeft:
            exchange.status = journal.CLIENT_CLOSED_REQUEST
            journal.CLIENT_LEFT.inc()
        except Exception as error:
            await _refuse(exchange, error)
        finally:
            self._journal.record(exchange)

    async def _serve(self, exchange: Exchange) -> None:
        try:
            arrival = headers.sort(exchange.scope["headers"])
        except Refusal:
            exchange.introduce({}, self._trusted)
            raise
        exchange.introduce(arrival.read, self._trusted)
        self._journal.open(exchange)
        target = headers.check_target(exchange.path, exchange.scope["query_string"])
        self._check(exchange, arrival)

        route = self._routes.find(exchange.method, exchange.path)
        if route is None:
            await self._serve_own(exchange, arrival)
            return
        exchange.service = route.upstream.name
        await self._admit(exchange, arrival, route)

        parcel = await self._pack(exchange, arrival, route, target)
        await self._courier.carry(exchange, route, parcel)

    async def _pack(
        self, exchange: Exchange, arrival: Arrival, route: Route, target: bytes
    ) -> Parcel:
        """Put together what goes up."""
        body = Body(exchange, route.body_limit_bytes, self._stall_seconds)
        payload = await body.begin(arrival)
        passed = arrival.passed
        if route.access is not Access.TOKEN:
            passed = [header for header in passed if header[0] != b"authorization"]
        chunked = False
        if payload is not None and arrival.length is None:
            chunked = not exchange.body_done
            passed.append(
                (b"transfer-encoding", b"chunked")
                if chunked
                else (b"content-length", str(len(payload)).encode())
            )
        passed += (
            (b"x-request-id", exchange.request_id.encode()),
            (b"traceparent", exchange.traceparent.encode()),
            (b"x-forwarded-for", exchange.ip.encode("latin-1")),
            (b"x-forwarded-proto", b"https"),
        )
        return Parcel(target, headers.written(passed), payload, body, chunked)

    async def _serve_own(self, exchange: Exchange, arrival: Arrival) -> None:
        """Serve what is the gateway's own; everything unknown is a 404 document there."""
        exchange.body_done = (
            arrival.length in (None, 0) and b"transfer-encoding" not in arrival.read
        )
        if exchange.path == LIMITS:
            caller = self._callers.identify(arrival.read.get(b"authorization"))
            exchange.caller_id = caller.id
            exchange.decision = await self._decide(caller.look, Access.TOKEN)
            exchange.scope[CALLER] = (caller, exchange.decision)
        if exchange.path == METRICS and b"x-forwarded-for" in arrival.read:
            raise Refusal(404, "RESOURCE_NOT_FOUND", "There is nothing here.")

        token = CURRENT.set(exchange.context())
        try:
            await self._own(exchange.scope, exchange.receive, exchange.relay)
        finally:
            CURRENT.reset(token)

    def _check(self, exchange: Exchange, arrival: Arrival) -> None:
        """Refuse what no client of ours sends."""
        host = arrival.read.get(b"host")
        if not host:
            raise Refusal(400, "VALIDATION_ERROR", "Send the header Host.")
        if self._hosts and host.rpartition(b":")[0] not in self._hosts and host not in self._hosts:
            raise Refusal(421, "MISDIRECTED_REQUEST", "This host is not served here.")
        if exchange.method not in METHODS:
            text = f"Use one of {', '.join(sorted(METHODS))}."
            raise Refusal(405, "METHOD_NOT_ALLOWED", text, allow=", ".join(sorted(METHODS)))

    async def _admit(self, exchange: Exchange, arrival: Arrival, route: Route) -> None:
        """Let the request pass if its caller may and is within the limits; else raise."""
        if route.access is Access.TOKEN:
            caller = self._callers.identify(arrival.read.get(b"authorization"))
            exchange.caller_id = caller.id
            asked = caller.charge
        else:
            purpose, allowed = self._stranger_rates[route.access]
            asked = stranger(exchange.ip, purpose, allowed)
        exchange.decision = await self._decide(asked, route.access)

    async def _decide(self, asked: bytes, access: Access) -> Decision | None:
        """Return Redis' decision, or None where requests pass without it; raises Refusal."""
        try:
            decision = await self._admission.ask(asked)
        except RedisAway:
            # Guessing passwords without a limit is worse than not signing in for a while.
            if access is Access.LOGIN or not self._settings.redis_away_admits:
                text = "Requests cannot be checked at the moment; try again soon."
                raise Refusal(503, "SERVICE_UNAVAILABLE", text) from None
            journal.UNCHECKED.labels(access.name.lower()).inc()
            return None
        if decision.denied:
            raise Refusal(401, "TOKEN_REVOKED", "The session has ended; sign in again.")
        if not decision.passes:
            raise _over_limit(decision)
        return decision


def _over_limit(decision: Decision) -> Refusal:
    seconds = max(1, -(-decision.retry_ms // 1000))
    refusal = Refusal(
        429,
        "RATE_LIMIT_EXCEEDED",
        f"More than {decision.limit} requests; wait {seconds} seconds.",
        retry_after=str(seconds),
    )
    refusal.decision = decision
    return refusal


def _names(setting: str) -> frozenset[str]:
    return frozenset(name.strip() for name in setting.split(",") if name.strip())


async def _refuse(exchange: Exchange, error: Exception) -> None:
    """Answer with the error document, unless an answer has begun: that one is broken off."""
    extra: dict[str, str] = {}
    if isinstance(error, Refusal):
        problem, extra = error.problem, error.headers
        exchange.decision = error.decision or exchange.decision
    else:
        problem = problem_of(error)
        if not isinstance(error, DomainError):
            log.error("request_failed", request_id=exchange.request_id, exc_info=error)
    journal.REFUSED.labels(problem.code).inc()
    if not exchange.status:
        await exchange.refuse(problem, extra)
