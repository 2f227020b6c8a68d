"""Which service a path belongs to, who may go there, and how long it may take."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from psa_gateway.domain.breaker import Breaker
from psa_gateway.settings import GatewaySettings

BASE = b"/api/v1/"
JWKS = b"/.well-known/jwks.json"

#: Service → first segments below /api/v1. A path that is not here does not exist.
RESOURCES: Mapping[str, str] = {
    "auth": "auth users roles permissions api-keys identity-providers audit-log tenants",
    "crm": "customers contacts locations billing-accounts sepa-mandates activities custom-fields",
    "tickets": "tickets workflow desk-settings priority-matrix ticket-fields queues categories"
    " ticket-views ticket-templates canned-answers macros checklist-templates recurring-tickets"
    " agents customer-technicians assignment-rules sla-policies sla-assignments calendars"
    " time-entries timers work-types time-rules time-lock surcharge-rules travel materials"
    " mailboxes mails blocked-senders notifications kb search",
    "billing": "contracts coverage rates billing-runs time-reversals invoices credit-notes payments"
    " direct-debits dunning exports",
    "projects": "projects tasks milestones project-templates",
    "assets": "assets asset-relations licenses counts imports alerts",
    "reports": "reports report-schedules dashboards qbr",
}


class Access(Enum):
    """Who may take a route, and what limits them."""

    TOKEN = auto()
    LOGIN = auto()
    OPEN = auto()


#: Everything else needs a token. Tests walk the whole table with this list in hand.
WITHOUT_TOKEN: Mapping[tuple[str, bytes], Access] = {
    ("POST", b"/api/v1/auth/login"): Access.LOGIN,
    ("POST", b"/api/v1/auth/password/forgot"): Access.LOGIN,
    ("POST", b"/api/v1/auth/password/reset"): Access.LOGIN,
    ("POST", b"/api/v1/auth/refresh"): Access.OPEN,
    ("GET", JWKS): Access.OPEN,
    ("HEAD", JWKS): Access.OPEN,
}

#: What a service computes for longer than it takes to read a row.
SLOW_SEGMENTS = frozenset({b"billing-runs", b"exports", b"imports", b"reports", b"qbr"})
SLOW_ENDINGS = (b"/pdf", b"/xml", b"/issue")
UPLOAD_SEGMENTS = frozenset({b"imports"})
#: Files on a ticket, and a raw mail that is pushed into a mailbox.
UPLOAD_PARTS = (b"/attachments", b"/messages")


@dataclass(frozen=True, slots=True)
class Address:
    """One running process of a service."""

    base: str
    breaker: Breaker


class Upstream:
    """A service as the gateway sees it: a name and addresses that take turns."""

    def __init__(self, name: str, addresses: tuple[Address, ...]) -> None:
        self.name = name
        self.addresses = addresses
        self._turn = 0

    def candidates(self, now: float) -> list[Address]:
        """Return the addresses to try, in order; none while every circuit is open."""
        if len(self.addresses) == 1:
            only = self.addresses[0]
            return [only] if only.breaker.admits(now) else []
        self._turn = (self._turn + 1) % len(self.addresses)
        turned = self.addresses[self._turn :] + self.addresses[: self._turn]
        closed = [address for address in turned if not address.breaker.is_open]
        return closed or [address for address in turned if address.breaker.admits(now)][:1]


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes and what it may cost."""

    upstream: Upstream
    access: Access
    first_byte_seconds: float
    body_limit_bytes: int


class Routes:
    """The routing table of one gateway."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self.upstreams = {name: _upstream(name, settings) for name in RESOURCES}
        self._by_segment = {
            segment.encode(): self.upstreams[name]
            for name, segments in RESOURCES.items()
            for segment in segments.split()
        }

    def find(self, method: str, path: bytes) -> Route | None:
        """Return the route of a raw, undecoded path, or None when there is none."""
        if path.startswith(BASE):
            segment = path[len(BASE) :].partition(b"/")[0]
            upstream = self._by_segment.get(segment)
        else:
            segment = path
            upstream = self.upstreams["auth"] if path == JWKS else None
        if upstream is None:
            return None

        settings = self._settings
        slow = segment in SLOW_SEGMENTS or path.endswith(SLOW_ENDINGS)
        upload = any(part in path for part in UPLOAD_PARTS) or segment in UPLOAD_SEGMENTS
        return Route(
            upstream,
            WITHOUT_TOKEN.get((method, path), Access.TOKEN),
            settings.slow_first_byte_seconds if slow or upload else settings.first_byte_seconds,
            settings.upload_limit_bytes if upload else settings.body_limit_bytes,
        )


def _upstream(name: str, settings: GatewaySettings) -> Upstream:
    bases: str = getattr(settings, f"upstream_{name}")
    return Upstream(
        name,
        tuple(
            Address(
                base.strip().rstrip("/"),
                Breaker(settings.breaker_failures, settings.breaker_rest_seconds),
            )
            for base in bases.split(",")
        ),
    )
