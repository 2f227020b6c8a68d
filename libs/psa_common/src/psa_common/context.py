"""Who is asking, and on whose behalf the work in hand is done."""

from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """The person, key or process behind a change, as the audit trail names it."""

    kind: str
    id: UUID | None
    name: str


SYSTEM = Actor(kind="system", id=None, name="system")


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What every log line, event and audit record of one piece of work has in common."""

    request_id: str
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None
    actor: Actor = SYSTEM
    ip: str | None = None


def system_context(work: str) -> RequestContext:
    """Return the context of work that no request caused, such as a timer."""
    return RequestContext(request_id=work, correlation_id=work)


#: The context of the running task, for log lines only; code that writes takes it from its `Tx`.
CURRENT: ContextVar[RequestContext | None] = ContextVar("psa_request_context", default=None)
