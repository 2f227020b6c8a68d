"""How the query string of a route that is no list is read: strictly, like a body."""

import re
from datetime import date
from typing import Any, TypeVar

import msgspec
from litestar import Request

from psa_common.errors import Invalid
from psa_common.inputs import EARLIEST_YEAR, LATEST_YEAR

Q = TypeVar("Q", bound=msgspec.Struct)

VALUE_LENGTH_MAX = 500
UNKNOWN_FIELD = re.compile(r"unknown field `(?P<name>[^`]*)`")
MISSING_FIELD = re.compile(r"required field `(?P<name>[^`]*)`")
FIELD_PATH = re.compile(r" - at `\$\.(?P<name>[^`]*)`$")


def read_question(request: Request[Any, Any, Any], type_: type[Q]) -> Q:
    """
    Return the query string as *type_*, a Struct that forbids unknown fields.

    Raises Invalid for a parameter that is unknown, missing, of a wrong type or sent twice.
    """
    raw: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in raw:
            raise Invalid("Send each query parameter once.", field=name)
        if not value.isprintable() or len(value) > VALUE_LENGTH_MAX:
            raise Invalid("The value is too long or holds a control character.", field=name)
        raw[name] = value

    try:
        asked = msgspec.convert(raw, type_, strict=False)
    except (msgspec.ValidationError, OverflowError) as error:
        raise _named(str(error), type_) from None
    _check_years(asked)
    return asked


def _check_years(asked: msgspec.Struct) -> None:
    for field in msgspec.structs.fields(asked):
        value = getattr(asked, field.name)
        if isinstance(value, date) and not EARLIEST_YEAR <= value.year <= LATEST_YEAR:
            raise Invalid(
                f"The year must be {EARLIEST_YEAR} to {LATEST_YEAR}.", field=field.encode_name
            )


def _named(text: str, type_: type[msgspec.Struct]) -> Invalid:
    """Turn msgspec's message into a refusal that names the parameter."""
    if match := UNKNOWN_FIELD.search(text):
        known = ", ".join(sorted(type_.__struct_encode_fields__))
        return Invalid(f"Unknown query parameter; known are {known}.", field=match["name"])
    if match := MISSING_FIELD.search(text):
        return Invalid("This query parameter is needed.", field=match["name"])
    match = FIELD_PATH.search(text)
    return Invalid(f"{FIELD_PATH.sub('', text)}.", field=match["name"] if match else "")
