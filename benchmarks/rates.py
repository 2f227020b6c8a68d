"""P1 to P5: read, create and list, beside pgbench doing the same statements."""

import pgbench
import recording
import wrk
from desk import Desk
from figures import Figure, Goal, interleaved, ratio
from wrk import Load

READ = Goal(id="P1", sign="≥", bound=0.20)
READ_IN_FRONT = Goal(id="P2", sign="≥", bound=0.10)
CREATE = Goal(id="P3", sign="≥", bound=0.45)
CREATE_IN_FRONT = Goal(id="P4", sign="≥", bound=0.25)
LIST = Goal(id="P5", sign="≥", bound=0.25)


def reads(desk: Desk, rounds: int, seconds: int) -> list[Figure]:
    """Read one ticket again and again."""
    script = pgbench.script_of(recording.reading(desk, desk.ticket_id))
    path = f"/tickets/{desk.ticket_id}"
    service = Load(desk=desk, url=desk.service + path)
    front = Load(desk=desk, url=desk.front + path)
    rates = interleaved(
        rounds,
        {
            "pgbench": lambda: pgbench.run(desk, script, seconds),
            "service": lambda: wrk.run(service, seconds).rate,
            "HAProxy and gateway": lambda: wrk.run(front, seconds).rate,
        },
    )
    return [
        ratio("read a ticket on the service", rates, "service", "pgbench", READ),
        ratio("… through everything", rates, "HAProxy and gateway", "pgbench", READ_IN_FRONT),
    ]


def creates(desk: Desk, rounds: int, seconds: int) -> list[Figure]:
    """Open tickets, each with its SLA clock, event and audit record."""
    statements = recording.opening(desk)
    script = pgbench.script_of(statements, pgbench.fresh_ids(statements))
    service = Load(desk=desk, url=desk.service + "/tickets", body=desk.new_ticket)
    front = Load(desk=desk, url=desk.front + "/tickets", body=desk.new_ticket)

    def quietly(load: Load) -> float:
        desk.wait_until_quiet()
        return wrk.run(load, seconds).rate

    def by_pgbench() -> float:
        desk.wait_until_quiet()
        return pgbench.run(desk, script, seconds)

    rates = interleaved(
        rounds,
        {
            "pgbench": by_pgbench,
            "service": lambda: quietly(service),
            "HAProxy and gateway": lambda: quietly(front),
        },
    )
    desk.wait_until_quiet()
    return [
        ratio("create a ticket on the service", rates, "service", "pgbench", CREATE),
        ratio("… through everything", rates, "HAProxy and gateway", "pgbench", CREATE_IN_FRONT),
    ]


def lists(desk: Desk, rounds: int, seconds: int) -> list[Figure]:
    """Turn to the second page of 20, by cursor."""
    path = second_page(desk)
    script = pgbench.script_of(recording.listing(desk, path))
    service = Load(desk=desk, url=desk.service.removesuffix("/api/v1") + path)
    rates = interleaved(
        rounds,
        {
            "pgbench": lambda: pgbench.run(desk, script, seconds),
            "service": lambda: wrk.run(service, seconds).rate,
        },
    )
    return [ratio("list a page of 20 on the service", rates, "service", "pgbench", LIST)]


def second_page(desk: Desk, **filters: str) -> str:
    """Return the path of the page behind the first 20."""
    first = desk.manager.api.get("/tickets", limit=20, cursor="", **filters)
    path: str = first["links"]["next"]
    return path
