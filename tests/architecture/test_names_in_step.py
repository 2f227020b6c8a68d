"""The lists that name every service or package agree: checks, pipeline, import rules, lock."""

import configparser
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from expand import read_includes
from repository import CODE, PACKAGES, ROOT, SERVICES, project_of, python_files

PIN = re.compile(r"^([a-z0-9._-]+)==([^ ;]+)", re.MULTILINE)


def test_tox_tests_every_service() -> None:
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini")

    assert set(SERVICES) <= set(tox["tox"]["env_list"].split())


def test_the_pipeline_includes_every_service_once() -> None:
    assert sorted(include["service"] for include in read_includes()) == sorted(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_tested_when_a_contract_that_it_uses_changes(service: str) -> None:
    events = tomllib.loads((ROOT / "contracts" / "who_listens.toml").read_text()).values()
    used = {e["publisher"] for e in events if service in (e["publisher"], *e["listeners"])}
    watched = next(i["contracts"] for i in read_includes() if i["service"] == service)

    assert {f"contracts/events/{publisher}/**/*" for publisher in used} <= set(watched)


@pytest.mark.parametrize("service", SERVICES)
def test_the_import_rules_name_every_service(service: str) -> None:
    rules = configparser.ConfigParser(interpolation=None)
    rules.read(ROOT / ".importlinter")

    for section, key in (
        ("importlinter", "root_packages"),
        ("importlinter:contract:strangers", "modules"),
        ("importlinter:contract:libraries", "forbidden_modules"),
        ("importlinter:contract:layers", "containers"),
    ):
        assert f"psa_{service}" in rules[section][key].split()


@pytest.mark.parametrize("package", PACKAGES)
def test_whatever_a_package_declares_is_locked_at_a_version_that_it_accepts(package: str) -> None:
    locked = dict(PIN.findall((ROOT / "requirements.lock").read_text()))
    project = project_of(package)

    refused = [
        str(wanted)
        for wanted in _requirements(project)
        if not wanted.name.startswith("psa-")
        and not wanted.specifier.contains(locked.get(canonicalize_name(wanted.name), ""))
    ]

    assert refused == []


def test_the_lock_names_no_address() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text()


def test_helpers_of_tests_are_named_after_their_package() -> None:
    """They share one path, so two modules of one name would hide each other."""
    seen: dict[str, Path] = {}
    twice: list[str] = []
    for path in python_files(*CODE):
        if path.parent.name == "tests" and not path.name.startswith(("test_", "__init__")):
            if path.name != "conftest.py" and path.name in seen:
                twice.append(path.name)
            seen[path.name] = path

    assert twice == []


def _requirements(project: dict[str, Any]) -> list[Requirement]:
    extras = project.get("optional-dependencies", {}).values()
    return [Requirement(text) for group in (project["dependencies"], *extras) for text in group]
