"""What was measured, what it is compared with, and whether that is enough."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Rates = dict[str, list[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A bound from the list of goals in README.md."""

    id: str
    sign: Literal["≥", "≤"]
    bound: float
    unit: str = ""

    def is_reached_by(self, value: float) -> bool:
        """Say whether *value* is on the right side."""
        return value >= self.bound if self.sign == "≥" else value <= self.bound

    def __str__(self) -> str:
        return f"{self.sign} {self.bound:g}{self.unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table: a value for each round, and the goal for the one in the middle."""

    what: str
    values: Sequence[float]
    detail: str
    goal: Goal

    @property
    def middle(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.values)

    @property
    def is_enough(self) -> bool:
        """Whether the goal is reached."""
        return self.goal.is_reached_by(self.middle)


def interleaved(rounds: int, variants: Mapping[str, Callable[[], float]]) -> Rates:
    """
    Measure every variant once in each round, one after the other: A B A B.

    Whatever else the machine does meanwhile then hits all of them alike.
    """
    measured: Rates = {name: [] for name in variants}
    for number in range(1, rounds + 1):
        for name, measure in variants.items():
            measured[name].append(measure())
        line = ", ".join(f"{name} {values[-1]:,.0f}" for name, values in measured.items())
        print(f"  round {number} of {rounds}: {line}", flush=True)
    return measured


def ratio(what: str, rates: Rates, part: str, whole: str, goal: Goal) -> Figure:
    """Compare *part* with *whole*, round by round."""
    pairs = list(zip(rates[part], rates[whole], strict=True))
    mine, other = statistics.median(rates[part]), statistics.median(rates[whole])
    return Figure(
        what=what,
        values=[one / two for one, two in pairs],
        detail=f"{part} {mine:,.0f}/s, {whole} {other:,.0f}/s",
        goal=goal,
    )


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that *share* of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def show(figures: Sequence[Figure]) -> None:
    """Print the table."""
    rows = [("goal", "figure", "min / median / max", "wanted", "", "measured")]
    for figure in figures:
        low, middle, high = min(figure.values), figure.middle, max(figure.values)
        rows.append(
            (
                figure.goal.id,
                figure.what,
                f"{low:.3g} / {middle:.3g} / {high:.3g}",
                str(figure.goal),
                "reached" if figure.is_enough else "MISSED",
                figure.detail,
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())
