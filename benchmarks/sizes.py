"""P6: what a request costs a tenant with many tickets, against one with few."""

from collections.abc import Sequence

import desk as desks
import msgspec
import psycopg
import recording
import wrk
from desk import Desk
from figures import Figure, Goal, interleaved, ratio
from rates import second_page
from wrk import Load

from psa_common.pipeline import Statement

FEW, MANY = 1_000, 100_000
GOAL = Goal(id="P6", sign="≤", bound=1.3)


class Plan(msgspec.Struct, frozen=True):
    """What EXPLAIN says of the whole statement."""

    hit: int = msgspec.field(name="Shared Hit Blocks")
    read: int = msgspec.field(name="Shared Read Blocks")


class Explained(msgspec.Struct, frozen=True):
    """One statement as EXPLAIN describes it."""

    plan: Plan = msgspec.field(name="Plan")


def sizes(desk: Desk, rounds: int, seconds: int) -> list[Figure]:
    """Read, list and filter in two new tenants of one suite."""
    few, many = desks.found(desk.suite, group=1), desks.found(desk.suite, group=2)
    few.seed(FEW)
    many.seed(MANY)
    figures: list[Figure] = []
    for what, loads, pages in (
        ("read", (_read(few, FEW), _read(many, MANY)), (_read_pages(few), _read_pages(many))),
        ("list page", (_list(few), _list(many)), (_list_pages(few), _list_pages(many))),
        (
            "filtered list page",
            (_list(few, status="new"), _list(many, status="new")),
            (_list_pages(few, status="new"), _list_pages(many, status="new")),
        ),
    ):
        small, large = loads
        print(f"  {what}")
        rates = interleaved(
            rounds,
            {
                f"{FEW:,}": lambda load=small: wrk.run(load, seconds).rate,
                f"{MANY:,}": lambda load=large: wrk.run(load, seconds).rate,
            },
        )
        figure = ratio(f"{what}: {MANY:,} tickets vs {FEW:,}", rates, f"{FEW:,}", f"{MANY:,}", GOAL)
        touched = f"; buffers touched {pages[0]} and {pages[1]}"
        figures.append(
            Figure(
                what=figure.what,
                values=figure.values,
                detail=figure.detail + touched,
                goal=GOAL,
            )
        )
    return figures


def _read(desk: Desk, count: int) -> Load:
    url = f"{desk.service}/tickets/{desk.seeded_prefix}"
    return Load(desk=desk, url=url, random_max=count)


def _list(desk: Desk, **filters: str) -> Load:
    url = desk.service.removesuffix("/api/v1") + second_page(desk, **filters)
    return Load(desk=desk, url=url)


def _read_pages(desk: Desk) -> int:
    return buffers(desk, recording.reading(desk, f"{desk.seeded_prefix}{FEW // 2:012x}"))


def _list_pages(desk: Desk, **filters: str) -> int:
    return buffers(desk, recording.listing(desk, second_page(desk, **filters)))


def buffers(desk: Desk, statements: Sequence[Statement]) -> int:
    """Return how many pages the last statement touches, with the tenant set before it."""
    *before, last = statements
    explained = b"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + last.sql.encode()
    with psycopg.connect(desk.app_dsn, autocommit=True) as conn, conn.transaction():
        for statement in before:
            conn.execute(statement.sql, statement.params)
        conn.execute(explained, last.params)  # the first time also reads the catalogue
        row = conn.execute(explained, last.params).fetchone()
    assert row is not None
    answer: list[Explained] = msgspec.convert(row[0], list[Explained])
    return answer[0].plan.hit + answer[0].plan.read
