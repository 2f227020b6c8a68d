"""P10 and P11: how long an event takes, and how many pass."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import broker_loop
from desk import Desk
from figures import Figure, Goal, interleaved, percentile, ratio

from psa_local import environment
from psa_local.problem import Problem
from psa_local.secret_store import OPERATOR

T = TypeVar("T")

EVENTS_LATENCY, PAUSE_SECONDS = 150, 0.05
EVENTS_RATE = 3_000
ARRIVAL_SECONDS_MAX = 120.0
USUAL = Goal(id="P10", sign="≤", bound=20, unit=" ms")
SLOW = Goal(id="P10", sign="≤", bound=100, unit=" ms")
RATE = Goal(id="P11", sign="≥", bound=0.5)

# Both clocks are the database's: from the insert into the outbox, a commit before it counts,
# to the beginning of the transaction with the effect, a commit before its end.
TAKEN_SQL = """
    SELECT extract(epoch FROM i.received_at - o.occurred_at)::float8 * 1000
      FROM tickets.outbox AS o
      JOIN reports.inbox AS i ON i.tenant_id = o.tenant_id AND i.event_id = o.id
     WHERE o.tenant_id = %(tenant_id)s
       AND o.type = 'ticket.created.v1'
       AND o.occurred_at > %(began)s
"""

# Events like a given one, each about another ticket, in one transaction.
COPY_SQL = """
    INSERT INTO tickets.outbox
           (tenant_id, id, type, subject, sequence, data, correlation_id, actor, traceparent)
    SELECT tenant_id, gen_random_uuid(), type, gen_random_uuid()::text, 1, data,
           correlation_id, actor, traceparent
      FROM (SELECT * FROM tickets.outbox
             WHERE tenant_id = %(tenant_id)s AND type = 'ticket.created.v1'
             LIMIT 1) AS one, generate_series(1, %(count)s)
"""

ARRIVED_SQL = """
    SELECT count(*), extract(epoch FROM max(received_at) - %(began)s)::float8
      FROM reports.inbox
     WHERE tenant_id = %(tenant_id)s
       AND type = 'ticket.created.v1'
       AND received_at > %(began)s
"""

SIZE_SQL = """
    SELECT octet_length(data) FROM tickets.outbox
     WHERE tenant_id = %(tenant_id)s AND type = 'ticket.created.v1'
     LIMIT 1
"""
#: What the envelope adds to the data of an event: ids, type, time, trace, actor.
ENVELOPE_BYTES = 600


def event_latency(desk: Desk, rounds: int, seconds: int) -> list[Figure]:
    """Open tickets one by one on an idle suite and see when the reports know of them."""
    del seconds
    usual: list[float] = []
    slow: list[float] = []
    for _ in range(rounds):
        desk.wait_until_quiet()
        taken = _latencies(desk)
        usual.append(percentile(taken, 0.50))
        slow.append(percentile(taken, 0.99))
        print(f"  {len(taken)} events: p50 {usual[-1]:.1f} ms, p99 {slow[-1]:.1f} ms", flush=True)
    detail = f"{EVENTS_LATENCY} events a round, tickets to reports"
    return [
        Figure(what="event, commit to effect, p50", values=usual, detail=detail, goal=USUAL),
        Figure(what="event, commit to effect, p99", values=slow, detail=detail, goal=SLOW),
    ]


def event_rate(desk: Desk, rounds: int, seconds: int) -> list[Figure]:
    """Let a pile of events pass, beside messages of that size through the bare broker."""
    del seconds
    desk.wait_until_quiet()
    plan, secrets = desk.suite.plan, desk.suite.secrets
    url = environment.amqp_url(plan, secrets, OPERATOR)
    with desk.database() as conn:
        row = conn.execute(SIZE_SQL, {"tenant_id": desk.principal.tenant_id}).fetchone()
    if row is None:
        raise Problem("The desk has published nothing yet.")
    size = int(row[0]) + ENVELOPE_BYTES
    rates = interleaved(
        rounds,
        {
            "broker": lambda: broker_loop.rate(url, EVENTS_RATE, size),
            "relay and consumer": lambda: _passing_rate(desk),
        },
    )
    return [ratio("events, outbox to effect", rates, "relay and consumer", "broker", RATE)]


def _latencies(desk: Desk) -> list[float]:
    with desk.database() as conn:
        began = _now(conn.execute("SELECT clock_timestamp()").fetchone())
        for _ in range(EVENTS_LATENCY):
            desk.manager.open_ticket(desk.new_ticket)
            time.sleep(PAUSE_SECONDS)
        values = {"tenant_id": desk.principal.tenant_id, "began": began}

        def taken() -> list[float] | None:
            rows = conn.execute(TAKEN_SQL, values).fetchall()
            return [row[0] for row in rows] if len(rows) >= EVENTS_LATENCY else None

        return _eventually(taken)


def _passing_rate(desk: Desk) -> float:
    with desk.database() as conn:
        began = _now(conn.execute("SELECT clock_timestamp()").fetchone())
        values = {"tenant_id": desk.principal.tenant_id, "began": began, "count": EVENTS_RATE}
        conn.execute(COPY_SQL, values)

        def seconds() -> float | None:
            row = conn.execute(ARRIVED_SQL, values).fetchone()
            return row[1] if row is not None and row[0] >= EVENTS_RATE else None

        return EVENTS_RATE / _eventually(seconds)


def _eventually(look: Callable[[], T | None]) -> T:
    deadline = time.monotonic() + ARRIVAL_SECONDS_MAX
    while time.monotonic() < deadline:
        seen = look()
        if seen is not None:
            return seen
        time.sleep(0.1)
    raise Problem(f"Not every event had its effect within {ARRIVAL_SECONDS_MAX:g} s.")


def _now(row: tuple[datetime] | None) -> datetime:
    assert row is not None
    return row[0]
