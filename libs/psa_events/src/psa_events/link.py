"""Whether a loop of this process holds its connection to the broker, for readiness."""

from collections.abc import Generator
from contextlib import contextmanager


class Link:
    """One connection that comes and goes."""

    def __init__(self, purpose: str) -> None:
        self._purpose = purpose
        self._up = False

    @contextmanager
    def held(self) -> Generator[None, None, None]:
        """Count as connected within the block."""
        self._up = True
        try:
            yield
        finally:
            self._up = False

    async def check(self) -> str | None:
        """Say what readiness lacks, or None."""
        return None if self._up else f"no connection to the broker for {self._purpose}"
