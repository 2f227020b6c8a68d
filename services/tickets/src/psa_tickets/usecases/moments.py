"""When something happened, as opposed to when it was recorded."""

from datetime import UTC, datetime

from psa_common.identity import Principal
from psa_tickets.usecases.refusals import BackdatingForbidden, NotYetHappened


def moment_of(principal: Principal, occurred_at: datetime | None, *, now: datetime) -> datetime:
    """
    Return *occurred_at* in UTC, or *now* when the caller leaves it out.

    Raises BackdatingForbidden without the permission, NotYetHappened for the future.
    """
    if occurred_at is None:
        return now
    if principal.scope("ticket:backdate") is None:
        raise BackdatingForbidden
    if occurred_at > now:
        raise NotYetHappened(occurred_at)
    return occurred_at.astimezone(UTC)
