"""A suite of the benchmark's own, and in it tenants whose desk is put under load."""

import os
import secrets
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.request import urlopen
from uuid import UUID

import psycopg

from psa_common.identity import Principal, SigningKeys, TokenVerifier
from psa_local import environment, running_suite, testing
from psa_local.demo import scenario
from psa_local.demo.actors import Login, PlatformOperator, ServiceManager, TenantAdmin
from psa_local.demo.client import Place
from psa_local.running_suite import RunningSuite

#: Limits that no load of ours meets; everything else of the suite is as it always is.
GENEROUS = {
    "PSA_RATE_TIERS": "standard=100000000/60:100000000/60",
    "PSA_RATE_DEFAULT_TIER": "standard",
    "PSA_RATE_LOGIN": "600/60",
    "PSA_ACCESS_TOKEN_MINUTES": "60",
}
DRAIN_SECONDS_MAX = 90.0

#: The first eight digits say that a ticket was put there; the last twelve number it.
SEEDED_ID_PREFIX = "01900000-0000-7000-{group:04x}-"

# Copies of one real ticket with ages of their own. The timer has nothing to do for them.
SEED_SQL = """
    INSERT INTO tickets.tickets
           (tenant_id, id, number, type, title, description, customer_id, priority, status,
            opened_by, opened_at, created_at, updated_at)
    SELECT tenant_id, (%(prefix)s || lpad(to_hex(n), 12, '0'))::uuid, 'S-' || n, type,
           title, description, customer_id, priority,
           CASE WHEN n %% 10 = 0 THEN 'new' ELSE 'closed' END,
           opened_by, opened_at, created_at - n * interval '1 minute', updated_at
      FROM tickets.tickets, generate_series(1, %(count)s) AS n
     WHERE id = %(template)s
"""

UNDELIVERED_SQL = """
    SELECT count(*)
      FROM tickets.outbox AS o
     WHERE o.type = 'ticket.created.v1'
       AND NOT EXISTS (SELECT FROM reports.inbox AS i
                        WHERE i.tenant_id = o.tenant_id
                          AND i.event_id = o.id)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One tenant with a customer, a policy and a ticket, and a manager's token for it."""

    suite: RunningSuite
    manager: ServiceManager
    principal: Principal
    customer_id: str
    ticket_id: str
    #: Where its seeded tickets' ids start; unlike any other desk's.
    seeded_prefix: str

    @property
    def token(self) -> str:
        """What every request is sent with."""
        return self.manager.api.token

    @property
    def service(self) -> str:
        """The tickets service, without anything before it."""
        port = self.suite.plan.service("tickets").app_port
        return f"http://127.0.0.1:{port}/api/v1"

    @property
    def front(self) -> str:
        """The public address: HAProxy, then the gateway."""
        return f"{self.suite.url}/api/v1"

    @property
    def app_dsn(self) -> str:
        """The database as the service's own role sees it."""
        return environment.of_process(self.suite.plan, self.suite.secrets, "tickets", "app")[
            "PSA_DATABASE_DSN"
        ]

    @property
    def new_ticket(self) -> dict[str, str]:
        """A body for POST /tickets."""
        return {
            "title": "Warenwirtschaft langsam",
            "description": "Seit heute Mittag dauert jede Buchung mehrere Minuten.",
            "priority": "P2",
            "customer_id": self.customer_id,
        }

    @contextmanager
    def database(self) -> Generator[psycopg.Connection, None, None]:
        """Open the database as its administrator, who looks on and sees every tenant."""
        dsn = environment.superuser_dsn(self.suite.plan, self.suite.secrets)
        with psycopg.connect(dsn, dbname=self.suite.plan.database, autocommit=True) as conn:
            yield conn

    def seed(self, count: int) -> None:
        """Put *count* more tickets into the tenant."""
        with self.database() as conn:
            values = {"prefix": self.seeded_prefix, "count": count, "template": self.ticket_id}
            conn.execute(SEED_SQL, values)
            conn.execute("VACUUM ANALYZE tickets.tickets")

    def wait_until_quiet(self) -> None:
        """Wait until every event of an earlier load has had its effect."""
        deadline = time.monotonic() + DRAIN_SECONDS_MAX
        with self.database() as conn:
            while time.monotonic() < deadline:
                row = conn.execute(UNDELIVERED_SQL).fetchone()
                if row == (0,):
                    return
                time.sleep(0.2)
        print(f"  events of the last load are still on their way after {DRAIN_SECONDS_MAX:g} s")


@contextmanager
def private_suite() -> Generator[RunningSuite, None, None]:
    """Start a suite with servers, ports and data of its own; stop it and delete them at the end."""
    os.environ.update(GENEROUS)
    yield from testing.whole_suite()


def found(suite: RunningSuite, group: int) -> Desk:
    """Set a tenant up over the public API; *group* tells its seeded tickets from others'."""
    place = Place(suite.url, suite.ca_file)
    login = Login(running_suite.PLATFORM_TENANT, running_suite.OPERATOR, suite.operator_password)
    operator = PlatformOperator(place, login)
    admin = TenantAdmin(place, operator.found(f"bench-{secrets.token_hex(4)}", scenario.COMPANY))
    manager = ServiceManager(
        place, admin.add("Service Manager", "manager@bench.example", "service_manager")
    )
    customer = manager.take_on(scenario.CUSTOMER)
    manager.open_desk(scenario.CALENDAR, scenario.POLICY)
    ticket = manager.open_ticket(
        {"title": "Warenwirtschaft langsam", "priority": "P2", "customer_id": customer["id"]}
    )
    return Desk(
        suite=suite,
        manager=manager,
        principal=_principal_of(suite, manager.api.token),
        customer_id=customer["id"],
        ticket_id=str(UUID(ticket["id"])),
        seeded_prefix=SEEDED_ID_PREFIX.format(group=0x8000 + group),
    )


def _principal_of(suite: RunningSuite, token: str) -> Principal:
    keys = SigningKeys()
    port = suite.plan.service("auth").app_port
    with urlopen(f"http://127.0.0.1:{port}/.well-known/jwks.json", timeout=5) as answer:
        keys.learn(answer.read())
    return TokenVerifier(keys, issuer=suite.url, audience="psa").verify(token)
