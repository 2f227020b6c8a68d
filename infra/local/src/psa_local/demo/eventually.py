"""The one way to wait: ask again until it is so, or say what was still missing."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

DEADLINE_SECONDS = 60.0
PAUSE_FIRST_SECONDS = 0.02
PAUSE_MAX_SECONDS = 0.5


class NeverHappened(AssertionError):
    """The deadline has passed; the message says what was awaited and what was seen last."""


def eventually(
    ask: Callable[[], T],
    *,
    awaited: str,
    holds: Callable[[T], bool] = bool,
    despite: type[Exception] | tuple[type[Exception], ...] = (),
    seconds: float = DEADLINE_SECONDS,
) -> T:
    """
    Return the first answer of *ask* that *holds*; an exception of *despite* means not yet.

    Raises NeverHappened after *seconds*.
    """
    deadline = time.monotonic() + seconds
    pause = PAUSE_FIRST_SECONDS
    while True:
        last: object
        try:
            answer = ask()
            if holds(answer):
                return answer
            last = answer
        except despite as error:
            last = error
        if time.monotonic() > deadline:
            raise NeverHappened(f"Not within {seconds:g} seconds: {awaited}; last: {last!r}")
        time.sleep(pause)
        pause = min(pause * 1.5, PAUSE_MAX_SECONDS)
