"""Which changes of an OpenAPI document break a client that was written against the old one."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from psa_contracts.breaches import Breach, Rule
from psa_contracts.keywords import Schema, resolve, token
from psa_contracts.openapi_schemas import SchemaComparison, Use

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
#: Security requirements: alternatives, each a set of schemes with scopes.
Alternatives = list[dict[str, list[str]]]


def openapi_breaches(old: Schema, new: Schema) -> list[Breach]:
    """Return what breaks for a client when *old* becomes *new*; empty for additive changes."""
    return sorted(set(_Documents(old, new).paths()))


@dataclass(frozen=True, slots=True)
class _Documents:
    old: Schema
    new: Schema

    def paths(self) -> Iterator[Breach]:
        after = {_without_names(path): path for path in self.new.get("paths", {})}
        for path, item in self.old.get("paths", {}).items():
            kept = after.get(_without_names(path))
            if kept is None:
                yield Breach(f"/paths{token(path)}", Rule.PATH_REMOVED, f"{path} is gone")
            else:
                at = f"/paths{token(kept)}"
                yield from self._methods(path, kept, item, self.new["paths"][kept], at)

    def _methods(
        self, old_path: str, new_path: str, old: Schema, new: Schema, at: str
    ) -> Iterator[Breach]:
        for method in METHODS:
            if method not in old:
                continue
            if method not in new:
                found = f"{method.upper()} {new_path} is gone"
                yield Breach(f"{at}/{method}", Rule.METHOD_REMOVED, found)
                continue

            here = f"{at}/{method}"
            before = self._parameters(self.old, old_path, old, old[method])
            after = self._parameters(self.new, new_path, new, new[method])
            yield from self._compare_parameters(before, after, here)
            yield from self._body(old[method], new[method], here)
            yield from self._responses(old[method], new[method], here)
            yield from self._security(old[method], new[method], here)

    def _parameters(
        self, root: Schema, path: str, item: Schema, operation: Schema
    ) -> dict[tuple[str, str], Schema]:
        places = {name: str(index) for index, name in enumerate(_names(path))}
        named: dict[tuple[str, str], Schema] = {}
        for reference in [*item.get("parameters", []), *operation.get("parameters", [])]:
            parameter = resolve(root, reference)
            where: str = parameter["in"]
            named[where, _name_on_the_wire(parameter, places)] = parameter
        return named

    def _compare_parameters(
        self,
        old: Mapping[tuple[str, str], Schema],
        new: Mapping[tuple[str, str], Schema],
        at: str,
    ) -> Iterator[Breach]:
        for key, parameter in old.items():
            here = f"{at}/parameters{token(parameter['name'])}"
            if key not in new:
                found = f"{key[0]} parameter {parameter['name']!r} is gone"
                yield Breach(here, Rule.PARAMETER_REMOVED, found)
                continue
            before, after = parameter.get("schema", {}), new[key].get("schema", {})
            yield from self._schemas(before, after, f"{here}/schema", Use.REQUEST)

        for key, parameter in new.items():
            was_required = key in old and old[key].get("required", False)
            if parameter.get("required", False) and not was_required:
                here = f"{at}/parameters{token(parameter['name'])}"
                found = f"{key[0]} parameter {parameter['name']!r} has become required"
                yield Breach(here, Rule.PARAMETER_REQUIRED, found)

    def _body(self, old: Schema, new: Schema, at: str) -> Iterator[Breach]:
        here = f"{at}/requestBody"
        before = resolve(self.old, old.get("requestBody", {}))
        after = resolve(self.new, new.get("requestBody", {}))
        if before and not after:
            yield Breach(here, Rule.REQUEST_BODY_REMOVED, "the request body is gone")
            return
        if after.get("required", False) and not before.get("required", False):
            yield Breach(here, Rule.REQUEST_BODY_REQUIRED, "the request body has become required")
        yield from self._contents(before, after, here, Use.REQUEST)

    def _responses(self, old: Schema, new: Schema, at: str) -> Iterator[Breach]:
        after: Schema = new.get("responses", {})
        for status, described in old.get("responses", {}).items():
            here = f"{at}/responses{token(status)}"
            if status not in after:
                yield Breach(here, Rule.RESPONSE_REMOVED, f"response {status} is gone")
                continue
            one, other = resolve(self.old, described), resolve(self.new, after[status])
            yield from self._contents(one, other, here, Use.RESPONSE)
            yield from self._headers(one, other, here)

    def _headers(self, old: Schema, new: Schema, at: str) -> Iterator[Breach]:
        after = {name.lower(): header for name, header in new.get("headers", {}).items()}
        for name, header in old.get("headers", {}).items():
            here = f"{at}/headers{token(name)}"
            if name.lower() not in after:
                yield Breach(here, Rule.RESPONSE_HEADER_REMOVED, f"header {name} is gone")
                continue
            one = resolve(self.old, header).get("schema", {})
            other = resolve(self.new, after[name.lower()]).get("schema", {})
            yield from self._schemas(one, other, f"{here}/schema", Use.RESPONSE)

    def _contents(self, old: Schema, new: Schema, at: str, use: Use) -> Iterator[Breach]:
        after: Schema = new.get("content", {})
        for media_type, described in old.get("content", {}).items():
            here = f"{at}/content{token(media_type)}"
            if media_type not in after:
                yield Breach(here, Rule.MEDIA_TYPE_REMOVED, f"{media_type} is gone")
                continue
            one, other = described.get("schema", {}), after[media_type].get("schema", {})
            yield from self._schemas(one, other, f"{here}/schema", use)

    def _schemas(self, old: Any, new: Any, at: str, use: Use) -> Iterator[Breach]:
        yield from SchemaComparison(self.old, self.new, use).schemas(old, new, at)

    def _security(self, old: Schema, new: Schema, at: str) -> Iterator[Breach]:
        before = _alternatives(self.old, old)
        after = _alternatives(self.new, new)
        for accepted in before:
            if not any(_is_satisfied(wanted, accepted) for wanted in after):
                found = f"{', '.join(accepted) or 'no token'} is no longer enough"
                yield Breach(f"{at}/security", Rule.AUTHENTICATION_ADDED, found)


def _name_on_the_wire(parameter: Schema, places: Mapping[str, str]) -> str:
    """Headers ignore case; a parameter of the path is known by its place, not by its name."""
    name: str = parameter["name"]
    if parameter["in"] == "header":
        return name.lower()

    return places.get(name, name) if parameter["in"] == "path" else name


def _names(path: str) -> list[str]:
    return re.findall(r"{([^}]*)}", path)


def _without_names(path: str) -> str:
    return re.sub(r"{[^}]*}", "{}", path)


def _alternatives(document: Schema, operation: Schema) -> Alternatives:
    """Return what opens an operation; an empty alternative needs nothing."""
    return operation.get("security", document.get("security", [])) or [{}]


def _is_satisfied(wanted: dict[str, list[str]], offered: dict[str, list[str]]) -> bool:
    return all(
        scheme in offered and set(scopes) <= set(offered[scheme])
        for scheme, scopes in wanted.items()
    )
