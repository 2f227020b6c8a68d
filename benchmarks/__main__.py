"""`./psa bench [P1 P10 …]`: measure the suite, print every figure beside its goal."""

import argparse
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

import costs
import desk as desks
import flow
import latency
import mail_intake
import rates
import search
import sizes
import sla_timer
import wrk
from desk import Desk
from figures import Figure, show

from psa_local.problem import Problem

SEEDED = 1_000


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A measurement and the goals that it answers for."""

    goals: tuple[str, ...]
    what: str
    measure: Callable[[Desk, int, int], list[Figure]]


#: What needs an idle suite comes first, what leaves work behind (audit seals, events) last.
BENCHMARKS = (
    Benchmark(("P13",), "memory of the idle processes", costs.memory),
    Benchmark(("P10",), "how long an event takes", flow.event_latency),
    Benchmark(("P1", "P2"), "read a ticket", rates.reads),
    Benchmark(("P5",), "list tickets", rates.lists),
    Benchmark(("P7",), "processor time of the hops", costs.hops),
    Benchmark(("P8",), "latency at half the maximum rate", latency.half_rate),
    Benchmark(("P14",), "two processes against one", costs.two_processes),
    Benchmark(("P6",), "few tickets against many", sizes.sizes),
    Benchmark(("P15",), "the SLA timer, few clocks against many", sla_timer.timer),
    Benchmark(("P6",), "search few tickets and many", search.searches),
    Benchmark(("P3", "P4"), "create a ticket", rates.creates),
    Benchmark(("P16",), "take mails in", mail_intake.mails),
    Benchmark(("P11",), "events a second", flow.event_rate),
)


def main() -> int:
    """Run what was asked for on a suite of its own; the exit code says nothing about goals."""
    words = _parse()
    wrk.require()
    wanted = [one for one in BENCHMARKS if not words.goals or set(one.goals) & set(words.goals)]
    found: list[Figure] = []
    print("Starting a suite for the measurements, with ports and data of its own …", flush=True)
    with desks.private_suite() as suite:
        desk = desks.found(suite, group=0)
        desk.seed(SEEDED)
        for benchmark in wanted:
            print(f"{', '.join(benchmark.goals)}: {benchmark.what}", flush=True)
            found += benchmark.measure(desk, words.rounds, words.seconds)
    print()
    show(found)
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="psa bench", description=__doc__)
    known = [goal for benchmark in BENCHMARKS for goal in benchmark.goals]
    parser.add_argument("goals", nargs="*", metavar="GOAL", help=f"of {', '.join(known)}")
    parser.add_argument("--rounds", type=int, default=3, help="of every comparison (3)")
    parser.add_argument("--seconds", type=int, default=4, help="of every load in a round (4)")
    words = parser.parse_args()
    unknown = sorted(set(words.goals) - set(known))
    if unknown:
        parser.error(f"no such goal: {', '.join(unknown)}")
    return words


if __name__ == "__main__":
    # However it is told to stop, the suite that it has started is stopped first.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main())
    except Problem as problem:
        sys.stderr.write(f"psa: {problem}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
