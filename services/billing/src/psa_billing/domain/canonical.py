"""One spelling of a value as bytes, so that equal results are equal byte for byte."""

import json
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID


def canonical_bytes(value: object) -> bytes:
    """Return the only JSON spelling of *value*: sorted keys, no spaces, decimals as text."""
    text = json.dumps(
        value,
        default=_spelled,
        ensure_ascii=False,
        allow_nan=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return text.encode()


def decimal_text(value: Decimal) -> str:
    """Return *value* without exponent and without trailing zeros after the point."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _spelled(value: object) -> object:
    match value:
        case Decimal():
            return decimal_text(value)
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case frozenset():
            return sorted(map(str, value))  # pyright: ignore[reportUnknownArgumentType] # keys
        case _ if is_dataclass(value):
            return {each.name: getattr(value, each.name) for each in fields(value)}
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical spelling.")
