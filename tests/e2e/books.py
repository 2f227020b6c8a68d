"""
The books of the suite: what was sent, and what every listener has received.

The only place in these stories that looks behind the API. That nothing was lost and nothing
came twice can be proved only where both sides are written down.
"""

import tomllib
from dataclasses import dataclass
from typing import LiteralString, Self
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from psa_local import environment
from psa_local.demo.eventually import eventually
from psa_local.running_suite import RunningSuite

SENT_SQL = """
    SELECT id::text, type, published_at IS NOT NULL
      FROM {schema}.outbox
     WHERE tenant_id = (SELECT tenant_id FROM auth.tenant_registry WHERE slug = %(slug)s)
"""
RECEIVED_SQL = """
    SELECT event_id::text, type
      FROM {schema}.inbox
     WHERE tenant_id = (SELECT tenant_id FROM auth.tenant_registry WHERE slug = %(slug)s)
"""
TRACES_SQL = """
    SELECT traceparent
      FROM {schema}.outbox
     WHERE tenant_id = (SELECT tenant_id FROM auth.tenant_registry WHERE slug = %(slug)s)
"""
SETTLED_SECONDS = 90


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One event in one service's books."""

    service: str
    event_type: str
    event_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What does not match; all three are empty when everything has arrived."""

    waiting: list[Entry]
    lost: list[Entry]
    ghosts: list[Entry]

    @property
    def is_even(self) -> bool:
        """Whether every event has left, has arrived everywhere, and came from somewhere."""
        return not (self.waiting or self.lost or self.ghosts)


class Ledger:
    """Reads the outbox and the inbox of every service."""

    def __init__(self, suite: RunningSuite) -> None:
        address = urlsplit(environment.superuser_dsn(suite.plan, suite.secrets))
        self._dsn = address._replace(path=f"/{suite.plan.database}").geturl()
        self._services = [service.name for service in suite.plan.services]
        graph = tomllib.loads((suite.plan.root / "contracts" / "who_listens.toml").read_text())
        self._listeners: dict[str, list[str]] = {
            event_type: row["listeners"] for event_type, row in graph.items()
        }
        self._connection: psycopg.Connection | None = None

    def __enter__(self) -> Self:
        self._connection = psycopg.connect(self._dsn, autocommit=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()

    def balance(self, slug: str) -> Balance:
        """Compare both sides for one tenant (invariants I1 and I3)."""
        sent: dict[str, tuple[str, str]] = {}
        waiting: list[Entry] = []
        received: set[Entry] = set()
        for service in self._services:
            for event_id, event_type, published in self._rows(SENT_SQL, service, slug):
                sent[event_id] = (service, event_type)
                if not published:
                    waiting.append(Entry(service, event_type, event_id))
            received |= {
                Entry(service, event_type, event_id)
                for event_id, event_type in self._rows(RECEIVED_SQL, service, slug)
            }
        due = {
            Entry(listener, event_type, event_id)
            for event_id, (_, event_type) in sent.items()
            for listener in self._listeners[event_type]
        }
        return Balance(
            waiting=sorted(waiting), lost=sorted(due - received), ghosts=sorted(received - due)
        )

    def wait_settled(self, slug: str) -> None:
        """Wait until every event of a tenant has arrived wherever it is awaited."""
        eventually(
            lambda: self.balance(slug),
            awaited=f"every event of {slug} has arrived, and nothing else has",
            holds=lambda balance: balance.is_even,
            seconds=SETTLED_SECONDS,
        )

    def count_sent(self, slug: str, service: str, event_type: str) -> int:
        """Return how many events of a type a service has written for a tenant."""
        return sum(row[1] == event_type for row in self._rows(SENT_SQL, service, slug))

    def traces(self, slug: str, service: str) -> set[str]:
        """Return the trace ids of the events that a service has written for a tenant."""
        rows = self._rows(TRACES_SQL, service, slug)
        return {row[0].split("-")[1] for row in rows if row[0]}

    def _rows(self, statement: LiteralString, service: str, slug: str) -> list[tuple[str, ...]]:
        assert self._connection is not None
        query = sql.SQL(statement).format(schema=sql.Identifier(service))
        return self._connection.execute(query, {"slug": slug}).fetchall()
