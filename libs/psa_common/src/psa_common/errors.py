"""The refusals of the platform; they know nothing of HTTP."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Detail:
    """What is wrong with one field, in words that say what to change."""

    field: str
    message: str


class DomainError(Exception):
    """
    A refusal with a message for the person who caused it.

    Services subclass one of the categories below and name the refusal in words
    (`IllegalMove`). `code` is stable and machine-readable, `message` says what to change.
    """

    code: ClassVar[str] = "domain_error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        field: str | None = None,
        details: tuple[Detail, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.error_code = code or type(self).code
        self.details = (*details, Detail(field, message)) if field else details


class Invalid(DomainError):
    """The input is malformed or breaks a rule of a single field."""

    code = "validation_error"


class Unauthenticated(DomainError):
    """Nobody, or nobody we can believe in, is asking."""

    code = "token_invalid"


class Forbidden(DomainError):
    """The caller may not do this."""

    code = "permission_denied"


class NotFound(DomainError):
    """The thing does not exist for this caller; another tenant's never does."""

    code = "resource_not_found"


class Conflict(DomainError):
    """The thing is in a state, or holds a value, that forbids this."""

    code = "resource_conflict"


class StaleVersion(DomainError):
    """Somebody changed the thing since the caller read it."""

    code = "stale_version"


class NotNow(DomainError):
    """The same request may succeed later; `retry_after_seconds` says when it is worth a try."""

    code = "not_now"
    retry_after_seconds: int = 2


class Unavailable(NotNow):
    """Something that the answer needs is away or busy."""

    code = "service_unavailable"


class TooMany(NotNow):
    """The caller has tried too often."""

    code = "too_many_attempts"


class Refused(DomainError):
    """A rule of the business forbids a well-formed request."""

    code = "business_rule"
