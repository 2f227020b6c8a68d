"""Every permission that code asks for is one that a role can give."""

import ast
from collections.abc import Iterator

import pytest

from psa_auth.domain.permission import REGISTRY
from repository import SERVICES, python_files, source_of

#: Calls whose first text names a permission.
ASKING = frozenset({"requires", "scope"})


def _asked_for(service: str) -> Iterator[tuple[str, str]]:
    """Yield every `resource:action` that a service asks for, and where."""
    for path in python_files(source_of(service)):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0]
            if name in ASKING and isinstance(first, ast.Constant) and ":" in str(first.value):
                yield str(first.value), f"{path.name}:{node.lineno}"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_asks_for_registered_permissions_only(service: str) -> None:
    unknown = {where: name for name, where in _asked_for(service) if name not in REGISTRY}

    assert unknown == {}


def test_the_check_sees_what_services_ask_for() -> None:
    assert len({name for service in SERVICES for name, _ in _asked_for(service)}) > 20
