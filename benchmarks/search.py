"""P6 for search: what a search page costs a tenant with many tickets, against one with few."""

from urllib.parse import quote

import desk as desks
import recording
import wrk
from desk import Desk
from figures import Figure, Goal, interleaved, ratio
from sizes import FEW, MANY, buffers
from wrk import Load

GOAL = Goal(id="P6", sign="≤", bound=1.3)

#: A number is in one ticket; the seeded tickets' title is in all of them.
SOUGHT = {"a number": "S-500", "a word of every ticket": "warenwirtschaft"}


def searches(desk: Desk, rounds: int, seconds: int) -> list[Figure]:
    """Search in two new tenants of one suite, for what is rare and for what is everywhere."""
    few, many = desks.found(desk.suite, group=3), desks.found(desk.suite, group=4)
    few.seed(FEW)
    many.seed(MANY)
    return [_compare(what, text, few, many, rounds, seconds) for what, text in SOUGHT.items()]


def _compare(what: str, text: str, few: Desk, many: Desk, rounds: int, seconds: int) -> Figure:
    print(f"  search for {what}")
    rates = interleaved(
        rounds,
        {
            f"{FEW:,}": lambda: wrk.run(_load(few, text), seconds).rate,
            f"{MANY:,}": lambda: wrk.run(_load(many, text), seconds).rate,
        },
    )
    name = f"search for {what}: {MANY:,} tickets vs {FEW:,}"
    figure = ratio(name, rates, f"{FEW:,}", f"{MANY:,}", GOAL)
    pages = [buffers(one, recording.searching(one, text)[:2]) for one in (few, many)]
    detail = f"{figure.detail}; buffers touched {pages[0]} and {pages[1]}"
    return Figure(what=figure.what, values=figure.values, detail=detail, goal=GOAL)


def _load(desk: Desk, text: str) -> Load:
    return Load(desk=desk, url=f"{desk.service}/search?q={quote(text)}&kind=ticket")
