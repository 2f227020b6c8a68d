"""
What a publisher and a reader prove; every service's test_contracts.py calls these.

A service's own Struct stands for an event in code, the schema stands for it between services.
"""

import os
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import msgspec

from psa_contracts.events import ContractBroken, samples, schema, validate
from psa_contracts.files import contracts_dir

#: Set to write the generated API document instead of comparing it.
WRITE = "PSA_WRITE_CONTRACTS"


def published_by(events: ModuleType) -> list[type[msgspec.Struct]]:
    """Return the event Structs that a service's events module defines."""
    return [
        item
        for item in vars(events).values()
        if isinstance(item, type) and issubclass(item, msgspec.Struct) and hasattr(item, "TYPE")
    ]


def assert_publishes(event: type[msgspec.Struct]) -> None:
    """
    Assert that *event* and its schema name the same fields and write the same data.

    The invalid samples must be refused: a schema that lets everything pass promises nothing.
    """
    contract: dict[str, Any] = schema(_type_of(event))
    fields = {field.encode_name for field in msgspec.structs.fields(event)}
    assert fields == set(contract["properties"]), "struct and schema name other fields"
    assert getattr(event, "SUBJECT") == contract["x-subject"], "another aggregate"  # noqa: B009

    found = samples(_type_of(event))
    assert found, "a contract without a valid sample proves nothing"
    for name, data in found:
        written = msgspec.json.decode(msgspec.json.encode(msgspec.convert(data, event)))
        validate(_type_of(event), written)
        assert _without_nulls(written) == _without_nulls(data), (
            f"{name} does not survive our struct"
        )
    for name, data in samples(_type_of(event), "invalid"):
        assert not _keeps(_type_of(event), data), f"{name} passes the schema"


def assert_reads(event_type: str, reader: type[msgspec.Struct]) -> None:
    """Assert that *reader* understands every valid sample, also with what comes to be added."""
    found = samples(event_type)
    assert found, "a contract without a valid sample proves nothing"
    for _, data in found:
        msgspec.convert({**data, "added_later": {"deep": 1}}, reader)


def assert_http_contract(service: str, document: dict[str, Any]) -> None:
    """Assert that the committed API document is the generated one; rewrite it when asked to."""
    path: Path = contracts_dir() / "http" / f"{service}.openapi.json"
    text = msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
    if os.environ.get(WRITE):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    committed = path.read_text(encoding="utf-8") if path.exists() else ""
    assert committed == text, (
        f"{path.name} is not what the routes say; look at the difference, then run this test"
        f" with {WRITE}=1"
    )


def _keeps(event_type: str, data: Any) -> bool:
    try:
        validate(event_type, data)
    except ContractBroken:
        return False
    return True


def _type_of(event: type[msgspec.Struct]) -> str:
    return str(getattr(event, "TYPE"))  # noqa: B009  # events carry it as a class variable


def _without_nulls(value: Any) -> Any:
    """Return *value* without null members: leaving a field out and sending null say the same."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {name: _without_nulls(item) for name, item in members.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in cast("list[Any]", value)]
    return value
