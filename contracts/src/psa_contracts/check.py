"""Are the contracts themselves sound: schemas, samples, changelogs, and who listens."""

from collections.abc import Iterator
from pathlib import Path

from jsonschema_rs import meta

from psa_contracts.events import pointer_of, validator_of
from psa_contracts.files import (
    Contract,
    Document,
    envelope_contract,
    event_contracts,
    read_json,
    who_listens,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SAMPLES_AT_LEAST = 2


def check(contracts: Path) -> list[str]:
    """Return every fault, each with its file and how to mend it; none if all is sound."""
    faults = [fault for each in _all(contracts) for fault in _check_contract(contracts, each)]
    if not faults:
        faults = [*_check_envelope_samples(contracts)]
    return [*faults, *_check_listeners(contracts)]


def _all(contracts: Path) -> list[Contract]:
    return [envelope_contract(contracts), *event_contracts(contracts)]


def _check_contract(contracts: Path, contract: Contract) -> Iterator[str]:
    name = contract.path.relative_to(contracts)
    document = read_json(contract.path)
    faults = [*_check_schema(contract, document)]
    if not faults:
        faults = [*_check_samples(contract, document)]
    if not (contract.path.parent / "CHANGELOG.md").is_file():
        faults.append("has no CHANGELOG.md beside it; write what each version changed.")

    yield from (f"{name}: {fault}" for fault in faults)


def _check_schema(contract: Contract, document: Document) -> Iterator[str]:
    if document.get("$schema") != DIALECT:
        yield f"$schema must be {DIALECT}."
    elif not meta.is_valid(document):
        yield "is not a valid JSON Schema 2020-12; look for a misspelt type or a wrong value."

    if document.get("$id") != identifier(contract):
        yield f"$id must be {identifier(contract)!r}."
    yield from _check_words(document)
    if contract.service != "psa" and document.get("x-subject") not in document.get("required", ()):
        yield "x-subject must name the required property that holds the id of the aggregate."


def _check_words(document: Document) -> Iterator[str]:
    for word in ("title", "description"):
        if not document.get(word):
            yield f"has no {word}; say what is published, when, and what it promises."
    if document.get("additionalProperties") is not True:
        yield "additionalProperties must be true, so that a reader tolerates a new property."
    for name, described in document.get("properties", {}).items():
        if not described.get("description"):
            yield f"/properties/{name} has no description; name its meaning and its unit."


def identifier(contract: Contract) -> str:
    """Return the URI of a schema: what `dataschema` of an envelope says."""
    if contract.service == "psa":
        return f"urn:psa:envelope:v{contract.version}"

    return f"urn:psa:events:{contract.versioned_type}"


def _check_samples(contract: Contract, document: Document) -> Iterator[str]:
    validator = validator_of(document)
    for validity in ("valid", "invalid"):
        paths = contract.sample_paths(validity)
        if len(paths) < SAMPLES_AT_LEAST:
            yield f"needs {SAMPLES_AT_LEAST} {validity} samples and has {len(paths)}."

        for path in paths:
            errors = list(validator.iter_errors(read_json(path)))
            if validity == "invalid" and not errors:
                yield f"{path.name} passes; give it the fault that it is named after."
            if validity == "valid":
                for error in errors:
                    where = pointer_of(error.instance_path)
                    yield f"{path.name} fails at {where}: {error.message}"


def _check_envelope_samples(contracts: Path) -> Iterator[str]:
    schemas = {c.versioned_type: read_json(c.path) for c in event_contracts(contracts)}
    for path in envelope_contract(contracts).sample_paths("valid"):
        envelope = read_json(path)
        schema = schemas.get(envelope["type"])
        if schema is None:
            yield f"envelope/{path.name}: there is no event {envelope['type']!r}."
        elif not validator_of(schema).is_valid(envelope["data"]):
            yield f"envelope/{path.name}: /data is not a valid {envelope['type']}."
        elif envelope["subject"] != envelope["data"][schema["x-subject"]]:
            yield f"envelope/{path.name}: subject must equal /data/{schema['x-subject']}."


def _check_listeners(contracts: Path) -> Iterator[str]:
    publishers = {c.versioned_type: c.service for c in event_contracts(contracts)}
    rows = who_listens(contracts)
    for event_type in sorted(publishers.keys() - rows.keys()):
        yield f"who_listens.toml: has no row for {event_type}."
    for event_type in sorted(rows.keys() - publishers.keys()):
        yield f"who_listens.toml: {event_type} has no schema."
    for event_type in sorted(rows.keys() & publishers.keys()):
        publisher, folder = rows[event_type].get("publisher"), publishers[event_type]
        if publisher != folder:
            yield f"who_listens.toml: {event_type} is published by {folder}, not by {publisher}."
