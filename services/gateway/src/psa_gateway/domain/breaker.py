"""When to stop asking an upstream that does not answer."""

from dataclasses import dataclass


@dataclass(slots=True)
class Breaker:
    """
    Opens after *threshold* failures in a row and lets one try through per *rest_seconds*.

    Only failures of the upstream itself count: a refused connection, a broken one, a
    deadline that passed. A 5xx that it answers is an answer.
    """

    threshold: int
    rest_seconds: float
    failures: int = 0
    closed_from: float = 0.0

    def admits(self, now: float) -> bool:
        """Say whether a request may go out; *now* is a monotonic clock's seconds."""
        if self.failures < self.threshold:
            return True
        if now < self.closed_from:
            return False
        self.closed_from = now + self.rest_seconds  # this one is the probe
        return True

    def succeeded(self) -> None:
        """Close the circuit."""
        self.failures = 0

    def failed(self, now: float) -> None:
        """Count a failure; the last one that is tolerated opens the circuit."""
        self.failures += 1
        if self.failures >= self.threshold:
            self.closed_from = now + self.rest_seconds

    @property
    def is_open(self) -> bool:
        """Whether requests are turned away at present."""
        return self.failures >= self.threshold
