"""Identifiers that sort by the time they were made."""

import os
import time
from datetime import timedelta
from uuid import UUID


def uuid7() -> UUID:
    """Return a new UUIDv7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (
        (milliseconds & 0xFFFF_FFFF_FFFF) << 80
        | 0x7 << 76
        | (random >> 62 & 0xFFF) << 64
        | 0b10 << 62
        | random & 0x3FFF_FFFF_FFFF_FFFF
    )
    return UUID(int=value)


def earliest_after(id: UUID, look_back: timedelta) -> UUID:
    """Return the least id that can have been made later than *look_back* before *id* was."""
    milliseconds = max((id.int >> 80) - look_back // timedelta(milliseconds=1), 0)
    return UUID(int=milliseconds << 80)
