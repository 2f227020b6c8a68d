"""Schemas with samples, and the ways in which a schema may be changed."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from psa_contracts.breaches import Rule
from psa_contracts.keywords import Schema

NAMES = ("number", "title", "minutes", "billable", "lines", "customer_id", "note")


@dataclass(frozen=True, slots=True)
class Mutation:
    """A change to one place of a schema, and the rule that must refuse it; None if it may pass."""

    name: str
    rule: Rule | None
    applies: Callable[[Schema], bool]
    apply: Callable[[Schema], None]


def _set(**keywords: Any) -> Callable[[Schema], None]:
    return lambda schema: schema.update(keywords)


def _is(*types: str) -> Callable[[Schema], bool]:
    return lambda schema: schema.get("type") in types


def _has(keyword: str) -> Callable[[Schema], bool]:
    return lambda schema: bool(schema.get(keyword))


def _drop_last_property(schema: Schema) -> None:
    schema["properties"].popitem()


def _shift(keyword: str, by: int) -> Callable[[Schema], None]:
    def apply(schema: Schema) -> None:
        schema[keyword] += by

    return apply


def _add_property(schema: Schema) -> None:
    schema["properties"]["added_later"] = {"type": "string", "description": "New."}


ADDITIVE = (
    Mutation("add an optional property", None, _is("object"), _add_property),
    Mutation("describe", None, lambda _: True, _set(description="Said better.", title="T")),
    Mutation("give examples", None, lambda _: True, _set(examples=["one"], deprecated=True)),
    Mutation("know more values", None, lambda _: True, _set(**{"x-open-enum": ["a", "b"]})),
    Mutation("allow longer text", None, _has("maxLength"), _shift("maxLength", 5)),
    Mutation("allow larger numbers", None, _has("maximum"), _shift("maximum", 5)),
    Mutation("allow smaller numbers", None, _has("minimum"), _shift("minimum", -5)),
    Mutation("drop a bound", None, _has("maxLength"), lambda schema: schema.pop("maxLength")),
)

BREAKING = (
    Mutation("remove a property", Rule.PROPERTY_REMOVED, _has("properties"), _drop_last_property),
    Mutation(
        "require more",
        Rule.REQUIRED_CHANGED,
        _is("object"),
        lambda schema: schema.update(required=[*schema["required"], "added_later"]),
    ),
    Mutation(
        "require less",
        Rule.REQUIRED_CHANGED,
        _has("required"),
        lambda schema: schema.update(required=schema["required"][1:]),
    ),
    Mutation("number as text", Rule.TYPE_CHANGED, _is("integer"), _set(type="string")),
    Mutation("text as number", Rule.TYPE_CHANGED, _is("string"), _set(type="integer")),
    Mutation("allow null", Rule.TYPE_CHANGED, _is("string"), _set(type=["string", "null"])),
    Mutation("other format", Rule.FORMAT_CHANGED, _is("string"), _set(format="ipv6")),
    Mutation("fix the value", Rule.CONST_CHANGED, lambda _: True, _set(const="fixed")),
    Mutation(
        "add a value",
        Rule.ENUM_CHANGED,
        _has("enum"),
        lambda schema: schema.update(enum=[*schema["enum"], "new"]),
    ),
    Mutation(
        "remove a value",
        Rule.ENUM_CHANGED,
        _has("enum"),
        lambda schema: schema.update(enum=schema["enum"][1:]),
    ),
    Mutation("open the enum", Rule.ENUM_CHANGED, _has("enum"), lambda schema: schema.pop("enum")),
    Mutation("close the values", Rule.ENUM_CHANGED, _is("integer"), _set(enum=[1])),
    Mutation("shorten", Rule.BOUNDS_NARROWED, _has("maxLength"), _shift("maxLength", -1)),
    Mutation("lower the top", Rule.BOUNDS_NARROWED, _has("maximum"), _shift("maximum", -1)),
    Mutation("raise the floor", Rule.BOUNDS_NARROWED, _has("minimum"), _shift("minimum", 1)),
    Mutation("bound the list", Rule.BOUNDS_NARROWED, _is("array"), _set(minItems=4)),
    Mutation("want a pattern", Rule.BOUNDS_NARROWED, _is("string"), _set(pattern="^NEW")),
    Mutation("no item twice", Rule.BOUNDS_NARROWED, _is("array"), _set(uniqueItems=True)),
    Mutation(
        "forbid additions",
        Rule.ADDITIONAL_PROPERTIES_TIGHTENED,
        _is("object"),
        _set(additionalProperties=False),
    ),
    Mutation("other items", Rule.TYPE_CHANGED, _is("array"), _set(items={"type": "null"})),
    Mutation("forbid by a new word", Rule.KEYWORD_CHANGED, lambda _: True, _set(**{"not": {}})),
)


def places(schema: Schema) -> Iterator[Schema]:
    """Walk over a schema and everything in it."""
    yield schema
    for described in schema.get("properties", {}).values():
        yield from places(described)
    if "items" in schema:
        yield from places(schema["items"])


def mutated(schema: Schema, mutation: Mutation, choose: int) -> Schema | None:
    """Return a copy with *mutation* at one place where it applies; None if there is none."""
    changed = copy.deepcopy(schema)
    fitting = [place for place in places(changed) if mutation.applies(place)]
    if not fitting:
        return None

    mutation.apply(fitting[choose % len(fitting)])
    return changed


_SCALARS: tuple[tuple[Schema, st.SearchStrategy[Any]], ...] = (
    ({"type": "string", "minLength": 1, "maxLength": 9}, st.text(min_size=1, max_size=9)),
    ({"type": "string", "format": "uuid"}, st.uuids().map(str)),
    ({"type": "string", "format": "date"}, st.dates().map(str)),
    ({"type": "string", "enum": ["met", "missed"]}, st.sampled_from(["met", "missed"])),
    ({"type": "integer", "minimum": -9, "maximum": 9}, st.integers(-9, 9)),
    ({"type": ["string", "null"], "maxLength": 9}, st.none() | st.text(max_size=9)),
    ({"type": "boolean"}, st.booleans()),
)

#: Every mutation applies somewhere in it.
ONE_OF_EACH: Schema = {
    "type": "object",
    "required": ["kind_0"],
    "properties": {f"kind_{index}": schema for index, (schema, _) in enumerate(_SCALARS)}
    | {"kinds": {"type": "array", "items": {"type": "string"}}},
}


@st.composite
def scalars(draw: st.DrawFn) -> tuple[Schema, Any]:
    schema, instances = draw(st.sampled_from(_SCALARS))
    return copy.deepcopy(schema), draw(instances)


@st.composite
def schemas_with_samples(draw: st.DrawFn, depth: int = 2) -> tuple[Schema, Any]:
    """Draw an object schema as events have them, and one sample that is valid."""
    properties: Schema = {}
    sample: Schema = {}
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True)):
        kinds = ["scalar", "array", "object"] if depth else ["scalar"]
        properties[name], sample[name] = draw(_of_kind(draw(st.sampled_from(kinds)), depth))

    required = draw(st.lists(st.sampled_from(sorted(properties)), unique=True))
    left_out = draw(st.sets(st.sampled_from(sorted(properties)))) - set(required)
    schema: Schema = {"type": "object", "required": required, "properties": properties}
    return schema, {name: value for name, value in sample.items() if name not in left_out}


def _of_kind(kind: str, depth: int) -> st.SearchStrategy[tuple[Schema, Any]]:
    if kind == "scalar":
        return scalars()
    if kind == "object":
        return schemas_with_samples(depth - 1)

    return scalars().map(lambda pair: ({"type": "array", "items": pair[0]}, [pair[1]] * 2))
