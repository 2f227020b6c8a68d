"""Refusals about time that need more than one thing to decide."""

from datetime import date
from uuid import UUID

from psa_common.errors import Conflict, Forbidden, Invalid, Refused


class UnknownWorker(Refused):
    """Work is entered for somebody who works here."""

    code = "unknown_worker"

    def __init__(self, user_id: UUID) -> None:
        super().__init__(f"{user_id} is no active colleague; choose another.", field="user_id")


class WorkOfOthers(Forbidden):
    """What somebody else did is for them, or for a coordinator, to write down."""

    code = "work_of_others"

    def __init__(self) -> None:
        super().__init__(
            "Leave out user_id, or ask for the permission time_entry:create:all.", field="user_id"
        )


class AlreadyReversed(Conflict):
    """An entry is taken back once."""

    code = "already_reversed"

    def __init__(self, time_entry_id: UUID) -> None:
        super().__init__(f"{time_entry_id} is reversed already; correct the entry after it.")


class VisitCharged(Conflict):
    """The way is charged once a visit, not once an entry."""

    code = "visit_charged"

    def __init__(self, visit_date: date) -> None:
        super().__init__(
            f"The way to this ticket on {visit_date} is charged already; change that one.",
            field="visit_date",
        )


class CostForbidden(Forbidden):
    """What something cost us is for those who may see margins."""

    code = "cost_forbidden"

    def __init__(self) -> None:
        super().__init__(
            "Leave out unit_cost_cents, or ask for the permission finance:view_cost.",
            field="unit_cost_cents",
        )


class LockInFuture(Refused):
    """A period is locked once it is over."""

    code = "lock_in_future"

    def __init__(self, day: date) -> None:
        super().__init__(f"{day} is not over; lock a day before today.", field="locked_until")


class WorkTypeExists(Conflict):
    """A key names one kind of work."""

    code = "work_type_exists"

    def __init__(self, key: str) -> None:
        super().__init__(f"There is a work type {key} already; change that one.", field="key")


class TooManyWorkTypes(Refused):
    """A list to choose from stays short."""

    code = "too_many_work_types"

    def __init__(self, most: int) -> None:
        super().__init__(f"There are {most} work types, active or not; change one of them.")


class ClaimedTwice(Conflict):
    """A draft of a timer may overlap other work; what goes to the invoice may not."""

    code = "overlapping_work"

    def __init__(self, time_entry_id: UUID) -> None:
        super().__init__(
            f"{time_entry_id} overlaps other work of the same person; shorten one of them.",
            field="started_at",
        )


class OneTarget(Invalid):
    """A timer measures one thing."""

    code = "one_target"

    def __init__(self) -> None:
        super().__init__("Give either ticket_id or task_id.", field="ticket_id")
