"""How the demo speaks: one line a step, one line a figure, right or wrong."""

import sys
from collections.abc import Sequence

from psa_local.demo.figures import Figure

GREEN, RED, FAINT, PLAIN = "\033[32m", "\033[31m", "\033[2m", "\033[0m"


def title(text: str) -> None:
    """Say what this is."""
    _write(f"\n{text}\n")


def step(number: int, text: str) -> None:
    """Say what has just been done."""
    _write(f"\n{number:2d}  {text}")


def detail(text: str) -> None:
    """Say more about the step before."""
    _write(f"    {_coloured(text, FAINT)}")


def figures(rows: Sequence[Figure]) -> None:
    """Show each figure, with what it should be where it is something else."""
    width = max(len(row.name) for row in rows)
    for row in rows:
        mark = _coloured("✓", GREEN) if row.is_right else _coloured("✗", RED)
        wrong = "" if row.is_right else _coloured(f"   soll: {row.expected}", RED)
        _write(f"    {mark} {row.name:<{width}}  {row.seen}{wrong}")


def table(rows: Sequence[Figure]) -> None:
    """Show all figures side by side, expected and seen."""
    names = max(len(row.name) for row in rows)
    wanted = max(len(row.expected) for row in rows)
    _write(f"\n    {'':<{names}}    {'soll':<{wanted}}  ist")
    for row in rows:
        mark = _coloured("✓", GREEN) if row.is_right else _coloured("✗", RED)
        _write(f"    {row.name:<{names}}  {mark} {row.expected:<{wanted}}  {row.seen}")


def _coloured(text: str, colour: str) -> str:
    return f"{colour}{text}{PLAIN}" if sys.stdout.isatty() else text


def _write(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
