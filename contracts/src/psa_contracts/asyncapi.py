"""The AsyncAPI 3.0 document of all events, generated from schemas, samples and who listens."""

import tomllib
from pathlib import Path
from typing import Any

from psa_contracts.files import (
    Contract,
    Document,
    envelope_contract,
    event_contracts,
    read_json,
    sample_name,
    who_listens,
)

EXCHANGE = {"name": "psa.events", "type": "topic", "durable": True, "autoDelete": False}
DESCRIPTION = (
    "Every event of the PSA platform. All travel over one durable topic exchange; the address of "
    "a channel is the routing key. Delivery is at least once and in order within one subject."
)
#: They identify a schema in its own file; inside one document they would move its references.
FILE_KEYWORDS = frozenset({"$schema", "$id"})


def asyncapi(contracts: Path) -> Document:
    """Return the whole document; equal contracts give an equal document."""
    events = event_contracts(contracts)
    rows = who_listens(contracts)
    envelope = envelope_contract(contracts)
    example = read_json(envelope.sample_paths("valid")[0])

    return {
        "asyncapi": "3.0.0",
        "info": _info(contracts),
        "defaultContentType": "application/cloudevents+json",
        "channels": {event.versioned_type: _channel(event) for event in events},
        "operations": {
            name: operation
            for event in events
            for name, operation in _operations(event, rows[event.versioned_type]).items()
        },
        "components": {
            "messages": {event.versioned_type: _message(event, example) for event in events},
            "schemas": {"envelope": _embedded(envelope)}
            | {event.versioned_type: _embedded(event) for event in events},
        },
    }


def _info(contracts: Path) -> Document:
    project = tomllib.loads((contracts / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        "title": "PSA platform events",
        "version": project["version"],
        "description": DESCRIPTION,
    }


def _channel(event: Contract) -> Document:
    name = event.versioned_type
    return {
        "address": name,
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": EXCHANGE, "bindingVersion": "0.3.0"}},
    }


def _operations(event: Contract, row: Document) -> Document:
    name = event.versioned_type
    target: Document = {
        "channel": {"$ref": f"#/channels/{name}"},
        "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
    }
    sends: Document = {f"{event.service}.sends.{name}": {"action": "send", **target}}
    receives: Document = {
        f"{listener}.receives.{name}": {"action": "receive", **target}
        for listener in row["listeners"]
    }
    return sends | receives


def _message(event: Contract, example: Document) -> Document:
    schema = read_json(event.path)
    name = event.versioned_type
    return {
        "name": name,
        "title": schema["title"],
        "summary": schema["description"],
        "contentType": "application/cloudevents+json",
        "correlationId": {"location": "$message.payload#/correlationid"},
        "payload": {
            "allOf": [{"$ref": "#/components/schemas/envelope"}],
            "type": "object",
            "properties": {
                "type": {"const": name},
                "data": {"$ref": f"#/components/schemas/{name}"},
            },
        },
        "examples": [
            {
                "name": sample_name(path),
                "payload": _envelope(event, schema, example, read_json(path)),
            }
            for path in event.sample_paths("valid")
        ],
    }


def _envelope(event: Contract, schema: Document, example: Document, data: Any) -> Document:
    return example | {
        "source": f"/psa/{event.service}",
        "type": event.versioned_type,
        "subject": data[schema["x-subject"]] or example["tenantid"],
        "dataschema": schema["$id"],
        "data": data,
    }


def _embedded(contract: Contract) -> Document:
    document = read_json(contract.path)
    return {key: value for key, value in document.items() if key not in FILE_KEYWORDS}
