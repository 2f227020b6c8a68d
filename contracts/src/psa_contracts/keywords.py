"""What the keywords of JSON Schema mean to a comparison. Pure functions over decoded JSON."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Schema = dict[str, Any]

LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
#: They forbid nothing, so they may change at will.
ANNOTATIONS = frozenset(
    {
        "$comment", "$defs", "$schema", "contentMediaType", "default", "deprecated", "description",
        "discriminator", "example", "examples", "externalDocs", "readOnly", "title", "writeOnly",
        "xml",
    }
)  # fmt: skip
COMPARED = frozenset(
    {
        *LOWER_BOUNDS, *UPPER_BOUNDS, "$id", "$ref", "additionalProperties", "allOf", "anyOf",
        "const", "enum", "format", "items", "multipleOf", "oneOf", "pattern", "properties",
        "required", "type", "uniqueItems",
    }
)  # fmt: skip


class DeadReference(ValueError):
    """A $ref names nothing in its own document."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The pairs of schemas compared so far, kept alive so that their identities stay theirs."""

    pairs: dict[tuple[int, int], tuple[Schema, Schema]] = field(
        default_factory=dict[tuple[int, int], tuple[Schema, Schema]]
    )

    def first_time(self, old: Schema, new: Schema) -> bool:
        """Return whether this pair is new; schemas may refer to themselves."""
        before = len(self.pairs)
        self.pairs.setdefault((id(old), id(new)), (old, new))
        return len(self.pairs) > before

    def copy(self) -> "Seen":
        """Return the same pairs, to go on from apart."""
        return Seen(dict(self.pairs))


def as_schema(value: Any) -> Schema:
    """Return a schema as an object: `true` allows all, `false` nothing."""
    if isinstance(value, bool):
        return {} if value else {"not": {}}

    return value


def types(schema: Schema) -> frozenset[str]:
    """Return the types that a schema allows; empty for any."""
    named = schema.get("type", [])
    return frozenset([named] if isinstance(named, str) else named)


def values(schema: Schema) -> frozenset[str] | None:
    """Return the values of a closed enum in a form that compares; None without one."""
    if "enum" not in schema:
        return None

    return frozenset(repr(value) for value in schema["enum"])


def narrowed_bounds(old: Schema, new: Schema) -> Iterator[str]:
    """Name the keywords by which *new* allows less than *old*."""
    for keyword in LOWER_BOUNDS:
        lowest = 0 if keyword not in {"minimum", "exclusiveMinimum"} else -math.inf
        if new.get(keyword, lowest) > old.get(keyword, lowest):
            yield keyword
    for keyword in UPPER_BOUNDS:
        if new.get(keyword, math.inf) < old.get(keyword, math.inf):
            yield keyword
    for keyword in ("multipleOf", "pattern"):
        if keyword in new and new[keyword] != old.get(keyword):
            yield keyword
    if new.get("uniqueItems", False) and not old.get("uniqueItems", False):
        yield "uniqueItems"


def changed_keywords(old: Schema, new: Schema) -> Iterator[str]:
    """Name the keywords that differ and that no rule of ours understands."""
    for keyword in sorted(old.keys() | new.keys()):
        known = keyword in ANNOTATIONS or keyword in COMPARED or keyword.startswith("x-")
        if not known and old.get(keyword) != new.get(keyword):
            yield keyword


def token(key: str | int) -> str:
    """Return one step of a JSON pointer (RFC 6901)."""
    return "/" + str(key).replace("~", "~0").replace("/", "~1")


def resolve(root: Schema, schema: Any) -> Schema:
    """Follow local references until a schema stands there; raises DeadReference."""
    here = as_schema(schema)
    while "$ref" in here:
        here = as_schema(_target(root, here["$ref"]))
    return here


def _target(root: Schema, reference: str) -> Any:
    target: Any = root
    for step in reference.removeprefix("#/").split("/"):
        try:
            target = target[step.replace("~1", "/").replace("~0", "~")]
        except (KeyError, TypeError):
            raise DeadReference(f"$ref {reference!r} leads nowhere in its document.") from None
    return target


def show(names: frozenset[str]) -> str:
    """Return the names of types as they fit into a sentence."""
    return " or ".join(sorted(names)) or "any type"
