"""What a change says of one field: another value, or nothing."""

from typing import TypeVar

import msgspec

T = TypeVar("T")


def given(value: T | msgspec.UnsetType, otherwise: T) -> T:
    """Return *value*, or *otherwise* when the change does not name the field."""
    return otherwise if value is msgspec.UNSET else value
