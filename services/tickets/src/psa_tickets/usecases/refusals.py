"""Refusals that need more than one thing to decide, and therefore no domain module."""

from datetime import datetime
from uuid import UUID

from psa_common.errors import Forbidden, Invalid, Refused
from psa_common.identity import Principal


class UnknownUser(Refused):
    """The person is not one of ours, or has left."""

    code = "unknown_user"

    def __init__(self, user_id: UUID) -> None:
        super().__init__(f"{user_id} is no active user; choose another.", field="assignee_id")


class UnknownTask(Refused):
    """The task is not one that a project has told us of."""

    code = "unknown_task"

    def __init__(self, task_id: UUID) -> None:
        super().__init__(f"There is no task {task_id}.", field="task_id")


class BackdatingForbidden(Forbidden):
    """Saying when something happened changes SLA figures, so not everybody may."""

    code = "backdating_forbidden"

    def __init__(self) -> None:
        super().__init__(
            "Leave out occurred_at, or ask for the permission ticket:backdate.",
            field="occurred_at",
        )


class NotYetHappened(Invalid):
    """What has happened lies in the past."""

    code = "in_the_future"

    def __init__(self, at: datetime) -> None:
        super().__init__(f"{at.isoformat()} is in the future.", field="occurred_at")


class StepForbidden(Forbidden):
    """The tenant's process leaves this step to others."""

    code = "step_forbidden"

    def __init__(self, status: str, permission: str) -> None:
        super().__init__(
            f"Moving a ticket to {status} needs the permission {permission}.", field="status"
        )


class NotYourComment(Forbidden):
    """Words belong to who wrote them."""

    code = "not_your_comment"

    def __init__(self) -> None:
        super().__init__("Only who wrote the comment may change it or add to it.")


class NotYourAttachment(Forbidden):
    """A file belongs to who sent it."""

    code = "not_your_attachment"

    def __init__(self) -> None:
        super().__init__("Only who sent the file may delete it, or who may update the ticket.")


class StaffOnly(Forbidden):
    """A customer's own people ask, answer, close and reopen; the desk does the rest."""

    code = "staff_only"

    def __init__(self) -> None:
        super().__init__("Only the service desk does this; write a comment instead.")


def refuse_customers(principal: Principal) -> None:
    """Raise StaffOnly when a customer's own person asks."""
    if principal.customer_id is not None:
        raise StaffOnly


class CustomerMissing(Invalid):
    """Every ticket is somebody's."""

    code = "customer_missing"

    def __init__(self) -> None:
        super().__init__("Say whose ticket it is.", field="customer_id")
