"""The gate's rules for HTTP: a client written against the old document survives the new one."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st

from psa_contracts.breaches import Rule
from psa_contracts.files import Document
from psa_contracts.openapi_rules import openapi_breaches

TICKET: Document = {
    "type": "object",
    "required": ["id", "status", "assignee"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "status": {"type": "string", "enum": ["new", "closed"]},
        "assignee": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "children": {"type": "array", "items": {"$ref": "#/components/schemas/Ticket"}},
        "author": {
            "oneOf": [
                {"type": "object", "properties": {"user": {"type": "string"}}},
                {"type": "integer"},
            ]
        },
    },
}
TICKET_INPUT: Document = {
    "type": "object",
    "required": ["title"],
    "properties": {
        "title": {"type": "string", "maxLength": 200},
        "priority": {"type": "string", "enum": ["P1", "P2"]},
        "minutes": {"type": ["integer", "null"], "minimum": 1},
    },
}
API: Document = {
    "openapi": "3.1.0",
    "security": [],
    "paths": {
        "/tickets/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {}}],
            "get": {
                "parameters": [
                    {"name": "page", "in": "query", "schema": {"type": "integer", "maximum": 9}}
                ],
                "responses": {
                    "200": {
                        "headers": {"ETag": {"schema": {"type": "string"}}},
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Ticket"}}
                        },
                    },
                    "404": {"description": "There is none."},
                },
            },
            "put": {
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Input"}}
                    }
                },
                "responses": {"204": {}},
            },
        }
    },
    "components": {"schemas": {"Ticket": TICKET, "Input": TICKET_INPUT}},
}

Change = Callable[[Document], object]
Where = Callable[[Document], Document]


def item(api: Document) -> Document:
    return api["paths"]["/tickets/{id}"]


def read(api: Document) -> Document:
    return item(api)["get"]


def write(api: Document) -> Document:
    return item(api)["put"]


def ok(api: Document) -> Document:
    return read(api)["responses"]["200"]


def ticket(api: Document) -> Document:
    return api["components"]["schemas"]["Ticket"]


def sent(api: Document) -> Document:
    return api["components"]["schemas"]["Input"]


def field(where: Where, name: str, **keywords: Any) -> Change:
    return lambda api: where(api)["properties"][name].update(keywords)


def parameter(**keywords: Any) -> Change:
    return lambda api: read(api)["parameters"].append({"schema": {}, **keywords})


BREAKING: dict[str, tuple[Rule, Change]] = {
    "path": (Rule.PATH_REMOVED, lambda api: api["paths"].clear()),
    "method": (Rule.METHOD_REMOVED, lambda api: item(api).pop("get")),
    "query parameter": (Rule.PARAMETER_REMOVED, lambda api: read(api)["parameters"].clear()),
    "new required parameter": (
        Rule.PARAMETER_REQUIRED,
        parameter(name="year", **{"in": "query"}, required=True),
    ),
    "parameter became required": (
        Rule.PARAMETER_REQUIRED,
        lambda api: read(api)["parameters"][0].update(required=True),
    ),
    "parameter narrowed": (
        Rule.BOUNDS_NARROWED,
        lambda api: read(api)["parameters"][0]["schema"].update(maximum=8),
    ),
    "body": (Rule.REQUEST_BODY_REMOVED, lambda api: write(api).pop("requestBody")),
    "body became required": (
        Rule.REQUEST_BODY_REQUIRED,
        lambda api: write(api)["requestBody"].update(required=True),
    ),
    "media type of request": (
        Rule.MEDIA_TYPE_REMOVED,
        lambda api: write(api)["requestBody"]["content"].clear(),
    ),
    "media type of response": (Rule.MEDIA_TYPE_REMOVED, lambda api: ok(api)["content"].clear()),
    "response": (Rule.RESPONSE_REMOVED, lambda api: read(api)["responses"].pop("404")),
    "response header": (Rule.RESPONSE_HEADER_REMOVED, lambda api: ok(api)["headers"].clear()),
    "response property": (
        Rule.PROPERTY_REMOVED,
        lambda api: ticket(api)["properties"].pop("status"),
    ),
    "response property not always there": (
        Rule.REQUIRED_CHANGED,
        lambda api: ticket(api)["required"].remove("status"),
    ),
    "response type": (Rule.TYPE_CHANGED, field(ticket, "status", type="integer")),
    "response may be null": (Rule.TYPE_CHANGED, field(ticket, "id", type=["string", "null"])),
    "response format": (Rule.FORMAT_CHANGED, field(ticket, "id", format="date")),
    "response enum has more": (
        Rule.ENUM_CHANGED,
        field(ticket, "status", enum=["new", "open", "closed"]),
    ),
    "response enum has less": (Rule.ENUM_CHANGED, field(ticket, "status", enum=["new"])),
    "response enum opened": (
        Rule.ENUM_CHANGED,
        lambda api: ticket(api)["properties"]["status"].pop("enum"),
    ),
    "response has a new form": (
        Rule.TYPE_CHANGED,
        lambda api: ticket(api)["properties"]["author"]["oneOf"].append({"type": "boolean"}),
    ),
    "new required request field": (
        Rule.REQUIRED_CHANGED,
        lambda api: sent(api)["required"].append("priority"),
    ),
    "request property": (Rule.PROPERTY_REMOVED, lambda api: sent(api)["properties"].pop("title")),
    "request enum narrowed": (Rule.ENUM_CHANGED, field(sent, "priority", enum=["P1"])),
    "request enum closed": (Rule.ENUM_CHANGED, field(sent, "title", enum=["a"])),
    "request type narrowed": (Rule.TYPE_CHANGED, field(sent, "minutes", type="integer")),
    "request type changed": (Rule.TYPE_CHANGED, field(sent, "title", type="integer")),
    "request bound narrowed": (Rule.BOUNDS_NARROWED, field(sent, "title", maxLength=199)),
    "request pattern added": (Rule.BOUNDS_NARROWED, field(sent, "title", pattern="^A")),
    "request bound of a nullable": (Rule.BOUNDS_NARROWED, field(sent, "minutes", minimum=2)),
    "request keyword": (Rule.KEYWORD_CHANGED, field(sent, "title", **{"not": {"const": "a"}})),
    "request forbids additions": (
        Rule.ADDITIONAL_PROPERTIES_TIGHTENED,
        lambda api: sent(api).update(additionalProperties=False),
    ),
    "authentication added": (
        Rule.AUTHENTICATION_ADDED,
        lambda api: read(api).update(security=[{"bearer": []}]),
    ),
    "authentication added for all": (
        Rule.AUTHENTICATION_ADDED,
        lambda api: api.update(security=[{"bearer": []}]),
    ),
}

ADDITIVE: dict[str, Change] = {
    "path": lambda api: api["paths"].update({"/queues": {"get": {"responses": {}}}}),
    "method": lambda api: item(api).update(delete={"responses": {"204": {}}}),
    "optional parameter": parameter(name="year", **{"in": "query"}),
    "optional header": parameter(name="Accept-Language", **{"in": "header"}),
    "response": lambda api: read(api)["responses"].update({"410": {}}),
    "media type": lambda api: ok(api)["content"].update({"text/csv": {}}),
    "response property": lambda api: ticket(api)["properties"].update(late={"type": "integer"}),
    "response property always there": lambda api: ticket(api)["required"].append("late"),
    "response never null": lambda api: ticket(api)["properties"].update(
        assignee={"type": "string"}
    ),
    "response loses a form": lambda api: ticket(api)["properties"]["author"]["oneOf"].pop(),
    "optional request field": lambda api: sent(api)["properties"].update(late={"type": "null"}),
    "request field no longer required": lambda api: sent(api)["required"].clear(),
    "request enum wider": field(sent, "priority", enum=["P1", "P2", "P3"]),
    "request type wider": field(sent, "minutes", type=["number", "null"]),
    "request bound wider": field(sent, "title", maxLength=201),
    "request takes another form": lambda api: sent(api)["properties"].update(
        title={"anyOf": [{"type": "string", "maxLength": 200}, {"type": "null"}]}
    ),
    "description": lambda api: read(api).update(description="Said better.", deprecated=True),
}


def changed(*changes: Change) -> Document:
    api = copy.deepcopy(API)
    for change in changes:
        change(api)
    return api


@pytest.mark.parametrize("name", BREAKING)
def test_what_breaks_a_client_is_refused(name: str) -> None:
    rule, change = BREAKING[name]

    assert rule in {breach.rule for breach in openapi_breaches(API, changed(change))}


@given(st.lists(st.sampled_from(sorted(ADDITIVE)), unique=True))
def test_additive_changes_pass_alone_and_together(names: list[str]) -> None:
    new = changed(*(ADDITIVE[name] for name in names))

    assert openapi_breaches(API, new) == []


UNTOUCHED = ("path", "optional header", "response", "description", "response property")


@pytest.mark.parametrize("name", BREAKING)
def test_additive_changes_hide_no_breaking_one(name: str) -> None:
    rule, change = BREAKING[name]
    new = changed(*(ADDITIVE[other] for other in UNTOUCHED), change)

    assert rule in {breach.rule for breach in openapi_breaches(API, new)}


def test_renaming_a_path_parameter_breaks_nobody() -> None:
    new = copy.deepcopy(API)
    entry = new["paths"].pop("/tickets/{id}")
    entry["parameters"][0]["name"] = "ticket_id"
    new["paths"]["/tickets/{ticket_id}"] = entry

    assert openapi_breaches(API, new) == []


def test_open_operations_may_stay_open_beside_a_token() -> None:
    new = changed(lambda api: read(api).update(security=[{"bearer": []}, {}]))

    assert openapi_breaches(API, new) == []


def test_a_breach_names_its_place() -> None:
    _, change = BREAKING["response type"]

    pointers = {breach.pointer for breach in openapi_breaches(API, changed(change))}

    assert pointers == {
        "/paths/~1tickets~1{id}/get/responses/200/content/application~1json/schema"
        "/properties/status/type"
    }
