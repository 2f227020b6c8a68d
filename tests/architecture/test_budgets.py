"""Nothing grows without somebody deciding so: budgets of docs/adr/0008-library-budgets.md."""

import ast
from pathlib import Path

import pytest

from repository import CODE, ROOT, lines_of_code, python_files

FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 40
LIBRARY_CODE_LINES_MAX = {"psa_common": 2_500, "psa_events": 800}
#: The pytest plugin of a library is for tests; the budget is for what runs in production.
FOR_TESTS = ("testing.py", "testing_database.py")


def test_a_file_fits_its_budget() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in python_files(*CODE)}

    assert {_name(path): n for path, n in lengths.items() if n > FILE_LINES_MAX} == {}


def test_a_function_fits_a_screen() -> None:
    long = {
        f"{_name(path)}: {node.name}": length
        for path in python_files(*CODE)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES_MAX
    }

    assert long == {}


@pytest.mark.parametrize(("library", "budget"), LIBRARY_CODE_LINES_MAX.items())
def test_a_library_fits_its_budget(library: str, budget: int) -> None:
    files = python_files(f"libs/{library}/src")

    assert sum(lines_of_code(path) for path in files if path.name not in FOR_TESTS) <= budget


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))
