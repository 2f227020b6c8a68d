"""
Whether a client survives a changed schema in an OpenAPI document. Pure functions.

What a client sends must go on being accepted; what it receives must go on being what it
was promised.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from psa_contracts.breaches import Breach, Rule
from psa_contracts.keywords import (
    Schema,
    Seen,
    changed_keywords,
    narrowed_bounds,
    resolve,
    show,
    token,
    types,
    values,
)

NULL = frozenset({"null"})


class Use(StrEnum):
    """On which side of the wire a schema stands."""

    REQUEST = "request"
    RESPONSE = "response"


@dataclass(frozen=True, slots=True)
class SchemaComparison:
    """The comparison of two schemas, each within its own document, for one use."""

    old_root: Schema
    new_root: Schema
    use: Use
    seen: Seen = field(default_factory=Seen)

    def schemas(self, old: Any, new: Any, at: str) -> Iterator[Breach]:
        """Return what breaks when *old* becomes *new*."""
        before, after = resolve(self.old_root, old), resolve(self.new_root, new)
        if not self.seen.first_time(before, after):
            return

        if _is_union(before) or _is_union(after):
            yield from self._unions(before, after, at)
            return
        yield from _value_breaches(before, after, at, self.use)
        yield from self._properties(before, after, at)
        yield from self._additional(before, after, at)
        yield from self._items(before, after, at)
        yield from self._all_of(before, after, at)

    def _unions(self, old: Schema, new: Schema, at: str) -> Iterator[Breach]:
        """A request's old forms must all be accepted, a response's new forms all be known."""
        before = self._branches(self.old_root, old)
        after = self._branches(self.new_root, new)
        nulls_fit, one, other = _null_fits(before, after, self.use), _real(before), _real(after)
        if len(one) == len(other) == 1:
            if not nulls_fit:
                yield Breach(at, Rule.TYPE_CHANGED, "whether it may be null has changed")
            yield from self.schemas(one[0], other[0], at)
            return

        if self.use is Use.REQUEST:
            lost = [form for form in before if not any(self._fits(form, two) for two in after)]
        else:
            lost = [form for form in after if not any(self._fits(two, form) for two in before)]
        for form in lost:
            word = "accepted" if self.use is Use.REQUEST else "known to clients"
            name = form.get("title") or show(types(form))
            yield Breach(at, Rule.TYPE_CHANGED, f"the form {name} is not {word}")

    def _branches(self, root: Schema, schema: Schema) -> list[Schema]:
        forms = schema.get("anyOf") or schema.get("oneOf")
        if forms:
            return [leaf for form in forms for leaf in self._branches(root, resolve(root, form))]
        named = types(schema)
        if len(named) > 1:
            return [{**schema, "type": name} for name in sorted(named)]
        return [schema]

    def _fits(self, old: Schema, new: Schema) -> bool:
        return next(self._fresh().schemas(old, new, ""), None) is None

    def _fresh(self) -> "SchemaComparison":
        return SchemaComparison(self.old_root, self.new_root, self.use, self.seen.copy())

    def _properties(self, old: Schema, new: Schema, at: str) -> Iterator[Breach]:
        after: Schema = new.get("properties", {})
        for name, described in old.get("properties", {}).items():
            here = f"{at}/properties{token(name)}"
            if name in after:
                yield from self.schemas(described, after[name], here)
            else:
                found = f"{self.use} property {name!r} is gone"
                yield Breach(here, Rule.PROPERTY_REMOVED, found)

    def _additional(self, old: Schema, new: Schema, at: str) -> Iterator[Breach]:
        before = old.get("additionalProperties", True)
        after = new.get("additionalProperties", True)
        here = f"{at}/additionalProperties"
        if isinstance(before, dict) and isinstance(after, dict):
            yield from self.schemas(before, after, here)
        elif (
            self.use is Use.REQUEST
            and after is not True
            and before is not False
            and before != after
        ):
            found = "fewer additional properties are allowed"
            yield Breach(here, Rule.ADDITIONAL_PROPERTIES_TIGHTENED, found)

    def _items(self, old: Schema, new: Schema, at: str) -> Iterator[Breach]:
        required_side = new if self.use is Use.REQUEST else old
        if "items" in old and "items" in new:
            yield from self.schemas(old["items"], new["items"], f"{at}/items")
        elif "items" in required_side:
            yield Breach(f"{at}/items", Rule.TYPE_CHANGED, "what the items are has changed")

    def _all_of(self, old: Schema, new: Schema, at: str) -> Iterator[Breach]:
        before, after = old.get("allOf", []), new.get("allOf", [])
        if len(before) != len(after):
            found = f"allOf had {len(before)} parts and has {len(after)}"
            yield Breach(f"{at}/allOf", Rule.TYPE_CHANGED, found)
            return
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from self.schemas(one, other, f"{at}/allOf/{index}")


def _is_union(schema: Schema) -> bool:
    return bool(schema.get("anyOf") or schema.get("oneOf")) or len(types(schema)) > 1


def _null_fits(old: list[Schema], new: list[Schema], use: Use) -> bool:
    giving, taking = (old, new) if use is Use.REQUEST else (new, old)
    return len(_real(giving)) == len(giving) or len(_real(taking)) < len(taking)


def _real(forms: list[Schema]) -> list[Schema]:
    return [form for form in forms if types(form) != NULL]


def _value_breaches(old: Schema, new: Schema, at: str, use: Use) -> Iterator[Breach]:
    if not _types_fit(types(old), types(new), use):
        found = f"was {show(types(old))}, is {show(types(new))}"
        yield Breach(f"{at}/type", Rule.TYPE_CHANGED, found)
    if not _word_fits(old.get("format"), new.get("format"), use):
        found = f"was {old.get('format')!r}, is {new.get('format')!r}"
        yield Breach(f"{at}/format", Rule.FORMAT_CHANGED, found)
    if not _word_fits(old.get("const"), new.get("const"), use):
        found = f"was {old.get('const')!r}, is {new.get('const')!r}"
        yield Breach(f"{at}/const", Rule.CONST_CHANGED, found)
    if not _values_fit(values(old), values(new), use):
        found = f"was {old.get('enum', 'open')}, is {new.get('enum', 'open')}"
        yield Breach(f"{at}/enum", Rule.ENUM_CHANGED, found)
    yield from _required(old, new, at, use)

    if use is Use.REQUEST:
        for keyword in narrowed_bounds(old, new):
            found = f"was {old.get(keyword, 'open')}, is {new[keyword]}"
            yield Breach(at + token(keyword), Rule.BOUNDS_NARROWED, found)
    for keyword in changed_keywords(old, new):
        found = f"was {old.get(keyword)!r}, is {new.get(keyword)!r}"
        yield Breach(at + token(keyword), Rule.KEYWORD_CHANGED, found)


def _types_fit(old: frozenset[str], new: frozenset[str], use: Use) -> bool:
    """Every integer is a number; no named type is any type."""
    giving, taking = (old, new) if use is Use.REQUEST else (new, old)
    if not taking:
        return True
    if "number" in taking:
        taking = taking | {"integer"}
    return bool(giving) and giving <= taking


def _word_fits(old: object, new: object, use: Use) -> bool:
    giving, taking = (old, new) if use is Use.REQUEST else (new, old)
    return taking is None or giving == taking


def _values_fit(old: frozenset[str] | None, new: frozenset[str] | None, use: Use) -> bool:
    """A request may allow more values; a client counts on exactly those of a response."""
    if use is Use.RESPONSE:
        return old is None or old == new

    return new is None or (old is not None and old <= new)


def _required(old: Schema, new: Schema, at: str, use: Use) -> Iterator[Breach]:
    before, after = set(old.get("required", [])), set(new.get("required", []))
    changed = after - before if use is Use.REQUEST else before - after
    if changed:
        word = "has become required" if use is Use.REQUEST else "is no longer always there"
        found = f"{', '.join(sorted(changed))} {word}"
        yield Breach(f"{at}/required", Rule.REQUIRED_CHANGED, found)
