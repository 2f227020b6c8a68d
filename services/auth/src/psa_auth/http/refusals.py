"""The two refusals of this service whose status the platform's table does not know."""

from typing import Any

from litestar import Request, Response

from psa_auth.usecases.hashing import TooBusy
from psa_auth.usecases.sign_in import SlowedDown
from psa_common.errors import DomainError
from psa_common.problems import RETRY_AFTER_SECONDS, Problem, request_id_now


def slowed_down(_request: Request[Any, Any, Any], error: SlowedDown) -> Response[bytes]:
    """Answer 429 and say when the next try may be made."""
    return _answer(429, error, str(error.seconds))


def too_busy(_request: Request[Any, Any, Any], error: TooBusy) -> Response[bytes]:
    """Answer 503: the same request may succeed in a moment."""
    return _answer(503, error, RETRY_AFTER_SECONDS)


def _answer(status: int, error: DomainError, retry_after: str) -> Response[bytes]:
    problem = Problem(status, error.error_code.upper(), error.message)
    return Response(
        problem.body(request_id_now()),
        status_code=status,
        media_type="application/json",
        headers={**problem.headers(), "retry-after": retry_after},
    )


HANDLERS: dict[int | type[Exception], Any] = {SlowedDown: slowed_down, TooBusy: too_busy}
