"""The eight services share one skeleton, so that whoever knows one finds the way in all."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from repository import ROOT, SERVICES, project_of, python_files, source_of

FILES = (
    "README.md",
    "CHANGELOG.md",
    "pyproject.toml",
    "src/psa_{service}/__init__.py",
    "src/psa_{service}/__main__.py",
    "src/psa_{service}/app.py",
    "src/psa_{service}/worker.py",
    "src/psa_{service}/migrations",
    "tests/conftest.py",
)
LAYERS = frozenset(
    {
        "http", "consumers", "usecases", "queries", "events", "search", "documents", "storage",
        "mail", "domain", "migrations",
    }
)  # fmt: skip
COMPOSITION_LINES_MAX = 80
#: What a service may make a class of its own from. A library is called; it does not call.
OPEN_FOR_SUBCLASSES = ("psa_common.errors", "psa_common.settings")

each_service = pytest.mark.parametrize("service", SERVICES)


def test_the_services_are_the_folders() -> None:
    assert {path.name for path in (ROOT / "services").iterdir() if path.is_dir()} == set(SERVICES)


@each_service
def test_a_service_has_the_skeleton(service: str) -> None:
    folder = ROOT / "services" / service

    missing = [name for name in FILES if not (folder / name.format(service=service)).exists()]

    assert missing == []


@each_service
def test_a_folder_of_a_service_is_a_layer_and_holds_something(service: str) -> None:
    layers = {
        path.name: [entry for entry in path.iterdir() if entry.suffix in {".py", ".sql", ".lua"}]
        for path in source_of(service).iterdir()
        if path.is_dir() and path.name != "__pycache__"
    }

    assert set(layers) <= LAYERS
    assert [
        name
        for name, files in layers.items()
        # A service without tables of its own says so in the empty folder.
        if name != "migrations" and not _says_something(files)
    ] == []


@each_service
@pytest.mark.parametrize("module", ["app", "worker"])
def test_the_composition_root_is_a_table_of_contents(service: str, module: str) -> None:
    lines = (source_of(service) / f"{module}.py").read_text().splitlines()

    assert len(lines) <= COMPOSITION_LINES_MAX


@each_service
def test_every_process_starts_the_same_way(service: str) -> None:
    start = ast.parse((source_of(service) / "__main__.py").read_text()).body[-1]

    assert ast.unparse(start).startswith(f"command.main('{service}'")


@each_service
def test_the_version_is_the_top_of_the_changelog(service: str) -> None:
    changelog = (ROOT / "services" / service / "CHANGELOG.md").read_text()
    top = re.search(r"^## \[?(\d+\.\d+\.\d+)", changelog, re.MULTILINE)

    assert top is not None
    assert top[1] == project_of(f"services/{service}")["version"]


@each_service
def test_a_readme_says_what_is_owned_published_and_listened_to(service: str) -> None:
    readme = (ROOT / "services" / service / "README.md").read_text().lower()

    assert [word for word in ("owns", "publishes", "listens") if word not in readme] == []


@each_service
def test_a_service_builds_on_functions_and_not_on_base_classes_of_a_library(service: str) -> None:
    borrowed = {
        f"{path.name}: {base}"
        for path in python_files(source_of(service))
        for base in _bases_from_libraries(path)
        if not base.startswith(OPEN_FOR_SUBCLASSES)
    }

    assert borrowed == set()


def _says_something(files: list[Path]) -> bool:
    return any(
        file.name != "__init__.py" or len(ast.parse(file.read_text()).body) > 1 for file in files
    )


def _bases_from_libraries(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    origin = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("psa_")
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for base in node.bases:
                name = ast.unparse(base).partition(".")[0]
                if origin.get(name, "").startswith(("psa_common.", "psa_events.")):
                    yield origin[name]
