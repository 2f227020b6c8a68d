"""contracts/who_listens.toml and the code of all services draw the same picture."""

import ast
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
CONTRACTS = REPOSITORY / "contracts"
SERVICES = ("gateway", "auth", "crm", "tickets", "billing", "projects", "assets", "reports")
#: A library's module of this suite and the subscription that it offers to services.
LIBRARY_SUBSCRIPTION = "SUBSCRIPTION"


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """One service and one type of event that it publishes or listens to."""

    service: str
    event_type: str


def test_every_published_event_stands_in_who_listens() -> None:
    in_code = {Edge(service, type_) for service in SERVICES for type_, _ in published(service)}

    assert differences(in_code, said_publishers()) == []


def test_every_subscription_stands_in_who_listens() -> None:
    in_code = {Edge(service, type_) for service in SERVICES for type_ in subscribed(service)}

    assert differences(in_code, said_listeners()) == []


def test_an_event_is_about_what_its_contract_says() -> None:
    in_code = {
        (service, type_, subject) for service in SERVICES for type_, subject in published(service)
    }
    wrong = [
        f"{service}: {type_} has SUBJECT {subject!r}, the contract says {agreed!r}"
        for service, type_, subject in sorted(in_code)
        if (agreed := agreed_subject(service, type_)) != subject
    ]

    assert wrong == []


def test_a_service_listens_to_itself_only_for_what_must_not_delay_the_change() -> None:
    assert {edge.service for edge in said_publishers() & said_listeners()} <= {"tickets"}


def differences(in_code: set[Edge], said: set[Edge]) -> list[str]:
    """Say for each edge on one side only what to add or to remove, and where."""
    unsaid = [f"who_listens.toml lacks {e.service} at {e.event_type}" for e in in_code - said]
    undone = [f"{e.service} has no code for {e.event_type}" for e in said - in_code]
    return sorted([*unsaid, *undone])


def rows() -> dict[str, dict[str, Any]]:
    """Read who_listens.toml."""
    return tomllib.loads((CONTRACTS / "who_listens.toml").read_text(encoding="utf-8"))


def said_publishers() -> set[Edge]:
    """Read who publishes what."""
    return {Edge(row["publisher"], type_) for type_, row in rows().items()}


def said_listeners() -> set[Edge]:
    """Read who listens to what."""
    return {Edge(listener, type_) for type_, row in rows().items() for listener in row["listeners"]}


def agreed_subject(service: str, event_type: str) -> str | None:
    """Read which field of an event holds the id of its aggregate."""
    name, _, version = event_type.rpartition(".")
    path = CONTRACTS / "events" / service / name / f"{version}.schema.json"
    return json.loads(path.read_text(encoding="utf-8"))["x-subject"] if path.is_file() else None


def published(service: str) -> Iterator[tuple[str, str | None]]:
    """Find TYPE and SUBJECT of the classes in a service's events.py, or in its events/."""
    for path in sorted(source(service).glob("events*")):
        modules = sorted(path.glob("*.py")) if path.is_dir() else [path]
        for node in (node for module in modules for node in ast.walk(parsed(module))):
            if isinstance(node, ast.ClassDef):
                constants = dict(texts(node.body))
                if "TYPE" in constants:
                    yield constants["TYPE"], constants.get("SUBJECT")


def subscribed(service: str) -> Iterator[str]:
    """Find the types in the Subscription(...) calls of a service's consumers."""
    for path in sorted((source(service) / "consumers").rglob("*.py")):
        tree = parsed(path)
        yield from subscriptions(tree, path)
        yield from library_subscriptions(tree)


def subscriptions(tree: ast.Module, path: Path) -> Iterator[str]:
    """Read the first argument of each call; it must be a text or a constant of the module."""
    constants = dict(texts(tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) == "Subscription":
            wanted = [keyword.value for keyword in node.keywords if keyword.arg == "event_type"]
            argument = [*node.args[:1], *wanted][0]
            name = argument.id if isinstance(argument, ast.Name) else None
            event_type = text_of(argument) or constants.get(name or "")
            assert event_type, f"{path}:{node.lineno}: write the type of the event as a text"
            yield event_type


def library_subscriptions(tree: ast.Module) -> Iterator[str]:
    """Follow imports such as `from psa_events import tenants` where its subscription is used."""
    attributes = {
        node.value.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == LIBRARY_SUBSCRIPTION
        and isinstance(node.value, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("psa_events"):
            continue
        for alias in node.names:
            if node.module == "psa_events" and (alias.asname or alias.name) in attributes:
                yield from library_module(alias.name)
            elif alias.name == LIBRARY_SUBSCRIPTION:
                yield from library_module((node.module or "").rpartition(".")[2])


def library_module(name: str) -> Iterator[str]:
    """Find the subscriptions that a module of psa_events offers."""
    path = REPOSITORY / "libs" / "psa_events" / "src" / "psa_events" / f"{name}.py"
    yield from subscriptions(parsed(path), path)


def source(service: str) -> Path:
    """Return the package of a service."""
    return REPOSITORY / "services" / service / "src" / f"psa_{service}"


def parsed(path: Path) -> ast.Module:
    """Read a module without importing it: no service needs to be installed."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def called(call: ast.Call) -> str | None:
    """Return the name of what is called."""
    function = call.func
    if isinstance(function, ast.Subscript):
        function = function.value
    if isinstance(function, ast.Attribute):
        return function.attr

    return function.id if isinstance(function, ast.Name) else None


def texts(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Find the names that are set to a text."""
    for statement in body:
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        elif isinstance(statement, ast.Assign):
            targets = statement.targets
        else:
            continue
        text = text_of(statement.value)
        for target in targets:
            if isinstance(target, ast.Name) and text is not None:
                yield target.id, text


def text_of(node: ast.expr | None) -> str | None:
    """Return the text that an expression is, if it is one."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value

    return None
