"""The kinds of breaking change, and how each is mended."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """What a change did that the other side may not survive."""

    CONTRACT_REMOVED = "contract_removed"
    IDENTITY_CHANGED = "identity_changed"
    PROPERTY_REMOVED = "property_removed"
    REQUIRED_CHANGED = "required_changed"
    TYPE_CHANGED = "type_changed"
    FORMAT_CHANGED = "format_changed"
    CONST_CHANGED = "const_changed"
    ENUM_CHANGED = "enum_changed"
    BOUNDS_NARROWED = "bounds_narrowed"
    ADDITIONAL_PROPERTIES_TIGHTENED = "additional_properties_tightened"
    KEYWORD_CHANGED = "keyword_changed"
    SAMPLE_REFUSED = "sample_refused"
    PATH_REMOVED = "path_removed"
    METHOD_REMOVED = "method_removed"
    PARAMETER_REMOVED = "parameter_removed"
    PARAMETER_REQUIRED = "parameter_required"
    REQUEST_BODY_REMOVED = "request_body_removed"
    REQUEST_BODY_REQUIRED = "request_body_required"
    MEDIA_TYPE_REMOVED = "media_type_removed"
    RESPONSE_REMOVED = "response_removed"
    RESPONSE_HEADER_REMOVED = "response_header_removed"
    AUTHENTICATION_ADDED = "authentication_added"


@dataclass(frozen=True, slots=True, order=True)
class Breach:
    """One breaking change: where in the new document (JSON pointer), which rule, what was found."""

    pointer: str
    rule: Rule
    found: str


_KEEP = "Keep it"
_BESIDE = "or bring the change as a new version beside this one"

MEND: Mapping[Rule, str] = {
    Rule.CONTRACT_REMOVED: "Put the file back until nobody uses this version.",
    Rule.IDENTITY_CHANGED: f"{_KEEP}: envelopes and the order of events depend on it.",
    Rule.PROPERTY_REMOVED: f"{_KEEP}, {_BESIDE}.",
    Rule.REQUIRED_CHANGED: f"Restore `required`; add only optional properties, {_BESIDE}.",
    Rule.TYPE_CHANGED: f"Restore the type; put the new form into a new property, {_BESIDE}.",
    Rule.FORMAT_CHANGED: f"Restore the format; put the new form into a new property, {_BESIDE}.",
    Rule.CONST_CHANGED: f"Restore the value, {_BESIDE}.",
    Rule.ENUM_CHANGED: f"Restore the values; a reader may know no other, {_BESIDE}.",
    Rule.BOUNDS_NARROWED: f"Restore or widen the bound, {_BESIDE}.",
    Rule.ADDITIONAL_PROPERTIES_TIGHTENED: "Allow additional properties as before.",
    Rule.KEYWORD_CHANGED: f"Restore the keyword: the gate cannot judge this change, {_BESIDE}.",
    Rule.SAMPLE_REFUSED: f"Accept what was valid before, {_BESIDE}.",
    Rule.PATH_REMOVED: f"{_KEEP} and mark it deprecated until its sunset.",
    Rule.METHOD_REMOVED: f"{_KEEP} and mark it deprecated until its sunset.",
    Rule.PARAMETER_REMOVED: f"{_KEEP} and mark it deprecated; clients still send it.",
    Rule.PARAMETER_REQUIRED: "Make it optional and give it a default; clients do not send it yet.",
    Rule.REQUEST_BODY_REMOVED: f"{_KEEP}; clients still send it.",
    Rule.REQUEST_BODY_REQUIRED: "Make it optional; clients do not send it yet.",
    Rule.MEDIA_TYPE_REMOVED: f"{_KEEP}; clients still send or expect it.",
    Rule.RESPONSE_REMOVED: f"{_KEEP}; clients know how to read it.",
    Rule.RESPONSE_HEADER_REMOVED: f"{_KEEP}; clients read it.",
    Rule.AUTHENTICATION_ADDED: "Go on accepting what was accepted, or open a new path.",
}
