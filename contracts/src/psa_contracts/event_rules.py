"""
Which changes of an event's schema break its readers or its publisher. Pure functions.

Strict in both directions: old and new versions of services run side by side, so each must
read what the other publishes. An optional property may come; nothing else that is promised
may change.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from psa_contracts.breaches import Breach, Rule
from psa_contracts.keywords import (
    Schema,
    Seen,
    as_schema,
    changed_keywords,
    narrowed_bounds,
    resolve,
    show,
    token,
    types,
    values,
)

COMBINERS = ("allOf", "anyOf", "oneOf")


def event_breaches(old: Schema, new: Schema) -> list[Breach]:
    """Return what breaks when the schema *old* becomes *new*; empty for additive changes."""
    identity = (
        Breach(token(word), Rule.IDENTITY_CHANGED, f"was {old.get(word)!r}, is {new.get(word)!r}")
        for word in ("$id", "x-subject")
        if old.get(word) != new.get(word)
    )
    return sorted([*identity, *_Comparison(old, new).schemas(old, new, "")])


@dataclass(frozen=True, slots=True)
class _Comparison:
    old_root: Schema
    new_root: Schema
    seen: Seen = field(default_factory=Seen)

    def schemas(self, old: Any, new: Any, at: str) -> Iterator[Breach]:
        before, after = resolve(self.old_root, old), resolve(self.new_root, new)
        if not self.seen.first_time(before, after):
            return

        yield from _value_breaches(before, after, at)
        yield from self._properties(before, after, at)
        yield from self._additional(before, after, at)
        yield from self._items(before, after, at)
        yield from self._combined(before, after, at)

    def _properties(self, old: Schema, new: Schema, at: str) -> Iterator[Breach]:
        before: Schema = old.get("properties", {})
        after: Schema = new.get("properties", {})
        for name, described in before.items():
            here = f"{at}/properties{token(name)}"
            if name in after:
                yield from self.schemas(described, after[name], here)
            else:
                yield Breach(here, Rule.PROPERTY_REMOVED, f"property {name!r} is gone")

    def _additional(self, old: Schema, new: Schema, at: str) -> Iterator[Breach]:
        before: Any = old.get("additionalProperties", True)
        after: Any = new.get("additionalProperties", True)
        here = f"{at}/additionalProperties"
        if not isinstance(before, bool) and not isinstance(after, bool):
            yield from self.schemas(before, after, here)
        elif after is not True and before is not False and before != after:
            found = "fewer additional properties are allowed"
            yield Breach(here, Rule.ADDITIONAL_PROPERTIES_TIGHTENED, found)

    def _items(self, old: Schema, new: Schema, at: str) -> Iterator[Breach]:
        if "items" in old and "items" in new:
            yield from self.schemas(old["items"], new["items"], f"{at}/items")
        elif "items" in old or "items" in new:
            yield Breach(f"{at}/items", Rule.TYPE_CHANGED, "what the items are has changed")

    def _combined(self, old: Schema, new: Schema, at: str) -> Iterator[Breach]:
        for keyword in COMBINERS:
            before, after = old.get(keyword, []), new.get(keyword, [])
            if len(before) != len(after):
                found = f"{keyword} had {len(before)} forms and has {len(after)}"
                yield Breach(at + token(keyword), Rule.TYPE_CHANGED, found)
                continue
            for index, (one, other) in enumerate(zip(before, after, strict=True)):
                yield from self.schemas(one, other, f"{at}/{keyword}/{index}")


def _value_breaches(old: Schema, new: Schema, at: str) -> Iterator[Breach]:
    if types(old) != types(new):
        found = f"was {show(types(old))}, is {show(types(new))}"
        yield Breach(f"{at}/type", Rule.TYPE_CHANGED, found)
    if old.get("format") != new.get("format"):
        found = f"was {old.get('format')!r}, is {new.get('format')!r}"
        yield Breach(f"{at}/format", Rule.FORMAT_CHANGED, found)
    if old.get("const", new) != new.get("const", new):
        found = f"was {old.get('const')!r}, is {new.get('const')!r}"
        yield Breach(f"{at}/const", Rule.CONST_CHANGED, found)
    if values(old) != values(new):
        found = f"was {old.get('enum')}, is {new.get('enum')}"
        yield Breach(f"{at}/enum", Rule.ENUM_CHANGED, found)
    if set(old.get("required", [])) != set(new.get("required", [])):
        names = set(old.get("required", [])) ^ set(new.get("required", []))
        found = f"no longer the same for {', '.join(sorted(names))}"
        yield Breach(f"{at}/required", Rule.REQUIRED_CHANGED, found)

    for keyword in narrowed_bounds(old, new):
        found = f"was {old.get(keyword, 'open')}, is {new[keyword]}"
        yield Breach(at + token(keyword), Rule.BOUNDS_NARROWED, found)
    for keyword in changed_keywords(as_schema(old), as_schema(new)):
        found = f"was {old.get(keyword)!r}, is {new.get(keyword)!r}"
        yield Breach(at + token(keyword), Rule.KEYWORD_CHANGED, found)
