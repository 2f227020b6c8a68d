"""How the query string of a route that is no list is read: strictly, like a body."""

from typing import Any, TypeVar

import msgspec
from litestar import Request

from psa_common.errors import Invalid

Q = TypeVar("Q", bound=msgspec.Struct)


def read_question(request: Request[Any, Any, Any], type_: type[Q]) -> Q:
    """
    Return the query string as *type_*.

    Raises Invalid for a parameter that is unknown, missing, of a wrong type or sent twice.
    """
    raw: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in raw:
            raise Invalid("Send each query parameter once.", field=name)
        if name not in type_.__struct_fields__:
            known = ", ".join(sorted(type_.__struct_fields__))
            raise Invalid(f"Unknown query parameter; known are {known}.", field=name)
        raw[name] = value
    try:
        return msgspec.convert(raw, type_, strict=False)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$.")
        raise Invalid(f"{message}.", field=path.rstrip("`") or None) from None
