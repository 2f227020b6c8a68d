"""Refusals that need more than one thing to decide, and therefore no domain module."""

from uuid import UUID

from psa_common.errors import Refused


class UnknownUser(Refused):
    """The person is not one of ours, or has left."""

    code = "unknown_user"

    def __init__(self, user_id: UUID) -> None:
        super().__init__(f"{user_id} is no active user; choose another.", field="assignee_id")
