"""Fields that a tenant adds to tickets, and what they may hold."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import cast

from psa_common.errors import Detail, Invalid, Refused
from psa_tickets.domain.ticket_type import TicketType

TEXT_LENGTH_MAX = 2_000
NUMBER_MAX = 10**15


class FieldType(StrEnum):
    """What a field holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    SELECT = "select"
    MULTISELECT = "multiselect"


CHOOSING = frozenset({FieldType.SELECT, FieldType.MULTISELECT})


class OptionsMissing(Invalid):
    """A choice needs something to choose from, and only a choice does."""

    code = "options_missing"

    def __init__(self, key: str) -> None:
        super().__init__(
            f"{key}: give options to a select or multiselect, each once, and to nothing else.",
            field="options",
        )


class CustomValuesRefused(Refused):
    """The values do not fit the tenant's fields; every fault is named."""

    code = "custom_values_refused"

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(
            "Correct the custom fields.",
            details=tuple(Detail(f"custom.{key}", fault) for key, fault in faults.items()),
        )
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomField:
    """A field: its name, what it holds, and for which types of tickets; none means all."""

    key: str
    type: FieldType
    options: tuple[str, ...] = ()
    required: bool = False
    for_types: tuple[TicketType, ...] = ()

    def __post_init__(self) -> None:
        unique = len(set(self.options)) == len(self.options)
        if bool(self.options) != (self.type in CHOOSING) or not unique:
            raise OptionsMissing(self.key)

    def concerns(self, ticket_type: TicketType) -> bool:
        """Say whether tickets of the type have the field."""
        return not self.for_types or ticket_type in self.for_types


def check_values(
    values: Mapping[str, object], fields: Iterable[CustomField], ticket_type: TicketType
) -> None:
    """Raise CustomValuesRefused with every value that its field cannot hold."""
    known = {field.key: field for field in fields if field.concerns(ticket_type)}
    faults: dict[str, str] = {}
    for key, value in values.items():
        fault = _fault_of(value, known[key]) if key in known else _unknown(ticket_type, known)
        if fault:
            faults[key] = fault
    if faults:
        raise CustomValuesRefused(faults)


def missing_values(
    values: Mapping[str, object], fields: Iterable[CustomField], ticket_type: TicketType
) -> list[str]:
    """Return the keys of required fields that hold nothing."""
    return [
        field.key
        for field in fields
        if field.required and field.concerns(ticket_type) and values.get(field.key) is None
    ]


def merged(before: Mapping[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    """Return *before* with *changes*; null empties a field."""
    return {key: value for key, value in {**before, **changes}.items() if value is not None}


def _unknown(ticket_type: TicketType, known: Iterable[str]) -> str:
    there = ", ".join(sorted(known)) or "none"
    return f"A {ticket_type} has no such field; there are: {there}."


def _fault_of(value: object, field: CustomField) -> str | None:
    match field.type, value:
        case FieldType.TEXT, str() if 0 < len(value) <= TEXT_LENGTH_MAX:
            return None
        case FieldType.NUMBER, int() | float() if _is_number(value):
            return None
        case FieldType.BOOLEAN, bool():
            return None
        case FieldType.DATE, str() if _is_date(value):
            return None
        case FieldType.SELECT, str() if value in field.options:
            return None
        case FieldType.MULTISELECT, list() if _are_options(
            cast("list[object]", value), field.options
        ):
            return None
        case _:
            return _EXPECTED[field.type].format(options=", ".join(field.options))


def _is_number(value: float) -> bool:
    return not isinstance(value, bool) and abs(value) <= NUMBER_MAX


def _is_date(text: str) -> bool:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10 and 1970 <= day.year <= 2100


def _are_options(values: Sequence[object], options: Sequence[str]) -> bool:
    chosen = [value for value in values if isinstance(value, str) and value in options]
    return bool(values) and len(chosen) == len(values) == len(set(chosen))


_EXPECTED: Mapping[FieldType, str] = {
    FieldType.TEXT: f"Give a text of 1 to {TEXT_LENGTH_MAX} characters.",
    FieldType.NUMBER: "Give a number of at most fifteen digits.",
    FieldType.BOOLEAN: "Give true or false.",
    FieldType.DATE: "Give a day such as 2026-06-03.",
    FieldType.SELECT: "Give one of: {options}.",
    FieldType.MULTISELECT: "Give a list, each once, of: {options}.",
}
