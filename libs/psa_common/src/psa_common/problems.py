"""The one place that knows which refusal has which HTTP status, and how it is written down."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

import msgspec
import psycopg
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from psycopg import errors as pg
from psycopg_pool import PoolTimeout, TooManyRequests

from psa_common.context import CURRENT
from psa_common.errors import (
    Conflict,
    Detail,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    NotNow,
    Refused,
    StaleVersion,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from psa_common.requests import BodyTooLarge, UnsupportedMediaType

log = structlog.get_logger()

STATUS: Mapping[type[DomainError], int] = {
    Invalid: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    StaleVersion: 412,
    BodyTooLarge: 413,
    UnsupportedMediaType: 415,
    Refused: 422,
    TooMany: 429,
    Unavailable: 503,
}

#: Codes of the framework's own refusals.
CODES: Mapping[int, str] = {
    400: "VALIDATION_ERROR",
    401: "TOKEN_INVALID",
    403: "PERMISSION_DENIED",
    404: "RESOURCE_NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "BODY_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "RATE_LIMIT_EXCEEDED",
    503: "SERVICE_UNAVAILABLE",
}

#: What the database refuses although our own checks let it pass, from special to general.
DATABASE: tuple[tuple[type[Exception], int, str, str], ...] = (
    (pg.UniqueViolation, 409, "RESOURCE_ALREADY_EXISTS", "A thing with this key exists already."),
    (
        pg.ForeignKeyViolation,
        422,
        "UNKNOWN_REFERENCE",
        "The request names something unknown.",
    ),
    (pg.IntegrityError, 400, "VALIDATION_ERROR", "A value breaks a rule of its field."),
    (pg.DataError, 400, "VALIDATION_ERROR", "A value is outside of what its field can hold."),
    (pg.LockNotAvailable, 409, "RESOURCE_CONFLICT", "The thing is being changed; try again."),
    (
        pg.SerializationFailure,
        409,
        "RESOURCE_CONFLICT",
        "The thing was changed; try again.",
    ),
    (pg.DeadlockDetected, 409, "RESOURCE_CONFLICT", "The thing was changed; try again."),
    (PoolTimeout, 503, "SERVICE_UNAVAILABLE", "The service is overloaded; try again soon."),
    (TooManyRequests, 503, "SERVICE_UNAVAILABLE", "The service is overloaded; try again soon."),
    (psycopg.OperationalError, 503, "SERVICE_UNAVAILABLE", "The database is away; try again soon."),
)

RETRY_AFTER_SECONDS = 2


class Problem(msgspec.Struct, frozen=True):
    """The error document of the platform, ready to send."""

    status: int
    code: str
    message: str
    details: tuple[Detail, ...] = ()
    retry_after_seconds: int | None = None

    def body(self, request_id: str) -> bytes:
        """Write the document down."""
        error: dict[str, object] = {
            "code": self.code,
            "message": self.message,
            "details": self.details,
            "request_id": request_id,
            "timestamp": datetime.now(UTC),
        }
        return msgspec.json.encode({"error": error})

    def headers(self) -> dict[str, str]:
        """Return the headers that the status asks for."""
        headers = {"cache-control": "no-store"}
        if self.status == 401:
            headers["www-authenticate"] = 'Bearer realm="psa"'
        if self.status in {429, 503}:
            headers["retry-after"] = str(self.retry_after_seconds or RETRY_AFTER_SECONDS)
        return headers


def problem_of(error: Exception) -> Problem:
    """Return the document for *error*; what nobody foresaw is a 500 without any detail."""
    if isinstance(error, DomainError):
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 422)
        later = error.retry_after_seconds if isinstance(error, NotNow) else None
        return Problem(status, error.error_code.upper(), error.message, error.details, later)
    if isinstance(error, ValidationException):
        return Problem(400, CODES[400], "The request is not valid.", _details_of(error))
    if isinstance(error, HTTPException):
        code = CODES.get(error.status_code, "INVALID_REQUEST")
        if error.status_code < 500:
            return Problem(error.status_code, code, error.detail)
    if isinstance(error, (RecursionError, UnicodeError, OverflowError, msgspec.MsgspecError)):
        return Problem(400, CODES[400], "The request cannot be read.")
    for kind, status, code, message in DATABASE:
        if isinstance(error, kind):
            return Problem(status, code, message)
    return Problem(500, "INTERNAL_ERROR", "Something went wrong; the request id helps to find it.")


def _details_of(error: ValidationException) -> tuple[Detail, ...]:
    if not isinstance(error.extra, list):
        return ()
    return tuple(
        Detail(str(item.get("key", "")), str(item.get("message", "is not valid")))
        for item in cast("list[dict[str, object]]", error.extra)
    )


def request_id_now() -> str:
    """Return the id of the request in hand."""
    context = CURRENT.get()
    return context.request_id if context else "unknown"


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Turn any exception of a handler into the error document."""
    problem = problem_of(error)
    if problem.status >= 500:
        log.error("request_failed", path=request.scope["path"], exc_info=error)
    return Response(
        problem.body(request_id_now()),
        status_code=problem.status,
        media_type="application/json",
        headers=problem.headers(),
    )


HANDLERS: dict[int | type[Exception], Any] = {Exception: answer, HTTPException: answer}
