"""A deadline that is set and lifted with every request, and so must cost next to nothing."""

import asyncio
import math
from collections.abc import Callable


class Deadline:
    """
    Calls *expired* when *seconds* have passed between `start` and `stop`.

    Lifting it leaves its timer alone, which looks again when it rings: one timer serves
    thousands of requests.
    """

    __slots__ = ("_due", "_expired", "_loop", "_timer", "seconds")

    def __init__(self, loop: asyncio.AbstractEventLoop, expired: Callable[[], None]) -> None:
        self.seconds = math.inf
        self._loop = loop
        self._expired = expired
        self._due = math.inf
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to count."""
        self._due = self._loop.time() + self.seconds
        if self._timer is not None and self._timer.when() > self._due:
            self.close()
        if self._timer is None:
            self._timer = self._loop.call_at(self._due, self._look)

    def stop(self) -> None:
        """Lift the deadline."""
        self._due = math.inf

    def close(self) -> None:
        """Give the timer back; whoever waits no more need not be woken."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        if self._due <= self._loop.time() + 0.001:
            self._expired()
        elif self._due < math.inf:
            self._timer = self._loop.call_at(self._due, self._look)
