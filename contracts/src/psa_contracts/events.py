"""What a service's tests ask: the samples of an event, and whether data keeps its contract."""

from functools import cache
from pathlib import Path
from typing import Any, Literal

from jsonschema_rs import Draft202012Validator

from psa_contracts.files import (
    Contract,
    Document,
    contracts_dir,
    envelope_contract,
    event_contracts,
    read_json,
    sample_name,
)

ENVELOPE = "envelope"


class UnknownEvent(LookupError):
    """No contract has this event type."""


class ContractBroken(AssertionError):
    """Data is not what the contract says."""


def samples(
    event_type: str, validity: Literal["valid", "invalid"] = "valid"
) -> list[tuple[str, Any]]:
    """Return name and data of the samples of *event_type*, such as `ticket.created.v1`."""
    return [
        (sample_name(path), read_json(path))
        for path in _contract(event_type).sample_paths(validity)
    ]


def schema(event_type: str) -> Document:
    """Return the JSON Schema of the data of *event_type*, or of the `envelope`."""
    return read_json(_contract(event_type).path)


def validate(event_type: str, data: Any) -> None:
    """
    Check *data*, as decoded from JSON, against the contract of *event_type*.

    Raises ContractBroken with every fault and where it stands.
    """
    faults = [
        f"  {pointer_of(error.instance_path)}: {error.message}"
        for error in _validator(_contract(event_type).path).iter_errors(data)
    ]
    if faults:
        raise ContractBroken("\n".join([f"This is not {event_type}:", *sorted(faults)]))


def pointer_of(path: list[str | int]) -> str:
    """Return a path into a document as a JSON pointer; the whole document is `/`."""
    tokens = [str(token).replace("~", "~0").replace("/", "~1") for token in path]
    return "/" + "/".join(tokens)


def validator_of(document: Document) -> Draft202012Validator:
    """Return the validator of a schema; formats are checked, not only noted."""
    return Draft202012Validator(document, validate_formats=True)


@cache
def _validator(path: Path) -> Draft202012Validator:
    return validator_of(read_json(path))


def _contract(event_type: str) -> Contract:
    found = _contracts(contracts_dir()).get(event_type)
    if found is None:
        raise UnknownEvent(
            f"No contract for {event_type!r}. A type reads `ticket.created.v1`; its schema lies "
            "under contracts/events/<service>/<type>/."
        )

    return found


@cache
def _contracts(contracts: Path) -> dict[str, Contract]:
    by_type = {contract.versioned_type: contract for contract in event_contracts(contracts)}
    return by_type | {ENVELOPE: envelope_contract(contracts)}
