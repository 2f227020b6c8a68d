"""What the rules about the repository look at: its services, packages and Python files."""

import ast
import io
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("gateway", "auth", "crm", "tickets", "billing", "projects", "assets", "reports")
PACKAGES = (
    "libs/psa_common",
    "libs/psa_events",
    "infra/local",
    "contracts",
    *(f"services/{service}" for service in SERVICES),
)
CODE = ("libs", "services", "infra", "contracts", "tests", "benchmarks", "ci")


def source_of(service: str) -> Path:
    """Return the folder of a service's package."""
    return ROOT / "services" / service / "src" / f"psa_{service}"


def project_of(package: str) -> dict[str, Any]:
    """Return the project table of a package's pyproject.toml."""
    return tomllib.loads((ROOT / package / "pyproject.toml").read_text())["project"]


def python_files(*folders: str | Path) -> Iterator[Path]:
    """Yield every Python file that a person wrote below *folders*."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not {"build", "dist", ".tox"} & set(path.parts):
                yield path


def lines_of_code(path: Path) -> int:
    """Count the lines that do something: no comments, no docstrings, no empty lines."""
    text = path.read_text()
    counted: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.string.strip() and token.type not in {tokenize.COMMENT, tokenize.ENDMARKER}:
            counted.update(range(token.start[0], token.end[0] + 1))
    return len(counted - _docstring_lines(ast.parse(text)))


def _docstring_lines(tree: ast.Module) -> set[int]:
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and ast.get_docstring(node, clean=False) is not None:
                lines.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return lines
